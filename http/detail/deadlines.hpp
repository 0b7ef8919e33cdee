#pragma once

// Inside http/ only: time limits that leave the socket open. Beast's own stream timeout closes it,
// and then the slow sender could not be told 408.

#include <chrono>
#include <set>

#include <boost/asio/ip/tcp.hpp>

namespace songda::http::detail {

class Deadline;

/// All deadlines of one loop, looked at every `tick`. Belongs to the loop's thread.
class Deadlines {
public:
    static constexpr std::chrono::milliseconds tick{50};

    /// Cancels what every overdue connection waits for.
    void sweep();

private:
    friend class Deadline;
    std::set<Deadline*> all_;
};

/// The time limit of whatever one connection waits for.
class Deadline {
public:
    Deadline(Deadlines& home, boost::asio::ip::tcp::socket& socket) : home_(home), socket_(socket) {
        home_.all_.insert(this);
    }
    ~Deadline() { home_.all_.erase(this); }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void arm(std::chrono::milliseconds time) {
        expired_ = false;
        at_ = std::chrono::steady_clock::now() + time;
    }
    void disarm() { at_ = never; }
    /// Was the operation since the last `arm` cut?
    [[nodiscard]] bool expired() const { return expired_; }

private:
    friend class Deadlines;
    static constexpr auto never = std::chrono::steady_clock::time_point::max();

    Deadlines& home_;
    boost::asio::ip::tcp::socket& socket_;
    std::chrono::steady_clock::time_point at_ = never;
    bool expired_ = false;
};

inline void Deadlines::sweep() {
    const auto now = std::chrono::steady_clock::now();
    for (Deadline* const deadline : all_) {
        if (now >= deadline->at_) {
            deadline->expired_ = true;
            deadline->at_ = Deadline::never;
            boost::system::error_code ignored;
            deadline->socket_.cancel(ignored);
        }
    }
}

} // namespace songda::http::detail
