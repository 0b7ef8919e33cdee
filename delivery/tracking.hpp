#pragma once

#include <optional>
#include <span>

#include "delivery/leg_state.hpp"
#include "store/tracking.hpp"

/// What is tracked of a leg, and what that means for it (delivery.md §1.4): pure functions of the
/// set of its events, whatever the order in which they came and however often.
/// docs/states/tracking.md says how this fold and the table of steps go together.
namespace songda::delivery {

/// A higher band outweighs every lower one. 0: a leg's own state, which nobody outside reports.
[[nodiscard]] constexpr int band_of(LegState state) {
    switch (state) {
    case LegState::accepted:
    case LegState::in_transit:
    case LegState::attempted:
    case LegState::available: return 1;
    case LegState::returning: return 2;
    case LegState::expired:
    case LegState::failed:
    case LegState::refused: return 3;
    case LegState::returned: return 4;
    case LegState::reached: return 5;
    case LegState::acknowledged: return 6;
    default: return 0;
    }
}
[[nodiscard]] constexpr bool is_arrival(LegState state) {
    return band_of(state) >= band_of(LegState::reached);
}

struct TrackingFold {
    std::optional<LegState> state; ///< none: nothing says anything that is understood
    const store::TrackedEvent* decides = nullptr; ///< one of the events
    /// It arrived, and it also came back, was refused or lost: nobody but a person can tell.
    bool contradicted = false;
};
/// Another of its source takes it back.
[[nodiscard]] bool is_void(std::span<const store::TrackedEvent> events,
                           const store::TrackedEvent& event);
/// An event counts once, unless it is void, or is not understood. Of the highest band the latest;
/// ACCEPTED only where its band has nothing else. Events with one id and two contents both count.
/// Those recorded at or before `after` do not, but void.
[[nodiscard]] TrackingFold fold_tracking(std::span<const store::TrackedEvent> events,
                                         std::optional<TimeMs> after = std::nullopt);

/// Kinds of leg events that move nothing: what was tracked and changes nothing, and one more report
/// of an arrival that is known, of which the earliest is the day of service.
inline constexpr std::string_view tracked_event_kind = "tracked";
inline constexpr std::string_view tracked_arrival_kind = "tracked_arrival";

/// For store::SettleTracked: the steps of the table that bring the leg to the fold's state, or to
/// DISPUTED where the set contradicts itself or the table has no way; else a note. A leg that a
/// courier has waits until it is given back. What a person decided stands: only what was recorded
/// after it counts.
[[nodiscard]] std::optional<store::LegUpdate> settle_tracked(const store::TrackedLeg& leg);

} // namespace songda::delivery
