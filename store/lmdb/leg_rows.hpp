#pragma once

#include "base/result.hpp"
#include "store/lmdb/committer.hpp"
#include "store/store.hpp"

/// Legs and what belongs to them, as rows. Used where legs are made and where they move.
namespace songda::store {

[[nodiscard]] Result<void> check_leg_write(const LegWrite& write);
/// The same for a leg that follows from something else about its document.
[[nodiscard]] Result<void> check_added_leg(Transaction& rows, const DocumentRow& document,
                                           const LegWrite& write);
[[nodiscard]] Result<void> check_leg_update(const LegUpdate& update);
/// The update's own check does not know the rest of the row, which has to fit one too.
[[nodiscard]] Result<void> check_updated_row(const LegRow& before, const LegUpdate& update);
/// In the order of ids.
[[nodiscard]] Result<std::vector<LegRow>> read_legs(Transaction& rows, const DocumentId& document);
/// Without the document's inbox entry. The caller has seen that the id is free.
void put_new_leg(Transaction& rows, const LegWrite& write);
/// The document's entry in its recipient's inbox, in whichever table it stands.
[[nodiscard]] Result<std::optional<InboxEntry>> find_inbox_entry(Batch& batch, const InboxId& inbox,
                                                                 const DocumentId& document);
/// What goes to who supervises opens no inbox.
[[nodiscard]] inline bool lies_in_inbox(const LegRow& leg) {
    return leg.purpose != LegPurpose::supervision;
}
/// The first entry is kept: another leg must not make a read letter unread.
[[nodiscard]] Result<void> put_inbox_entry(Batch& batch, const LegRow& leg);
/// Replaces a leg's row and moves its entry in the due index.
void replace_leg(Transaction& rows, const LegRow& before, const LegRow& after);
/// State, due, reason, attempts, deadline, events, audit; the fence as given.
void apply_leg_update(Batch& batch, const LegRow& before, std::uint32_t fence,
                      const LegUpdate& update);

} // namespace songda::store
