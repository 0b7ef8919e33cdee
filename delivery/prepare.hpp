#pragma once

#include <optional>

#include "delivery/channel.hpp"
#include "delivery/courier.hpp"
#include "store/store.hpp"

/// Everything that a channel needs to send a leg, read at the time of sending, or why it is not to
/// be sent now.
namespace songda::delivery {

struct Prepared {
    /// Decided without sending: stopped or held by the document's status, or not yet its turn.
    std::optional<store::LegUpdate> settled;
    std::optional<Outcome> failed; ///< our own store could not be read
    std::optional<store::DocumentRow> document;
    std::optional<Notice> notice; ///< of a leg that tells
    Bytes file;                   ///< of a leg that serves, if it is asked for
};

/// A document that holds no more does not leave (pitfall 21), nor one whose file lacks the level
/// that it is served with. A notice goes whatever holds now: a
/// later change does not undo that there was an earlier one, so the notice says that it is history.
/// It goes after everything that was sent, or is to be sent, before it to the same address.
[[nodiscard]] Prepared prepare(const CourierParts& parts, const store::LegRow& leg,
                               bool needs_file);

/// What becomes of a leg that is HELD for its document's status or level and is due now. What
/// cannot be read is looked at again as if nothing had changed.
[[nodiscard]] store::LegUpdate look_again(const CourierParts& parts, const store::LegRow& leg);

/// What a leg that may be collected gets before its end: its addressee is told again, unless nobody
/// is to be told that way, or the document is served or does not hold. Nothing for any other leg.
[[nodiscard]] std::optional<store::LegUpdate> remind(const CourierParts& parts,
                                                     const store::LegRow& leg);

} // namespace songda::delivery
