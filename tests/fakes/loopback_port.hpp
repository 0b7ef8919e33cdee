#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>

/// Ports for programs that must be told theirs before they start.
namespace songda::fakes {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// One that nobody has at this moment.
inline std::uint16_t free_port() {
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

/// Until somebody listens there; false after half a minute.
[[nodiscard]] inline bool wait_for_port(std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    bool open = false;
    while (!open && std::chrono::steady_clock::now() < deadline) {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        open = connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        close(socket);
        if (!open) {
            poll(nullptr, 0, 20); // it tells nobody when it listens
        }
    }
    return open;
}

} // namespace songda::fakes
