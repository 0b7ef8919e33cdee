// Who collects a document in person: one lock a document, and one commit that looks at it, at all
// of the document's legs, and moves one.
#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/keys.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/service_rows.hpp"

namespace songda::store {
namespace {

/// The leg, if all stand as they were seen.
Result<std::optional<LegRow>> find_seen(Transaction& rows, const SeenLegs& seen, const LegId& leg) {
    const auto legs = read_legs(rows, seen.document);
    if (!legs.ok()) {
        return legs.error();
    }
    std::optional<LegRow> found;
    for (const LegRow& each : legs.value()) {
        const bool is_seen = std::any_of(seen.legs.begin(), seen.legs.end(), [&](const auto& one) {
            return one.id == each.id && one.state == each.state;
        });
        if (!is_seen) {
            return std::optional<LegRow>();
        }
        if (each.id == leg) {
            found = each;
        }
    }
    return found;
}

Result<std::optional<CollectingLock>> read_lock(Transaction& rows, const DocumentId& document) {
    return find_row<CollectingLock>(rows, Table::collection, document.view());
}

/// Without a nonce: while no lock holds. One that is over goes on naming its copy, until its kiosk
/// says what became of it.
bool may_collect(const std::optional<CollectingLock>& lock, const Collection& collection) {
    if (collection.nonce) {
        return lock && lock->nonce == *collection.nonce;
    }
    return !lock || lock->until <= collection.now;
}

Result<void> move_leg(Batch& batch, const LegRow& before, const LegUpdate& update,
                      const FollowLeg& follow) {
    const Result<void> fits = check_updated_row(before, update);
    if (!fits.ok()) {
        return fits;
    }
    apply_leg_update(batch, before, before.fence + 1, update);
    const Result<void> followed = put_what_follows(batch, follow, before, update);
    if (!followed.ok()) {
        batch.refuse(followed.error());
    }
    return followed;
}

} // namespace

Result<std::vector<LegRow>>
LmdbStore::due_legs(std::uint8_t channel, const DepartmentCode& department, std::size_t limit) {
    Transaction rows = environment_.read();
    Key own;
    own.raw({&channel, 1}).text(department.text);
    std::vector<LegRow> found;
    std::optional<Entry> entry = rows.at_or_after(Table::due, own);
    while (entry && starts_with(entry->key, own) && found.size() < std::min(limit, list_rows_max)) {
        const std::optional<LegId> id = last_id<LegId>(entry->key);
        auto leg = id ? find_row<LegRow>(rows, Table::leg, id->view())
                      : Result<std::optional<LegRow>>(std::nullopt);
        if (!leg.ok()) {
            return leg.error();
        }
        if (!leg.value()) {
            return Error{Fault::corrupt, "the due index names a leg that is not there"};
        }
        found.push_back(*std::move(leg).value());
        const Bytes last(entry->key.begin(), entry->key.end());
        entry = rows.after(Table::due, last);
    }
    return found;
}

Result<bool> LmdbStore::take_collecting(const CollectingTake& take) {
    bool taken = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto leg = find_seen(batch.rows, take.seen, take.lock.leg);
        const auto before = read_lock(batch.rows, take.seen.document);
        if (!leg.ok() || !before.ok()) {
            return leg.ok() ? before.error() : leg.error();
        }
        const bool locked = before.value() && take.now < before.value()->until;
        if (!leg.value() || locked || !batch.rows.get(Table::kiosk, take.lock.kiosk.view())) {
            return {};
        }
        CollectingLock lock = take.lock;
        lock.failures = before.value() ? before.value()->failures : std::uint16_t{0};
        batch.rows.put(Table::collection, take.seen.document.view(), encode(lock));
        taken = true;
        return {};
    });
    return done.ok() ? Result<bool>(taken) : done.error();
}

Result<std::optional<CollectingLock>> LmdbStore::find_collecting(const DocumentId& document) {
    Transaction rows = environment_.read();
    return read_lock(rows, document);
}

Result<bool> LmdbStore::end_collecting(const DocumentId& document, const Digest& nonce,
                                       bool failed) {
    bool ended = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = read_lock(batch.rows, document);
        if (!stored.ok()) {
            return stored.error();
        }
        if (!stored.value() || stored.value()->nonce != nonce) {
            return {};
        }
        ended = true;
        CollectingLock lock = *stored.value();
        lock.failures =
            static_cast<std::uint16_t>(lock.failures + (failed && lock.failures < 0xFFFF ? 1 : 0));
        if (lock.failures == 0) {
            batch.rows.erase(Table::collection, document.view());
            return {};
        }
        lock.nonce = {};
        lock.until = {};
        batch.rows.put(Table::collection, document.view(), encode(lock));
        return {};
    });
    return done.ok() ? Result<bool>(ended) : done.error();
}

Result<Collected> LmdbStore::collect(const Collection& collection) {
    const Result<void> checked = check_leg_update(collection.update);
    if (!checked.ok()) {
        return checked.error();
    }
    Collected outcome = Collected::moved;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto leg = find_seen(batch.rows, collection.seen, collection.leg);
        const auto lock = read_lock(batch.rows, collection.seen.document);
        if (!leg.ok() || !lock.ok()) {
            return leg.ok() ? lock.error() : leg.error();
        }
        if (!may_collect(lock.value(), collection)) {
            outcome = Collected::locked;
            return {};
        }
        if (!leg.value()) {
            return {};
        }
        const Result<void> moved =
            move_leg(batch, *leg.value(), collection.update, options_.follow_leg);
        if (!moved.ok()) {
            return moved;
        }
        if (collection.nonce) {
            batch.rows.erase(Table::collection, collection.seen.document.view());
        }
        outcome = Collected::collected;
        return {};
    });
    return done.ok() ? Result<Collected>(outcome) : done.error();
}

} // namespace songda::store
