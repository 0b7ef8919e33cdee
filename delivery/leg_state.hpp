#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace songda::delivery {

/// Where one leg stands (delivery.md §1.2). The numbers are stored in LegRow::state; never
/// renumber, never reuse. docs/states/leg.md shows the table below; a test compares them.
enum class LegState : std::uint8_t {
    created = 1,
    held = 2,
    queued = 3,
    sending = 4,
    retry_wait = 5,
    unknown = 6, ///< it may have taken effect: reconciled, never blindly resent
    accepted = 7,
    in_transit = 8,
    attempted = 9,
    available = 10,
    lost_track = 11,
    reached = 12,
    acknowledged = 13,
    refused = 14,
    expired = 15,
    returning = 16,
    returned = 17,
    failed = 18,
    cancelled = 19,
    disputed = 20,
};

inline constexpr std::size_t leg_state_count = 20;

/// What moves a leg. Stored by name, as the kind of a leg event.
enum class LegStep : std::uint8_t {
    hold,
    enqueue,
    release,
    cancel,
    deadline,
    lease,
    accepted,
    reached,
    offered,
    temp_fail,
    perm_fail,
    ambiguous,
    lease_lost,
    due,
    exhausted,
    found_accepted,
    found_absent,
    idempotent_resend,
    late_report_reached,
    give_up,
    moving,
    attempt_failed,
    ack,
    refused,
    bounce,
    void_order,
    returning,
    intercept,
    no_news,
    lost,
    collect,
    renotify,
    withdraw,
    returned,
    correction,
    upheld,
    overturned,
    replay, ///< given up, and sent once more under the same key
};
inline constexpr std::size_t leg_step_count = 38;

/// One allowed step. Everything not listed is refused.
struct LegTransition {
    LegState from;
    LegStep step;
    LegState to;
};

