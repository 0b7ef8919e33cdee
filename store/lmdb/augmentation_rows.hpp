#pragma once

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

} // namespace songda::store
