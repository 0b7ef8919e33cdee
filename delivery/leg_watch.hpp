#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "delivery/leg_state.hpp"
#include "store/rows.hpp"

/// Who watches a leg in each state, so that none is forgotten: when it is looked at next, what time
/// alone means, whether somebody is alarmed, and what an operator may record. One table;
/// docs/states/leg.md shows it, a test compares them and finds a state that lacks anything.
namespace songda::delivery {

/// Where the time comes from at which a leg is looked at.
enum class LegLimit : std::uint8_t {
    none, ///< it rests; only an operator or the outside world moves it
    at_once,
    deadline, ///< LegRow::deadline, and before it whenever it is to be tried
    lease,    ///< of the courier that has it
    unknown,  ///< ChannelPolicy::unknown
    no_news,  ///< ChannelPolicy::no_news
    inquiry,  ///< 30 days, in which the carrier is asked
    pickup,   ///< 15 days, in which it may be collected, with reminders
    way_back, ///< 30 days
    unread,   ///< 3 days, where a link opens it and notices were chosen: told again, once
    decision, ///< a person's; the alarm comes again each day
};
[[nodiscard]] std::string_view limit_words(LegLimit limit);

/// Steps as a set.
class LegSteps {
public:
    constexpr LegSteps(std::initializer_list<LegStep> steps) {
        for (const LegStep step : steps) {
            bits_ |= bit(step);
        }
    }
    [[nodiscard]] constexpr bool has(LegStep step) const { return (bits_ & bit(step)) != 0; }

private:
    static constexpr std::uint64_t bit(LegStep step) {
        return std::uint64_t{1} << static_cast<unsigned>(step);
    }
    std::uint64_t bits_ = 0;
};

struct LegWatch {
    LegState state;
    LegLimit limit;
    std::optional<LegStep> overdue; ///< what the courier records past the limit
    bool alarms;                    ///< coming to it is a warning in the log, and counted
    LegSteps by_operator;           ///< what `songda delivery … --step` may record
};

namespace detail {
using L = LegLimit;
inline constexpr std::array watches = {
    LegWatch{created, L::at_once, S::enqueue, false, {S::enqueue, S::cancel}},
    LegWatch{held, L::deadline, S::deadline, false, {S::release, S::cancel}},
    LegWatch{queued, L::deadline, S::deadline, false, {S::cancel}},
    LegWatch{sending, L::lease, S::lease_lost, false, {S::lease_lost}},
    LegWatch{retry_wait, L::deadline, S::deadline, false, {S::due, S::cancel}},
    LegWatch{unknown,
             L::unknown,
             S::give_up,
             true,
             {S::found_accepted, S::found_absent, S::late_report_reached, S::give_up}},
    LegWatch{accepted,
             L::no_news,
             S::no_news,
             false,
             {S::reached, S::refused, S::bounce, S::void_order, S::returning, S::lost}},
    LegWatch{in_transit,
             L::no_news,
             S::no_news,
             false,
             {S::attempt_failed, S::offered, S::reached, S::refused, S::returning, S::lost}},
    LegWatch{attempted,
             L::no_news,
             S::no_news,
             false,
             {S::moving, S::offered, S::reached, S::refused, S::returning, S::lost}},
    LegWatch{available,
             L::pickup,
             S::deadline,
             false,
             {S::collect, S::renotify, S::withdraw, S::refused, S::returning}},
    LegWatch{lost_track,
             L::inquiry,
             S::lost,
             true,
             {S::moving, S::offered, S::reached, S::refused, S::returning, S::lost}},
    LegWatch{returning, L::way_back, S::lost, true, {S::returned, S::lost}},
    LegWatch{disputed, L::decision, std::nullopt, true, {S::upheld, S::overturned, S::returned}},
    LegWatch{reached, L::unread, S::renotify, false, {S::bounce, S::correction}},
    LegWatch{acknowledged, L::none, std::nullopt, false, {S::correction}},
    LegWatch{refused, L::none, std::nullopt, true, {S::returning, S::returned}},
    LegWatch{expired, L::none, std::nullopt, true, {S::returning, S::returned, S::replay}},
    LegWatch{returned, L::none, std::nullopt, true, {}},
    LegWatch{failed, L::none, std::nullopt, true, {S::late_report_reached, S::replay}},
    LegWatch{cancelled, L::none, std::nullopt, false, {}},
};
static_assert(watches.size() == leg_state_count);
} // namespace detail

inline constexpr const auto& leg_watches = detail::watches;

[[nodiscard]] constexpr const LegWatch& watch_of(LegState state) {
    for (const LegWatch& each : leg_watches) {
        if (each.state == state) {
            return each;
        }
    }
    return leg_watches.back();
}

/// When a leg that has just come to `state` is looked at next; nothing: it rests. `leg` is as it
/// was before.
[[nodiscard]] std::optional<TimeMs> due_in(LegState state, const store::LegRow& leg, TimeMs now);

/// How long it may be collected, and on which days of that its addressee is told again (delivery.md
/// §9.1, kiosk).
inline constexpr std::int64_t pickup_ms = 15LL * 86'400'000;
inline constexpr std::array reminder_days = {1, 7, 13};
/// Until when it may be collected: of a leg that comes to AVAILABLE now, or is there already, whose
/// deadline that is.
[[nodiscard]] TimeMs pickup_end(const store::LegRow& leg, TimeMs now);

/// What a step means when an operator records it: 经查对方未收到，将再次发送.
[[nodiscard]] std::string_view step_meaning_zh(LegStep step);
[[nodiscard]] std::string_view step_meaning(LegStep step);
[[nodiscard]] std::optional<LegStep> parse_step(std::string_view name);

} // namespace songda::delivery
