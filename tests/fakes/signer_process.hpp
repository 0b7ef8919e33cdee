#pragma once

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/check.hpp"
#include "base/open_file.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::fakes {

/// Where a signer's keys are; key addresses may be pkcs11:.
struct SignerPlaces {
    std::string seal_key = sample_seal().seal_key;
    std::string qr_key = sample_seal().qr_key;
    std::string stamp_key = sample_keys_folder() + "/tsa/tsa.key";
    std::string more;  ///< tables behind the others
    std::string users; ///< TOML list; empty: this user
    bool production = false;
};

/// The real songda-signer in a folder of its own, with the sample department's seal and the sample
/// time-stamp key. Killed with this object. Ready is what it tells to systemd.
class SignerProcess {
public:
    explicit SignerProcess(const SignerPlaces& places = {}) {
        std::filesystem::permissions(folder_.path(), std::filesystem::perms(0750));
        std::ofstream out(config());
        out << "production = " << (places.production ? "true" : "false")
            << "\nsocket = \"socket\"\nusers = "
            << (places.users.empty() ? "[\"" + std::to_string(getuid()) + "\"]" : places.users)
            << "\nrun_as = \"" << (getuid() == 0 ? "root" : "") << "\"\n[timestamp]\nkey = \""
            << places.stamp_key << "\"\ncertificate = \"" << sample_keys_folder()
            << "/tsa/tsa.pem\"\n[[seal]]\ndepartment = \"" << department.text << "\"\nkey = \""
            << places.seal_key << "\"\ncertificate = \"" << sample_seal().seal_certificate
            << "\"\nqr_key = \"" << places.qr_key << "\"\n"
            << places.more;
    }
    SignerProcess(const SignerProcess&) = delete;
    SignerProcess& operator=(const SignerProcess&) = delete;
    ~SignerProcess() { kill(); }

    /// False if it ended, or said nothing in ten seconds; `complaint` says why.
    [[nodiscard]] bool start() {
        const Descriptor heard = listen();
        const std::string complaints = folder_.path() / "complaints";
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, complaints.c_str(),
                                         O_WRONLY | O_CREAT | O_APPEND, 0600);
        std::string program = SONGDA_SIGNER_PROGRAM;
        std::string option = "--config=" + config();
        char* const words[] = {program.data(), option.data(), nullptr};
        SONGDA_CHECK(posix_spawn(&process_, program.c_str(), &actions, nullptr, words, environ) ==
                     0);
        posix_spawn_file_actions_destroy(&actions);
        for (int i = 0; i < 200; ++i) {
            pollfd waiting{heard.get(), POLLIN, 0};
            if (poll(&waiting, 1, 50) > 0) {
                return true;
            }
            int status = 0;
            if (waitpid(process_, &status, WNOHANG) == process_) {
                process_ = -1;
                return false;
            }
        }
        return false;
    }
    /// kill -9; gone when this returns.
    void kill() { (void)end(SIGKILL); }
    /// Wait status after a signal.
    int end(int signal) {
        int status = 0;
        if (process_ > 0) {
            ::kill(process_, signal);
            SONGDA_CHECK(waitpid(process_, &status, 0) == process_);
            process_ = -1;
        }
        return status;
    }
    [[nodiscard]] std::string complaint() const {
        std::ifstream in(folder_.path() / "complaints");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::string config() const { return folder_.path() / "songda-signer.toml"; }
    [[nodiscard]] std::string socket() const { return folder_.path() / "socket"; }
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    [[nodiscard]] pid_t process() const { return process_; }

private:
    [[nodiscard]] Descriptor listen() const {
        const std::string path = folder_.path() / "notify";
        std::filesystem::remove(path);
        Descriptor made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(path.begin(), path.end(), address.sun_path);
        SONGDA_CHECK(
            bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        std::filesystem::permissions(path, std::filesystem::perms(0777)); // the folder is shut
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
        return made;
    }

    TemporaryFolder folder_;
    pid_t process_ = -1;
};

} // namespace songda::fakes
