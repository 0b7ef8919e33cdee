#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/loopback_port.hpp"

namespace songda::fakes {

/// OpenSMTPD on a loopback port, with spool and socket of its own; ends with this object.
class OpenSmtpd {
public:
    /// It needs root, and a place where it may mount.
    [[nodiscard]] static bool is_possible() {
        return geteuid() == 0 && std::system("unshare -m true") == 0;
    }
    static constexpr const char* why_not =
        "OpenSMTPD needs root and a mount namespace: NOTHING was tested against a real mail server";

    OpenSmtpd() { std::filesystem::permissions(folder_.path(), std::filesystem::perms(0711)); }

    /// A maildir that it may deliver into as anybody.
    [[nodiscard]] std::filesystem::path make_maildir(const std::string& name) const {
        const std::filesystem::path path = folder_.path() / name;
        for (const char* inside : {"", "new", "cur", "tmp"}) {
            std::filesystem::create_directories(path / inside);
            std::filesystem::permissions(path / inside, std::filesystem::perms::all);
        }
        return path;
    }
    /// `rules`: the configuration behind its `listen` line; `filter`: words for
    /// tests/fakes/smtpd_filter.py, which then sees every session. False if it does not listen.
    [[nodiscard]] bool start(const std::string& rules, const std::string& filter = "") {
        port_ = free_port();
        const std::string path = folder_.path() / "smtpd.conf";
        std::ofstream conf(path);
        if (!filter.empty()) { // where its own user may read it
            const auto program = folder_.path() / "filter.py";
            std::filesystem::copy_file(SONGDA_SOURCE_DIR "/tests/fakes/smtpd_filter.py", program);
            conf << "filter watch proc-exec \"/usr/bin/python3 " << program.string() << ' '
                 << filter << "\"\n";
        }
        conf << "listen on 127.0.0.1 port " << port_ << " hostname relay.example.cn"
             << (filter.empty() ? "" : " filter watch") << '\n'
             << rules;
        conf.close();
        // It writes to /var/spool and /run whatever the configuration says.
        const std::string command = "mount -t tmpfs none /var/spool && mount -t tmpfs none /run && "
                                    "mkdir -m 711 /var/spool/smtpd && exec /usr/sbin/smtpd -d -f " +
                                    path + " 2>" + (folder_.path() / "log").string();
        server_ = std::make_unique<Child>(
            std::vector<std::string>{"/usr/bin/unshare", "-m", "/bin/sh", "-c", command});
        return wait_for_port(port_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string log() const { return read_file(folder_.path() / "log"); }

private:
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Child> server_;
};

} // namespace songda::fakes
