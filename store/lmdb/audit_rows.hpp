#pragma once

#include "base/result.hpp"
#include "store/lmdb/environment.hpp"
#include "store/rows.hpp"

namespace songda::store {

/// Key: sequence. Value: chain ‖ encoded row.
[[nodiscard]] Result<AuditEntry> decode_audit(const Entry& entry);
/// SHA-256(previous ‖ encoded row).
[[nodiscard]] Digest next_chain(const Digest& previous, ByteView encoded_row);

} // namespace songda::store
