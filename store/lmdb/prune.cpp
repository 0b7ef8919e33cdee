#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

/// Keys of expired rows, found in a snapshot so that the committing thread only has to remove.
struct Found {
    PruneStep step;
    std::vector<Bytes> expired;
};

Result<Found> find_expired(Transaction& rows, TimeMs expired, std::string_view from,
                           std::size_t rows_max) {
    Found found;
    Bytes last(from.begin(), from.end());
    std::optional<Entry> entry = last.empty() ? rows.at_or_after(Table::idempotency, {})
                                              : rows.after(Table::idempotency, last);
    for (; entry && found.step.looked_at < rows_max; ++found.step.looked_at) {
        last.assign(entry->key.begin(), entry->key.end());
        const auto row = decode<IdempotencyRow>(entry->value);
        if (!row.ok()) {
            return row.error();
        }
        if (row.value().expires <= expired) {
            found.expired.push_back(last);
        }
        entry = rows.after(Table::idempotency, last);
    }
    found.step.next = entry ? std::string(as_text(last)) : std::string();
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return found;
}

} // namespace

/// A walk and no index by time: an index would be written twice for each document, on the path that
/// matters, to save reads once a day on the one that does not.
Result<PruneStep> LmdbStore::prune_idempotency(TimeMs expired, std::string_view from,
                                               std::size_t rows_max) {
    const Result<void> allowed = only_exclusive();
    if (!allowed.ok()) {
        return allowed.error();
    }
    Result<Found> found = [&] {
        Transaction rows = environment_.read();
        return find_expired(rows, expired, from, std::min(rows_max, prune_rows_max));
    }();
    if (!found.ok()) {
        return found.error();
    }
    PruneStep step = std::move(found.value().step);
    if (found.value().expired.empty()) {
        return step;
    }
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        for (const Bytes& key : found.value().expired) {
            // The key may have been used anew since the snapshot.
            const auto row = find_row<IdempotencyRow>(batch.rows, Table::idempotency, key);
            if (row.ok() && row.value() && row.value()->expires <= expired) {
                batch.rows.erase(Table::idempotency, key);
                ++step.removed;
            }
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return step;
}

} // namespace songda::store
