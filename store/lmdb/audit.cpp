#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/audit_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {

Result<AuditEntry> decode_audit(const Entry& entry) {
    AuditEntry found;
    if (entry.key.size() != 8 || entry.value.size() < found.chain.size()) {
        return Error{Fault::corrupt, "audit row is too short"};
    }
    Result<AuditRow> row = decode<AuditRow>(entry.value.subspan(found.chain.size()));
    if (!row.ok()) {
        return row.error();
    }
    found.sequence = read_number(entry.key);
    found.row = std::move(row).value();
    std::copy_n(entry.value.begin(), found.chain.size(), found.chain.begin());
    return found;
}

Digest next_chain(const Digest& previous, ByteView encoded_row) {
    Sha256 hash;
    hash.update(previous);
    hash.update(encoded_row);
    return hash.finish();
}

Result<void> LmdbStore::append_audit(std::span<const AuditRow> rows) {
    for (const AuditRow& row : rows) {
        Result<void> checked = check_row(row);
        if (!checked.ok()) {
            return checked;
        }
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        for (const AuditRow& row : rows) {
            batch.audit(row);
        }
        return {};
    });
}

Result<std::vector<AuditEntry>> LmdbStore::list_audit(std::uint64_t after, std::size_t limit) {
    Transaction rows = environment_.read();
    const std::size_t max = std::min(limit, list_rows_max);
    std::vector<AuditEntry> found;
    while (found.size() < max) {
        const std::optional<Entry> entry = rows.after(Table::audit, Key().number(after));
        if (!entry) {
            break;
        }
        Result<AuditEntry> decoded = decode_audit(*entry);
        if (!decoded.ok()) {
            return decoded.error();
        }
        after = decoded.value().sequence;
        found.push_back(std::move(decoded).value());
    }
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return found;
}

Result<std::uint64_t> LmdbStore::verify_audit() {
    constexpr std::size_t slice_rows = 1000; // a short read transaction each
    std::uint64_t sequence = 0;
    Digest chain{};
    for (;;) {
        const Result<std::vector<AuditEntry>> slice = list_audit(sequence, slice_rows);
        if (!slice.ok()) {
            return Error{slice.error().fault,
                         "audit row after " + std::to_string(sequence) + ": unreadable"};
        }
        for (const AuditEntry& entry : slice.value()) {
            chain = next_chain(chain, encode(entry.row));
            if (entry.sequence != sequence + 1 || entry.chain != chain) {
                return Error{Fault::corrupt,
                             "audit row " + std::to_string(sequence + 1) + " breaks the chain"};
            }
            sequence = entry.sequence;
        }
        if (slice.value().empty()) {
            return sequence;
        }
    }
}

} // namespace songda::store
