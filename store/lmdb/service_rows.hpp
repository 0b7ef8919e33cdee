#pragma once

#include "store/lmdb/committer.hpp"
#include "store/lmdb/rows_access.hpp"

/// Rows of service cases inside a transaction; service.cpp.
namespace songda::store {

/// The department comes first: each looks at its own.
[[nodiscard]] inline Key open_service_key(const DepartmentCode& department,
                                          const OpenService& open) {
    return Key().text(department.text).day(open.serve_by).raw(open.document.view());
}

/// A document with a term is to be served, or is not any more.
void set_service_open(Transaction& rows, const DocumentRow& document, bool open);
/// The entry's number is one more than the last one's.
void put_consent(Transaction& rows, const DocumentId& document, const ConsentEntry& entry);

/// What follows for the service case of a leg that has just moved, written with it; `before`: as it
/// was. An error means that something stored is damaged, or that `follow` said what cannot be
/// written.
[[nodiscard]] Result<void> put_what_follows(Batch& batch, const FollowLeg& follow,
                                            const LegRow& before, const LegUpdate& update);

} // namespace songda::store
