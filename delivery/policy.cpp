#include "delivery/policy.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace songda::delivery {
namespace {

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t full_jitter_max = 5 * minute;

constexpr std::int64_t day = 24 * hour;

/// Standard Webhooks 1.0: 75 hours in all.
constexpr std::array portal_delays = {5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour,
                                      10 * hour,  14 * hour,  20 * hour,   24 * hour};
constexpr std::array email_delays = {1 * minute, 5 * minute, 15 * minute, 1 * hour,
                                     4 * hour,   8 * hour,   24 * hour};
constexpr std::array sms_delays = {10 * second, 1 * minute, 5 * minute};
constexpr std::array wechat_delays = {10 * second, 1 * minute, 10 * minute};
constexpr std::array voice_delays = {10 * minute, 1 * hour, 24 * hour};
constexpr std::array web_push_delays = {30 * second, 5 * minute, 30 * minute, 2 * hour};
constexpr std::array fax_delays = {5 * minute, 15 * minute, 1 * hour};
constexpr std::array place_delays = {1 * minute, 5 * minute, 30 * minute};
constexpr std::array post_delays = {5 * second, 1 * minute, 10 * minute, 1 * hour};

struct Policy {
    ChannelKind kind;
    ChannelPolicy policy;
};
/// A telephone is given a night more than §9.1 says: until eight in the morning it is left alone.
constexpr std::array policies = {
    Policy{ChannelKind::portal, {portal_delays, 76 * hour, 72 * hour, 1 * hour}},
    Policy{ChannelKind::email, {email_delays, 48 * hour, 72 * hour, 24 * hour}},
    Policy{ChannelKind::sms, {sms_delays, 12 * hour, 72 * hour, 72 * hour}},
    Policy{ChannelKind::wechat, {wechat_delays, 24 * hour, 1 * hour, 1 * hour}},
    Policy{ChannelKind::voice, {voice_delays, 48 * hour, 1 * hour, 1 * hour, 3}},
    Policy{ChannelKind::web_push, {web_push_delays, 24 * hour, 72 * hour, 1 * hour}},
    Policy{ChannelKind::fax, {fax_delays, 6 * hour, 1 * hour, 24 * hour, 5}},
    Policy{ChannelKind::kiosk, {place_delays, 24 * hour, 15 * day, 1 * hour}},
    Policy{ChannelKind::counter, {place_delays, 24 * hour, 15 * day, 1 * hour}},
    Policy{ChannelKind::post, {post_delays, 48 * hour, 5 * day, 24 * hour}},
};
static_assert(policies.size() == channel_facts.size());

} // namespace

const ChannelPolicy& policy_of(ChannelKind kind) {
    const auto* const found = std::find_if(policies.begin(), policies.end(),
                                           [&](const Policy& each) { return each.kind == kind; });
    SONGDA_CHECK(found != policies.end());
    return found->policy;
}

std::int64_t retry_delay(const ChannelPolicy& policy, std::size_t attempts, double jitter) {
    const std::int64_t delay = policy.delays[std::min(attempts, policy.delays.size() - 1)];
    const double factor = delay <= full_jitter_max ? jitter : 0.8 + 0.4 * jitter;
    return std::max(second, static_cast<std::int64_t>(static_cast<double>(delay) * factor));
}

} // namespace songda::delivery
