#pragma once

#include <span>

#include "store/detail/evidence_history.hpp"
#include "store/lmdb/committer.hpp"
#include "store/lmdb/rows_access.hpp"

/// Records of evidence inside a transaction; evidence.cpp. Called behind the rows of what happened.
/// Damage that they meet refuses the batch: nothing may be written without its record.
namespace songda::store {

void put_evidence(Batch& batch, const DocumentId& document,
                  std::span<const detail::Happened> happened);
/// Of a leg as it is from now on.
void put_evidence(Batch& batch, const LegRow& leg, std::span<const LegEvent> events);

/// What evidence_chain says of one record: sequence (8) ‖ hash (32).
struct ChainEntry {
    std::uint64_t sequence = 0;
    Digest hash{};
};
[[nodiscard]] std::optional<ChainEntry> decode_chain_entry(ByteView value);

[[nodiscard]] inline Key evidence_department_key(const DepartmentCode& department,
                                                 std::uint64_t sequence) {
    return Key().text(department.text).number(sequence);
}

} // namespace songda::store
