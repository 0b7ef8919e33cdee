#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/aftermath.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/service_rows.hpp"

namespace songda::store {
namespace {

const ByteView told_until_name = as_bytes("told_until");
constexpr std::size_t day_bytes = 6;

/// The walk's place: the key in `last_day` that was looked at last, or only a day at first.
Bytes place_of_walk(Transaction& rows, Date today) {
    const std::optional<ByteView> stored = rows.get(Table::meta, told_until_name);
    return stored ? Bytes(stored->begin(), stored->end()) : Key().day(today).bytes();
}

/// The next entry of a day before `today`.
std::optional<Bytes> next_over(Transaction& rows, ByteView place, const Key& today) {
    const std::optional<Entry> entry = rows.after(Table::last_day, place);
    if (!entry || entry->key.size() < day_bytes ||
        as_text(entry->key.first(day_bytes)) >= as_text(today)) {
        return std::nullopt;
    }
    return Bytes(entry->key.begin(), entry->key.end());
}

/// Tells of one document: its rows are written, or it is among those that failed.
void tell(Batch& batch, const DocumentId& id, TimeMs now, const Follow& follow, ExpiryStep& step) {
    const auto document = find_row<DocumentRow>(batch.rows, Table::document, id.view());
    if (!document.ok() || !document.value()) {
        step.failed.push_back(id);
        return;
    }
    if (was_over_when_issued(*document.value())) {
        return; // the walk may be behind the day of its issue
    }
    const auto followed = look_after_expiry(batch.rows, *document.value(), now, follow);
    if (!followed.ok()) {
        step.failed.push_back(id);
    } else if (followed.value()) {
        ++step.expired;
        set_service_open(batch.rows, *document.value(), false);
        put_after(batch, *followed.value());
    }
}

} // namespace

/// What cannot be told is passed over and said, so that one damaged row does not silence the rest.
Result<ExpiryStep> LmdbStore::tell_expired(TimeMs now, std::size_t rows_max, const Follow& follow) {
    const Result<void> allowed = only_exclusive();
    if (!allowed.ok()) {
        return allowed.error();
    }
    const Key today = Key().day(china_date(now));
    {
        Transaction rows = environment_.read();
        const bool begun = rows.get(Table::meta, told_until_name).has_value();
        const auto next = next_over(rows, place_of_walk(rows, china_date(now)), today);
        const Result<void> readable = failure_of(rows);
        if (!readable.ok()) {
            return readable.error();
        }
        if (begun && !next) {
            return ExpiryStep{0, 0, {}, true};
        }
    }
    ExpiryStep step;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        step = {};
        Bytes place = place_of_walk(batch.rows, china_date(now));
        const std::size_t max = std::min(rows_max, expiry_rows_max);
        auto next = next_over(batch.rows, place, today);
        for (; next && step.looked_at < max; next = next_over(batch.rows, place, today)) {
            place = *std::move(next);
            ++step.looked_at;
            if (const auto id = last_id<DocumentId>(place)) {
                tell(batch, *id, now, follow, step);
            }
        }
        step.over = !next;
        batch.rows.put(Table::meta, told_until_name, place);
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return step;
}

} // namespace songda::store
