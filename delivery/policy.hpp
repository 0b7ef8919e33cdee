#pragma once

#include <cstdint>
#include <span>

#include "delivery/channel.hpp"

namespace songda::delivery {

/// How long a channel is tried and waited for (delivery.md §9.1). Times in milliseconds.
struct ChannelPolicy {
    std::span<const std::int64_t> delays; ///< before attempt 2, 3, …; the last one repeats
    std::int64_t give_up;                 ///< from the leg's making to FAILED
    std::int64_t no_news;                 ///< accepted, then silence: LOST_TRACK, with an alarm
    std::int64_t unknown;                 ///< how long an unknown outcome may clear up by itself
    int tries = 0; ///< attempts in all; 0: as many as fit before `give_up`
};

[[nodiscard]] const ChannelPolicy& policy_of(ChannelKind kind);

/// The wait before the next attempt after `attempts` finished ones. `jitter` in [0, 1): up to five
/// minutes it spreads over the whole delay, above it by a fifth up or down, so that a thousand
/// failures of one minute do not come back in one minute (pitfall 23).
[[nodiscard]] std::int64_t retry_delay(const ChannelPolicy& policy, std::size_t attempts,
                                       double jitter);

} // namespace songda::delivery
