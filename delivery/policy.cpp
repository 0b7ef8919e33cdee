#include "delivery/policy.hpp"

#include <algorithm>
#include <array>

namespace songda::delivery {
namespace {

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t full_jitter_max = 5 * minute;

/// Standard Webhooks 1.0: 75 hours in all.
constexpr std::array portal_delays = {5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour,
                                      10 * hour,  14 * hour,  20 * hour,   24 * hour};
constexpr std::array email_delays = {1 * minute, 5 * minute, 15 * minute, 1 * hour,
                                     4 * hour,   8 * hour,   24 * hour};

constexpr ChannelPolicy portal_policy{portal_delays, 76 * hour, 72 * hour, 1 * hour};
constexpr ChannelPolicy email_policy{email_delays, 48 * hour, 72 * hour, 24 * hour};

} // namespace

const ChannelPolicy& policy_of(ChannelKind kind) {
    switch (kind) {
    case ChannelKind::portal: return portal_policy;
    case ChannelKind::email: return email_policy;
    }
    return email_policy;
}

std::int64_t retry_delay(const ChannelPolicy& policy, std::size_t attempts, double jitter) {
    const std::int64_t delay = policy.delays[std::min(attempts, policy.delays.size() - 1)];
    const double factor = delay <= full_jitter_max ? jitter : 0.8 + 0.4 * jitter;
    return std::max(second, static_cast<std::int64_t>(static_cast<double>(delay) * factor));
}

} // namespace songda::delivery
