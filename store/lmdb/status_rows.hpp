#pragma once

#include "store/lmdb/rows_access.hpp"

/// The history of a document's status inside a transaction; documents.cpp.
namespace songda::store {

/// What holds now. The table has changes only: for most documents there is nothing to find there.
[[nodiscard]] Result<StatusEntry> last_status(Transaction& rows, const DocumentRow& document);

/// The same, of a copy that holds itself its main's: Store::find_status.
[[nodiscard]] Result<StatusEntry> holding_status(Transaction& rows, const DocumentRow& document);

/// `change` as the entry behind `last`, with the step's operation unless it has its own.
[[nodiscard]] StatusEntry next_status(const StatusEntry& last, const StatusStep& step,
                                      StatusChange change);
void put_status(Transaction& rows, const DocumentId& id, const StatusEntry& entry);

} // namespace songda::store
