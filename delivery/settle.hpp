#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "delivery/channel.hpp"
#include "delivery/leg_state.hpp"
#include "store/store.hpp"

/// What an answer, a lost lease or mere time means for a leg: pure functions, the only place where
/// retrying is decided. Each takes the leg as it was before the claim, and every step it records is
/// one that the table allows.
namespace songda::delivery {

/// When it is, and a number in [0, 1) that spreads retries.
struct Moment {
    TimeMs now;
    double jitter = 0;
};

/// State before a claim → state while a worker holds the leg, for ClaimRequest::on_claim. A leg
/// that is due while SENDING has lost its lease: UNKNOWN, never straight back to QUEUED.
[[nodiscard]] const std::array<std::uint8_t, 256>& states_on_claim();

/// What a claim says before anything is sent: a lost lease, an unknown outcome that did not clear
/// up, silence after acceptance, a deadline. Nothing: the leg is to be sent.
[[nodiscard]] std::optional<store::LegUpdate> settle_by_time(const store::LegRow& leg,
                                                             bool idempotent, Moment moment);

/// What the other side's answer means.
[[nodiscard]] store::LegUpdate settle_outcome(const store::LegRow& leg, const Outcome& outcome,
                                              Moment moment);

/// Gives a leg back that was claimed but not tried: no attempt is lost (River #1290). The reason of
/// an earlier attempt stays.
[[nodiscard]] store::LegUpdate settle_untried(const store::LegRow& leg, Reason why, TimeMs now);

/// The applicant opened the document with link and code. Nothing if that says nothing new about
/// this leg.
[[nodiscard]] std::optional<store::LegUpdate> settle_opened(const store::LegRow& leg, TimeMs now);

} // namespace songda::delivery