namespace detail {
using enum LegState;
using S = LegStep;

/// The 85 transitions of delivery.md §1.3, then the one that §1.4 asks for (a leg given up as
/// `outcome_unknown` accepts the report that comes after all), two by which a document that does
/// not hold for the time being keeps its legs waiting, those by which what is tracked of a leg
/// moves it in whatever order it is told (tracking.hpp): nothing reported is without a way; two
/// by which a dead letter goes again; and one by which its addressee is told of what nobody opened.
inline constexpr std::array transitions = {
    LegTransition{created, S::hold, held},
    LegTransition{created, S::enqueue, queued},
    LegTransition{created, S::cancel, cancelled},
    LegTransition{held, S::release, queued},
    LegTransition{held, S::cancel, cancelled},
    LegTransition{held, S::deadline, expired},
    LegTransition{queued, S::lease, sending},
    LegTransition{queued, S::cancel, cancelled},
    LegTransition{queued, S::deadline, expired},
    LegTransition{sending, S::accepted, accepted},
    LegTransition{sending, S::reached, reached},
    LegTransition{sending, S::offered, available},
    LegTransition{sending, S::temp_fail, retry_wait},
    LegTransition{sending, S::perm_fail, failed},
    LegTransition{sending, S::ambiguous, unknown},
    LegTransition{sending, S::lease_lost, unknown},
    LegTransition{retry_wait, S::due, queued},
    LegTransition{retry_wait, S::exhausted, failed},
    LegTransition{retry_wait, S::cancel, cancelled},
    LegTransition{retry_wait, S::deadline, expired},
    LegTransition{unknown, S::found_accepted, accepted},
    LegTransition{unknown, S::found_absent, retry_wait},
    LegTransition{unknown, S::idempotent_resend, queued},
    LegTransition{unknown, S::late_report_reached, reached},
    LegTransition{unknown, S::give_up, failed},
    LegTransition{accepted, S::moving, in_transit},
    LegTransition{accepted, S::attempt_failed, attempted},
    LegTransition{accepted, S::offered, available},
    LegTransition{accepted, S::reached, reached},
    LegTransition{accepted, S::ack, acknowledged},
    LegTransition{accepted, S::refused, refused},
    LegTransition{accepted, S::bounce, failed},
    LegTransition{accepted, S::void_order, cancelled},
    LegTransition{accepted, S::returning, returning},
    LegTransition{accepted, S::no_news, lost_track},
    LegTransition{accepted, S::lost, failed},
    LegTransition{in_transit, S::moving, in_transit},
    LegTransition{in_transit, S::attempt_failed, attempted},
    LegTransition{in_transit, S::offered, available},
    LegTransition{in_transit, S::reached, reached},
    LegTransition{in_transit, S::ack, acknowledged},
    LegTransition{in_transit, S::refused, refused},
    LegTransition{in_transit, S::returning, returning},
    LegTransition{in_transit, S::intercept, returning},
    LegTransition{in_transit, S::lost, failed},
    LegTransition{in_transit, S::no_news, lost_track},
    LegTransition{attempted, S::moving, in_transit},
    LegTransition{attempted, S::offered, available},
    LegTransition{attempted, S::attempt_failed, attempted},
    LegTransition{attempted, S::reached, reached},
    LegTransition{attempted, S::ack, acknowledged},
    LegTransition{attempted, S::refused, refused},
    LegTransition{attempted, S::returning, returning},
    LegTransition{attempted, S::no_news, lost_track},
    LegTransition{attempted, S::lost, failed},
    LegTransition{available, S::collect, acknowledged},
    LegTransition{available, S::reached, reached},
    LegTransition{available, S::renotify, available},
    LegTransition{available, S::deadline, expired},
    LegTransition{available, S::withdraw, cancelled},
    LegTransition{available, S::refused, refused},
    LegTransition{available, S::returning, returning},
    LegTransition{lost_track, S::moving, in_transit},
    LegTransition{lost_track, S::attempt_failed, attempted},
    LegTransition{lost_track, S::offered, available},
    LegTransition{lost_track, S::reached, reached},
    LegTransition{lost_track, S::ack, acknowledged},
    LegTransition{lost_track, S::refused, refused},
    LegTransition{lost_track, S::returning, returning},
    LegTransition{lost_track, S::lost, failed},
    LegTransition{returning, S::moving, returning},
    LegTransition{returning, S::returned, returned},
    LegTransition{returning, S::lost, failed},
    LegTransition{expired, S::returning, returning},
    LegTransition{expired, S::returned, returned},
    LegTransition{refused, S::returning, returning},
    LegTransition{refused, S::returned, returned},
    LegTransition{reached, S::ack, acknowledged},
    LegTransition{reached, S::bounce, failed},
    LegTransition{reached, S::correction, disputed},
    LegTransition{reached, S::returning, disputed},
    LegTransition{acknowledged, S::correction, disputed},
    LegTransition{disputed, S::upheld, reached},
    LegTransition{disputed, S::overturned, failed},
    LegTransition{disputed, S::returned, returned},
    LegTransition{failed, S::late_report_reached, reached},
    LegTransition{queued, S::hold, held},
    LegTransition{retry_wait, S::hold, held},
    LegTransition{available, S::moving, in_transit},
    LegTransition{available, S::attempt_failed, attempted},
    LegTransition{returning, S::refused, refused},
    LegTransition{returning, S::deadline, expired},
    LegTransition{failed, S::returned, returned},
    LegTransition{refused, S::late_report_reached, reached},
    LegTransition{expired, S::late_report_reached, reached},
    LegTransition{returning, S::late_report_reached, reached},
    LegTransition{returned, S::late_report_reached, reached},
    LegTransition{cancelled, S::late_report_reached, reached},
    LegTransition{refused, S::correction, disputed},
    LegTransition{expired, S::correction, disputed},
    LegTransition{returning, S::correction, disputed},
    LegTransition{returned, S::correction, disputed},
    LegTransition{failed, S::correction, disputed},
    LegTransition{cancelled, S::correction, disputed},
    LegTransition{failed, S::replay, queued},
    LegTransition{expired, S::replay, queued},
    LegTransition{reached, S::renotify, reached},
};
} // namespace detail

inline constexpr const auto& leg_transitions = detail::transitions;

/// Where a step leads; nothing if the table does not allow it.
[[nodiscard]] constexpr std::optional<LegState> state_after(LegState from, LegStep step) {
    for (const LegTransition& each : leg_transitions) {
        if (each.from == from && each.step == step) {
            return each.to;
        }
    }
    return std::nullopt;
}
static_assert(!state_after(LegState::acknowledged, LegStep::lease));
static_assert(state_after(LegState::sending, LegStep::lease_lost) == LegState::unknown);

/// `retry_wait`, as the API and pages say it.
[[nodiscard]] std::string_view state_name(LegState state);
/// 待重试.
[[nodiscard]] std::string_view state_name_zh(LegState state);
[[nodiscard]] std::string_view step_name(LegStep step);
/// A stored number; nothing for one that no version of Songda wrote.
[[nodiscard]] std::optional<LegState> leg_state(std::uint8_t number);

} // namespace songda::delivery
