#pragma once

#include <cstdint>
#include <mutex>

#include "base/time.hpp"
#include "delivery/channel.hpp"

namespace songda::delivery {

/// Stops a channel whose other side is away or that is set up wrongly, so that legs wait instead of
/// burning their attempts (delivery.md §8.1 (8), pitfall 24). Thread-safe.
class Breaker {
public:
    /// Until when nothing should be sent; in the past: go ahead.
    [[nodiscard]] TimeMs paused_until() const;

    /// Takes an answer in. True when it has just begun a pause.
    bool take(const Outcome& outcome, TimeMs now);

private:
    static constexpr int failures_max = 5;
    static constexpr std::int64_t first_pause_ms = 30'000;
    static constexpr std::int64_t longest_pause_ms = 300'000;

    mutable std::mutex mutex_;
    int failures_ = 0;
    std::int64_t pause_ms_ = first_pause_ms;
    TimeMs until_;
};

} // namespace songda::delivery
