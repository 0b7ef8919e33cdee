#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/fakes/child_process.hpp"

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
    /// `rules`: the configuration behind its `listen` line. False if it does not listen.
    [[nodiscard]] bool start(const std::string& rules) {
        port_ = free_port();
        const std::string path = folder_.path() / "smtpd.conf";
        std::ofstream(path) << "listen on 127.0.0.1 port " << port_
                            << " hostname relay.example.cn\n"
                            << rules;
        // It writes to /var/spool and /run whatever the configuration says.
        const std::string command = "mount -t tmpfs none /var/spool && mount -t tmpfs none /run && "
                                    "mkdir -m 711 /var/spool/smtpd && exec /usr/sbin/smtpd -d -f " +
                                    path + " 2>" + (folder_.path() / "log").string();
        server_ = std::make_unique<Child>(
            std::vector<std::string>{"/usr/bin/unshare", "-m", "/bin/sh", "-c", command});
        return wait_for_port();
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string log() const { return read_file(folder_.path() / "log"); }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    static std::uint16_t free_port() {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            std::abort();
        }
        close(socket);
        return ntohs(address.sin_port);
    }
    [[nodiscard]] bool wait_for_port() const {
        const sockaddr_in address = loopback(port_);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        bool open = false;
        while (!open && std::chrono::steady_clock::now() < deadline) {
            const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            open =
                connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
            close(socket);
            if (!open) {
                poll(nullptr, 0, 20); // it tells nobody when it listens
            }
        }
        return open;
    }

    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Child> server_;
};

} // namespace songda::fakes
