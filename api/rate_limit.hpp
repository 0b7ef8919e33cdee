#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace songda::api {

/// How often one subject may ask: `per_minute` on average, `burst` at once (never less than one).
struct Rate {
    double per_minute = 60;
    double burst = 30;
};

/// GCRA (generic cell rate algorithm): one stored moment per subject instead of a list of requests.
/// Kept in memory, bounded: subjects whose time has passed are forgotten. Thread-safe.
class RateLimiter {
public:
    explicit RateLimiter(Rate rate);

    /// 0: go ahead. Otherwise the seconds to wait (for Retry-After), at least 1.
    [[nodiscard]] std::int64_t seconds_to_wait(std::string_view subject, TimeMs now);

private:
    static constexpr std::size_t shard_count = 16;
    static constexpr std::size_t subjects_per_shard_max = 20'000;

    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, double> next_ms; ///< theoretical arrival time
    };

    /// No request leaves a moment so far ahead: the clock was set back since, and nobody is to wait
    /// until it has caught up.
    [[nodiscard]] bool is_from_another_clock(double next, double at) const;

    double interval_ms_;
    double tolerance_ms_;
    std::array<Shard, shard_count> shards_;
};

} // namespace songda::api
