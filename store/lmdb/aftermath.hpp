#pragma once

#include <optional>
#include <vector>

#include "store/lmdb/committer.hpp"
#include "store/store.hpp"

/// What follows from a change of status, as rows of the same transaction.
namespace songda::store {

/// A leg that follows: a new one, or one of the document's as it was and as it is to be.
struct FollowedLeg {
    LegWrite added; ///< when nothing stood there before
    std::optional<LegRow> before;
    LegUpdate update;
};

/// Asks `follow` about `changed` and about each of its copies that hold themselves, and looks
/// whether what it says can be written. Writes nothing. Legs of at most list_rows_max copies.
[[nodiscard]] Result<std::vector<FollowedLeg>> look_after(Transaction& rows,
                                                          const DocumentRow& changed,
                                                          const StatusEntry& entry,
                                                          const Follow& follow);
/// The same for a document whose last day is over at `now`, and nothing when it is not expired: it
/// holds no more anyway. Its copies have last days of their own.
[[nodiscard]] Result<std::optional<std::vector<FollowedLeg>>>
look_after_expiry(Transaction& rows, const DocumentRow& document, TimeMs now, const Follow& follow);
/// The same for a new revision: what `release` says of the document's deliveries, whose rows are
/// handed over too.
[[nodiscard]] Result<std::vector<FollowedLeg>>
look_released(Transaction& rows, const DocumentRow& document, const RevisionWrite& write);
/// Changes of legs that are the document's, looked at.
[[nodiscard]] Result<std::vector<FollowedLeg>>
look_at_changes(const std::vector<LegRow>& legs, std::vector<Aftermath::Change> changes);
void put_after(Batch& batch, const std::vector<FollowedLeg>& followed);

} // namespace songda::store
