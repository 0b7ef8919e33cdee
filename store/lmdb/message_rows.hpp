#pragma once

#include "store/lmdb/rows_access.hpp"

/// The rows of SM2 messages and their indexes. Used where documents are issued and where the
/// messages are made.
namespace songda::store {

[[nodiscard]] inline Key message_due_key(const MessageRow& row) {
    return Key().time(*row.due).raw(row.document.view());
}

/// Puts the row in the place of `before`, null: of none, and keeps the indexes.
inline void put_message_row(Transaction& rows, const MessageRow* before, const MessageRow& row) {
    const ByteView id = row.document.view();
    if (before != nullptr && before->due && before->due != row.due) {
        rows.erase(Table::message_due, message_due_key(*before));
    }
    if (row.due && (before == nullptr || before->due != row.due)) {
        rows.put(Table::message_due, message_due_key(row), {});
    }
    rows.put(Table::message, id, encode(row));
}

/// Either made, or due and in the index.
[[nodiscard]] inline bool is_indexed(Transaction& rows, const MessageRow& row) {
    return row.due.has_value() != row.made.has_value() &&
           (row.made || rows.get(Table::message_due, message_due_key(row)));
}

/// Of a key of the index: is there such a row?
[[nodiscard]] inline bool names_due_message(Transaction& rows, ByteView key) {
    const auto id = last_id<DocumentId>(key);
    const auto row = id ? find_row<MessageRow>(rows, Table::message, id->view())
                        : Result<std::optional<MessageRow>>(Error{});
    return row.ok() && row.value() && row.value()->due &&
           as_text(message_due_key(*row.value())) == as_text(key);
}

} // namespace songda::store
