#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "http/client.hpp"

namespace songda::live {

/// How a command ended.
struct CommandResult {
    int status = -1;
    std::string output; ///< standard output and standard error together
};

/// Runs a line of shell with standard error joined to the output, and waits for its end.
[[nodiscard]] CommandResult run_command(const std::string& line);
/// Before a program's name: the machine's clock as it will be then, by libfaketime. Not its wrapper
/// `faketime`, which names a semaphore by a process number and fails when an old one is left.
[[nodiscard]] std::string in_days(int days);
/// Runs `songda ARGUMENTS` in the same way.
[[nodiscard]] CommandResult run_songda(const std::string& arguments);
/// `songda-verify` with these words.
CommandResult run_verify(const std::string& arguments);

/// Registers the configuration's one seal for documents of every type and activates it; its table
/// [seals] says `four_eyes = false`. Returns its id.
std::string register_seal(const std::string& config);

/// The real `songda serve` on a folder of its own, to be talked to, stopped and killed. Loopback,
/// any free port, sample keys, one department (fakes::department). Belongs to one thread; `client`
/// and `port` may be asked by others while it runs. The folder goes away with the object; what the
/// service wrote on standard error is told by `complaint`.
class Service {
public:
    struct Options {
        bool tls = false; ///< with client certificates asked for
        int requests_per_minute = 1'000'000;
        bool four_eyes = false;
        /// Where a portal and a mail server listen (tests/fakes/child_process.hpp, Sink); 0 and 0:
        /// legs are planned and wait.
        std::uint16_t portal_port = 0;
        std::uint16_t mail_port = 0;
        /// That server takes mails without TLS and password.
        bool plain_mail = false;
        std::string bounces_folder; ///< empty: nobody looks at what comes back
        /// Where a provider of SMS listens (tools/sms_sink.py); 0: there is none.
        std::uint16_t sms_port = 0;
        std::string sms_file;   ///< of config/providers, or another
        std::string fax_device; ///< tests/fakes/fax_device.hpp; empty: there is none
        /// Where a signer process answers (tests/fakes/signer_process.hpp); empty: keys are in the
        /// service.
        std::string signer_socket;
        /// What `songda pki publish` wrote, to be served; empty: none.
        std::string publish_folder;
        /// Made by keys-sample/make.sh; empty: those of all tests.
        std::string keys_folder;
        std::uint16_t port = 0; ///< 0: any that is free
        /// Files that identify the department beside its client.pem.
        std::vector<std::string> client_certificates;
    };
    Service() : Service(Options()) {}
    explicit Service(const Options& options);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Starts the process and returns at once.
    void spawn();
    /// Waits until it says that its doors are open; false if it ended instead.
    [[nodiscard]] bool wait_ready();
    [[nodiscard]] bool start() {
        spawn();
        return wait_ready();
    }
    /// kill -9; the process is gone when this returns.
    void kill();
    /// Asks it to stop as an operator would and returns its exit status.
    int stop();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t process() const { return process_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::string config() const { return folder_ / "songda.toml"; }
    [[nodiscard]] std::string store_folder() const { return folder_ / "store"; }
    /// From `spawn` to the open doors, at the last start.
    [[nodiscard]] std::chrono::milliseconds ready_time() const { return ready_time_; }
    [[nodiscard]] std::string complaint() const;

    /// A new API key, `KID.SECRET`, made by `songda key add` beside the service.
    [[nodiscard]] std::string make_key(const std::string& scopes = "--scope issue --scope read");
    [[nodiscard]] Result<http::Client> client() const;

private:
    void write_config(const Options& options) const;

    std::filesystem::path folder_;
    pid_t process_ = -1;
    int output_ = -1;
    std::uint16_t port_ = 0;
    std::chrono::steady_clock::time_point spawned_;
    std::chrono::milliseconds ready_time_{0};
};

} // namespace songda::live
