#pragma once

#include <optional>
#include <span>

#include "delivery/channel.hpp"
#include "store/store.hpp"

/// What the other side says of a leg that it was asked for, and when that happened: pure functions.
namespace songda::delivery {

/// When the sending can have been whose outcome is unknown: behind whatever the leg did last that
/// left nothing open, and no longer before the lost answer than an attempt takes. `events` are the
/// leg's, in order; of one that leaves nothing open it is its whole life.
[[nodiscard]] SentBetween sent_between(const store::LegRow& leg,
                                       std::span<const store::LegEvent> events,
                                       std::int64_t attempt_ms, TimeMs now);

/// When something happened outside, of which we learn now.
struct Happened {
    TimeMs at;
    /// It is not what the other side's clock says, since nothing can have happened then.
    bool doubted = false;
};
/// The other side's own time if it lies between the sending and now, whole seconds allowed for;
/// else now.
[[nodiscard]] Happened when_happened(std::optional<TimeMs> said, TimeMs since, TimeMs now);
/// For the trace: ` clock-says 2031-01-01T00:00:00.000Z`, where it is doubted.
[[nodiscard]] std::string doubt_of(const Happened& happened, std::optional<TimeMs> said);

/// What a leg that is UNKNOWN becomes (delivery.md §1.3). For anything but `unsure`; one that was
/// reached or failed then did so at `happened`.
[[nodiscard]] store::LegUpdate settle_found(const store::LegRow& leg, const Found& found,
                                            TimeMs since, TimeMs now);

/// The day of what an attempt found out to have arrived before: the other side's, where that can
/// be. `update` is settle_outcome's.
void date_arrival(store::LegUpdate& update, const Outcome& outcome, TimeMs since, TimeMs now);

} // namespace songda::delivery
