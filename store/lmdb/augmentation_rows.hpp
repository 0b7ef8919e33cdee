#pragma once

#include <algorithm>

#include "store/lmdb/rows_access.hpp"

/// The rows of documents on their way to a level, and their indexes. Used where documents are
/// issued and where they are augmented.
namespace songda::store {

[[nodiscard]] inline Key augmentation_due_key(const AugmentationRow& row) {
    return Key().time(*row.due).raw(row.document.view());
}

/// Puts the row in the place of `before`, null: of none, and keeps the indexes.
inline void put_augmentation_row(Transaction& rows, const AugmentationRow* before,
                                 const AugmentationRow& row) {
    const ByteView id = row.document.view();
    if (before != nullptr && before->due && before->due != row.due) {
        rows.erase(Table::augmentation_due, augmentation_due_key(*before));
    }
    if (row.due && (before == nullptr || before->due != row.due)) {
        rows.put(Table::augmentation_due, augmentation_due_key(row), {});
    }
    const bool waited = before != nullptr && is_waiting(*before);
    if (waited && !is_waiting(row)) {
        rows.erase(Table::augmentation_wait, id);
    } else if (!waited && is_waiting(row)) {
        rows.put(Table::augmentation_wait, id, {});
    }
    rows.put(Table::augmentation, id, encode(row));
}

/// What is said of a document's level is what its revisions say: the newest has it, and the one
/// that reached it, behind which an electronic seal may stand, its time.
[[nodiscard]] inline bool fits_revisions(const AugmentationRow& row,
                                         const std::vector<RevisionRow>& revisions) {
    if (revisions.empty() || revisions.back().level != row.level) {
        return revisions.empty() && row.level == SignatureLevel::b_b;
    }
    return row.level == SignatureLevel::b_b ||
           std::any_of(revisions.begin(), revisions.end(), [&](const RevisionRow& each) {
               return each.level == row.level && each.at == row.since;
           });
}

/// What a new revision stands behind.
struct Behind {
    DocumentRow document;
    std::uint32_t number = 1; ///< of the new one
    std::uint64_t size = 0;
    Digest hash{};
};
/// Nothing: there is no such document. Fault conflict: it has as many revisions as it may.
[[nodiscard]] Result<std::optional<Behind>> find_behind(Transaction& rows,
                                                        const DocumentId& document);
inline void put_revision_row(Transaction& rows, const Behind& behind, const RevisionRow& row) {
    rows.put(Table::revision, Key().raw(behind.document.id.view()).number(behind.number),
             encode(row));
}

} // namespace songda::store
