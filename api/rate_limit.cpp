#include "api/rate_limit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace songda::api {
namespace {

/// Requests that are looked at in another order than they came in.
constexpr double clock_slack_ms = 1000;

} // namespace

RateLimiter::RateLimiter(Rate rate)
    : interval_ms_(60'000.0 / rate.per_minute),
      tolerance_ms_(interval_ms_ * (std::max(rate.burst, 1.0) - 1)) {}

bool RateLimiter::is_from_another_clock(double next, double at) const {
    return next > at + tolerance_ms_ + interval_ms_ + clock_slack_ms;
}

std::int64_t RateLimiter::seconds_to_wait(std::string_view subject, TimeMs now) {
    const auto at = static_cast<double>(now.value);
    Shard& shard = shards_[std::hash<std::string_view>{}(subject) % shard_count];
    const std::scoped_lock lock(shard.mutex);
    if (shard.next_ms.size() >= subjects_per_shard_max) {
        std::erase_if(shard.next_ms, [&](const auto& entry) {
            return entry.second <= at || is_from_another_clock(entry.second, at);
        });
        if (shard.next_ms.size() >= subjects_per_shard_max) {
            return 1; // so many subjects at once is itself a flood
        }
    }
    double& next = shard.next_ms[std::string(subject)];
    const double arrival = is_from_another_clock(next, at) ? at : std::max(next, at);
    if (arrival - at > tolerance_ms_) {
        return std::max<std::int64_t>(
            1, std::llround(std::ceil((arrival - at - tolerance_ms_) / 1000)));
    }
    next = arrival + interval_ms_;
    return 0;
}

} // namespace songda::api
