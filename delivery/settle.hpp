#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "delivery/channel.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/standing.hpp"
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
/// that is due while SENDING has lost its lease; it stays SENDING until that is settled, so that
/// whoever dies in between leaves it to the next one as it was.
[[nodiscard]] const std::array<std::uint8_t, 256>& states_on_claim();

/// The leg stays as it is; for an update that adds to that.
[[nodiscard]] store::LegUpdate stay(const store::LegRow& leg);
/// What a claim says before anything is sent: a lost lease, an unknown outcome that did not clear
/// up, silence after acceptance, a deadline. Nothing: the leg is to be sent.
[[nodiscard]] std::optional<store::LegUpdate> settle_by_time(const store::LegRow& leg,
                                                             bool idempotent, Moment moment);

/// What the other side's answer means.
[[nodiscard]] store::LegUpdate settle_outcome(const store::LegRow& leg, const Outcome& outcome,
                                              Moment moment);

/// Gives a leg back that was claimed but not tried: no attempt is lost (River #1290). The reason of
/// an earlier attempt stays. It is due again at `again`.
[[nodiscard]] store::LegUpdate settle_untried(const store::LegRow& leg, Reason why, TimeMs again);

/// What a document's status does to one of its legs of service (docs/states/leg.md).
enum class Fate {
    stays,    ///< nothing: it holds, or nothing of the leg is on its way or there
    stopped,  ///< CANCELLED: what holds no more and never will is not sent
    held,     ///< HELD: it may hold again, and goes then
    released, ///< QUEUED again
    marked,   ///< it has left, or may have: the leg goes on and says what became of the document
};
/// `by_status`: the leg is HELD because the document did not hold.
[[nodiscard]] Fate fate_of(LegState state, bool by_status, store::DocumentStatus holds);
/// The step that it is; nothing for a leg that stays. For a leg of service as it stands, or as it
/// stood before it was claimed.
[[nodiscard]] std::optional<store::LegUpdate>
settle_status(const store::LegRow& leg, store::DocumentStatus holds, TimeMs now);
/// What a HELD leg waits for; its reason says it.
enum class Awaits {
    nothing, ///< it is not HELD, or for an operator
    status,  ///< the document does not hold for the time being
    level,   ///< the file has not the level that its document is served with: `awaits_B-LT`
    turn,    ///< it is a fallback, and the ways before it may still serve
};
[[nodiscard]] Awaits awaits_of(const store::LegRow& leg);
/// `awaits_turn`: the reason of a fallback.
inline constexpr std::string_view turn_reason = "awaits_turn";

/// A leg that is to be sent, or is HELD for something that may be over: whether it goes, waits or
/// ends. Nothing: it is to be sent. What never holds again is stopped; what lacks
/// its level is held for that, whatever else it waits for, until a revision brings it.
[[nodiscard]] std::optional<store::LegUpdate> settle_standing(const store::LegRow& leg,
                                                              const Standing& standing, TimeMs now);
/// A HELD or AVAILABLE leg whose document could not be read: it is looked at again.
[[nodiscard]] store::LegUpdate settle_unread(const store::LegRow& leg, TimeMs now);
/// A leg that may be collected, and nobody is reminded of it: it is looked at again.
[[nodiscard]] store::LegUpdate settle_untold(const store::LegRow& leg, TimeMs now);
/// A leg that is made while its document's level is awaited: HELD from the beginning.
void hold_for_level(store::LegRow& leg, SignatureLevel awaited, TimeMs now);
/// A fallback whose turn has come before its time; one that is not needed, since another served.
[[nodiscard]] store::LegUpdate settle_turn(const store::LegRow& leg, TimeMs now);
[[nodiscard]] store::LegUpdate settle_not_needed(const store::LegRow& leg, TimeMs now);
/// A leg that is made as a fallback: HELD until its turn comes, at the latest then.
void hold_as_fallback(store::LegRow& leg, TimeMs turn);

/// Kind of the event that marks a leg; its detail is the document's status from then on.
inline constexpr std::string_view status_event = "document_status";

/// Detail of an event that an operator recorded; who and why is in the audit.
inline constexpr std::string_view operator_detail = "operator";

/// Does the table leave this step of the leg to an operator?
[[nodiscard]] bool may_record(const store::LegRow& leg, LegStep step);
/// What an operator found out or decided (`songda delivery … --step`), with the time at which it
/// happened. Faults: conflict (the table leaves this step of this state to nobody, or the leg waits
/// for its document), invalid_input (it happened in the future).
[[nodiscard]] Result<store::LegUpdate> settle_by_operator(const store::LegRow& leg, LegStep step,
                                                          TimeMs happened, TimeMs now);

/// Brings a leg at once where its applicant comes to; one that is there stays. Nothing: it is being
/// sent at this moment, or it is over.
[[nodiscard]] std::optional<store::LegUpdate> settle_offered(const store::LegRow& leg, TimeMs now);
/// Somebody collected it in person; `detail` says who and how that was checked. A leg that had not
/// come to its place yet, or waited for its turn, goes there first. Nothing: it is being sent at
/// this moment, or it is over.
[[nodiscard]] std::optional<store::LegUpdate> settle_collected(const store::LegRow& leg,
                                                               std::string_view detail, TimeMs now);

/// The applicant opened the document with link and code. Nothing if that says nothing new about
/// this leg.
[[nodiscard]] std::optional<store::LegUpdate> settle_opened(const store::LegRow& leg, TimeMs now);

} // namespace songda::delivery
