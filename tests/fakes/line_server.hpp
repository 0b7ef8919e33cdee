#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace songda::fakes {

/// One connection, read line by line. Every wait ends when the server does.
class LineConnection {
public:
    LineConnection(int socket, int stop) : socket_(socket), stop_(stop) {}
    LineConnection(const LineConnection&) = delete;
    LineConnection& operator=(const LineConnection&) = delete;
    ~LineConnection() { close(socket_); }

    /// Up to and including the next `\n`; nothing when the other side closed or the server ends.
    std::optional<std::string> line() {
        std::size_t end = buffer_.find('\n');
        while (end == std::string::npos) {
            if (!more()) {
                return std::nullopt;
            }
            end = buffer_.find('\n');
        }
        return take(end + 1);
    }
    std::optional<std::string> bytes(std::size_t size) {
        while (buffer_.size() < size) {
            if (!more()) {
                return std::nullopt;
            }
        }
        return take(size);
    }
    void say(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;
            }
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Says nothing more until the other side gives up.
    void stall() {
        while (more()) {
            buffer_.clear();
        }
    }

private:
    bool more() {
        pollfd waiting[2] = {{socket_, POLLIN, 0}, {stop_, POLLIN, 0}};
        if (poll(waiting, 2, 60'000) <= 0 || waiting[1].revents != 0) {
            return false;
        }
        char piece[65536];
        const ssize_t size = recv(socket_, piece, sizeof piece, 0);
        if (size <= 0) {
            return false;
        }
        buffer_.append(piece, static_cast<std::size_t>(size));
        return true;
    }
    std::string take(std::size_t size) {
        std::string out = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return out;
    }

    int socket_;
    int stop_;
    std::string buffer_;
};

/// Listens on a free loopback port; each connection gets a thread that runs `serve`. A subclass
/// calls `finish` in its destructor, before its members go.
class LineServer {
public:
    LineServer() {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        stop_ = eventfd(0, EFD_CLOEXEC);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
            getsockname(listener_, generic, &size) != 0) {
            std::abort();
        }
        port_ = ntohs(address.sin_port);
    }
    LineServer(const LineServer&) = delete;
    LineServer& operator=(const LineServer&) = delete;
    virtual ~LineServer() {
        finish();
        close(listener_);
        close(stop_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int connections() const { return connections_; }

protected:
    void start() {
        accepting_ = std::thread([this] { accept_all(); });
    }
    void finish() {
        const std::uint64_t one = 1;
        (void)!write(stop_, &one, sizeof one);
        if (accepting_.joinable()) {
            accepting_.join();
        }
        for (std::thread& serving : serving_) {
            serving.join();
        }
        serving_.clear();
    }
    virtual void serve(LineConnection& connection) = 0;

private:
    void accept_all() {
        while (true) {
            pollfd waiting[2] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
            if (poll(waiting, 2, -1) < 0 || waiting[1].revents != 0) {
                return;
            }
            const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket >= 0) {
                ++connections_;
                serving_.emplace_back([this, socket] {
                    LineConnection connection(socket, stop_);
                    serve(connection);
                });
            }
        }
    }

    int listener_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::thread accepting_;
    std::list<std::thread> serving_;
};

} // namespace songda::fakes
