#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/aftermath.hpp"
#include "store/lmdb/augmentation_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"

namespace songda::store {
namespace {

using FoundRow = Result<std::optional<AugmentationRow>>;

FoundRow row_of(Transaction& rows, const DocumentId& document) {
    return find_row<AugmentationRow>(rows, Table::augmentation, document.view());
}

/// An index names it, so it is there.
Result<AugmentationRow> indexed(Transaction& rows, const DocumentId& document) {
    auto found = row_of(rows, document);
    if (!found.ok() || !found.value()) {
        return Error{Fault::corrupt, "index names an augmentation that cannot be read"};
    }
    return *std::move(found).value();
}

/// The first due entries up to `now`, at most `max`, in order.
std::vector<DocumentId> due_until(Transaction& rows, TimeMs now, std::size_t max) {
    std::vector<DocumentId> due;
    const Key end = Key().time(now + 1);
    std::optional<Entry> entry = rows.at_or_after(Table::augmentation_due, {});
    while (entry && due.size() < max && as_text(entry->key) < as_text(end)) {
        const Bytes key(entry->key.begin(), entry->key.end());
        if (const auto id = last_id<DocumentId>(key)) {
            due.push_back(*id);
        }
        entry = rows.after(Table::augmentation_due, key);
    }
    return due;
}

/// Ids in the order of a table that has them as keys, strictly after `after`; at most `max`.
std::vector<DocumentId> ids_after(Transaction& rows, Table table, std::optional<DocumentId> after,
                                  std::size_t max) {
    std::vector<DocumentId> ids;
    std::optional<Entry> entry =
        after ? rows.after(table, after->view()) : rows.at_or_after(table, {});
    while (entry && ids.size() < max) {
        const auto id = last_id<DocumentId>(entry->key);
        if (!id) {
            break;
        }
        ids.push_back(*id);
        entry = rows.after(table, ids.back().view());
    }
    return ids;
}

std::vector<DocumentId> ids_if(Transaction& rows, Table table, const DocumentId& id) {
    return rows.get(table, id.view()) ? std::vector{id} : std::vector<DocumentId>();
}

Result<std::vector<AugmentationRow>> rows_of(Transaction& rows,
                                             const std::vector<DocumentId>& ids) {
    std::vector<AugmentationRow> found;
    found.reserve(ids.size());
    for (const DocumentId& id : ids) {
        auto row = indexed(rows, id);
        if (!row.ok()) {
            return row.error();
        }
        found.push_back(std::move(row).value());
    }
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return found;
}

/// The row that the fence still holds, or nothing.
FoundRow held_row(Transaction& rows, const DocumentId& document, std::uint32_t fence) {
    auto found = row_of(rows, document);
    if (found.ok() && found.value() && (fence == 0 || found.value()->fence != fence)) {
        return std::optional<AugmentationRow>();
    }
    return found;
}

Result<void> check_revision(const RevisionWrite& write) {
    if (write.bytes.empty()) {
        return Error{Fault::invalid_input, "a revision without bytes"};
    }
    return check_row(write.audit);
}

/// Nothing when the fence is stale. Whoever puts a revision moves the fence, so what is found here
/// stays so until the transaction that looks at the fence again.
Result<std::optional<Behind>> find_behind(Transaction& rows, const RevisionWrite& write) {
    const auto held = held_row(rows, write.document, write.fence);
    if (!held.ok() || !held.value()) {
        return held.ok() ? Result(std::optional<Behind>()) : held.error();
    }
    return find_behind(rows, write.document);
}

AugmentationRow after_revision(const AugmentationRow& before, const RevisionWrite& write) {
    AugmentationRow after = before;
    after.level = write.level;
    after.since = write.at;
    after.proven_until = write.proven_until;
    after.due = write.due;
    after.fence = before.fence + 1;
    after.attempts = 0;
    after.reason.clear();
    return after;
}

bool is_hastened(const AugmentationRow& row, const AugmentationHaste& haste) {
    const bool meant = haste.dated_before
                           ? row.level >= row.wanted && row.since < *haste.dated_before
                           : is_waiting(row);
    return meant && (!row.due || haste.due < *row.due);
}

} // namespace

Result<std::optional<Behind>> find_behind(Transaction& rows, const DocumentId& id) {
    auto document = find_row<DocumentRow>(rows, Table::document, id.view());
    const auto before = list_rows<RevisionRow>(rows, Table::revision, id.view());
    if (!document.ok() || !before.ok()) {
        return document.ok() ? before.error() : document.error();
    }
    if (!document.value()) {
        return std::optional<Behind>();
    }
    const std::vector<RevisionRow>& revisions = before.value();
    if (revisions.size() >= revisions_max) {
        return Error{Fault::conflict, "the document has too many revisions"};
    }
    Behind behind{
        *std::move(document).value(), static_cast<std::uint32_t>(revisions.size() + 1), 0, {}};
    behind.size = revisions.empty() ? behind.document.file.size : revisions.back().size;
    behind.hash = revisions.empty() ? behind.document.file_hash : revisions.back().file_hash;
    return std::optional(std::move(behind));
}

Result<SignatureLevel> LmdbStore::find_level(const DocumentRow& document) {
    if (document.level_wanted == SignatureLevel::b_b) {
        return SignatureLevel::b_b;
    }
    Transaction rows = environment_.read();
    const auto row = indexed(rows, document.id);
    return row.ok() ? Result<SignatureLevel>(row.value().level) : row.error();
}

FoundRow LmdbStore::find_augmentation(const DocumentId& document) {
    Transaction rows = environment_.read();
    return row_of(rows, document);
}

Result<std::vector<RevisionRow>> LmdbStore::revisions(const DocumentId& document) {
    Transaction rows = environment_.read();
    return list_rows<RevisionRow>(rows, Table::revision, document.view());
}

Result<std::vector<AugmentationRow>>
LmdbStore::waiting_augmentations(std::optional<DocumentId> after, std::size_t limit) {
    Transaction rows = environment_.read();
    return rows_of(
        rows, ids_after(rows, Table::augmentation_wait, after, std::min(limit, list_rows_max)));
}

Result<AugmentationCounts> LmdbStore::count_augmentations(TimeMs now) {
    Transaction rows = environment_.read();
    AugmentationCounts counts;
    counts.waiting = rows.entries(Table::augmentation_wait);
    const auto waiting =
        rows_of(rows, ids_after(rows, Table::augmentation_wait, std::nullopt, list_rows_max));
    const auto due = rows_of(rows, due_until(rows, now, list_rows_max));
    if (!waiting.ok() || !due.ok()) {
        return waiting.ok() ? due.error() : waiting.error();
    }
    for (const AugmentationRow& row : waiting.value()) {
        const bool below = row.level < row.wanted;
        counts.late += below && row.by && *row.by < now ? 1U : 0U;
        counts.parked += is_parked(row) ? 1U : 0U;
        if (below && !counts.oldest) {
            counts.oldest = row.since;
        }
    }
    counts.renewals_due = static_cast<std::uint64_t>(
        std::count_if(due.value().begin(), due.value().end(),
                      [](const AugmentationRow& row) { return row.level >= row.wanted; }));
    return counts;
}

Result<std::vector<AugmentationRow>>
LmdbStore::claim_augmentations(const AugmentationClaim& claim) {
    const Result<void> allowed = only_exclusive();
    if (!allowed.ok()) {
        return allowed.error();
    }
    const std::size_t max = std::min(claim.max, claim_max);
    {
        Transaction rows = environment_.read();
        const bool any = !due_until(rows, claim.now, std::min<std::size_t>(max, 1)).empty();
        const Result<void> readable = failure_of(rows);
        if (!readable.ok()) {
            return readable.error();
        }
        if (!any) {
            return std::vector<AugmentationRow>();
        }
    }
    Result<std::vector<AugmentationRow>> claimed = std::vector<AugmentationRow>();
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        claimed = rows_of(batch.rows, due_until(batch.rows, claim.now, max));
        if (!claimed.ok()) {
            return claimed.error();
        }
        for (AugmentationRow& row : claimed.value()) {
            const AugmentationRow before = row;
            row.due = claim.now + claim.lease_ms;
            ++row.fence;
            put_augmentation_row(batch.rows, &before, row);
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return claimed;
}

Result<bool> LmdbStore::put_revision(const RevisionWrite& write) {
    Result<void> allowed = only_exclusive();
    allowed = allowed.ok() ? check_revision(write) : allowed;
    if (allowed.ok() && !segments_.fits(write.bytes.size())) {
        allowed = Error{Fault::invalid_input, "revision is larger than a segment"};
    }
    if (!allowed.ok()) {
        return allowed.error();
    }
    const auto found = [&] {
        Transaction rows = environment_.read();
        return find_behind(rows, write);
    }();
    if (!found.ok()) {
        return found.error();
    }
    if (!found.value()) {
        return false;
    }
    const Behind& behind = *found.value();
    const Blob blob{write.bytes, behind.hash, write.file_hash, write.document};
    Result<Appended> file = append_files({&blob, 1});
    if (!file.ok()) {
        return file.error();
    }
    const BlobPlace place = file.value().places().front();
    const auto length = static_cast<std::uint32_t>(write.bytes.size());
    const RevisionRow revision{write.at,     write.level, write.proven_until,   place.segment,
                               place.offset, length,      behind.size + length, write.file_hash};
    bool put = false;
    const Result<void> done = run_with_files(file.value(), [&](Batch& batch) -> Result<void> {
        const auto held = held_row(batch.rows, write.document, write.fence);
        if (!held.ok() || !held.value()) {
            return held.ok() ? Result<void>() : held.error();
        }
        const auto released = look_released(batch.rows, behind.document, write);
        if (!released.ok()) {
            return released.error();
        }
        put = true;
        put_revision_row(batch.rows, behind, revision);
        put_augmentation_row(batch.rows, &*held.value(), after_revision(*held.value(), write));
        put_after(batch, released.value());
        batch.audit(write.audit);
        batch.keep_files(file.value());
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return put;
}

Result<bool> LmdbStore::put_off_augmentation(const AugmentationDelay& delay) {
    Result<void> allowed = only_exclusive();
    if (allowed.ok() && delay.audit) {
        allowed = check_row(*delay.audit);
    }
    if (!allowed.ok()) {
        return allowed.error();
    }
    bool put = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto held = held_row(batch.rows, delay.document, delay.fence);
        if (!held.ok() || !held.value()) {
            return held.ok() ? Result<void>() : held.error();
        }
        AugmentationRow after = *held.value();
        after.due = delay.due;
        ++after.fence;
        if (delay.reason) {
            after.attempts =
                static_cast<std::uint16_t>(std::min<std::uint32_t>(after.attempts + 1U, 0xFFFF));
            after.reason = *delay.reason;
        }
        Result<void> fits = check_row(after);
        if (!fits.ok()) {
            return fits;
        }
        put = true;
        put_augmentation_row(batch.rows, &*held.value(), after);
        if (delay.audit) {
            batch.audit(*delay.audit);
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return put;
}

Result<HasteStep> LmdbStore::hasten_augmentations(const AugmentationHaste& haste) {
    const Result<void> fits = check_row(haste.audit);
    if (!fits.ok()) {
        return fits.error();
    }
    HasteStep step;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const Table walked = haste.dated_before ? Table::augmentation : Table::augmentation_wait;
        const std::size_t max = std::min(haste.rows_max, prune_rows_max);
        const auto ids = haste.only ? ids_if(batch.rows, walked, *haste.only)
                                    : ids_after(batch.rows, walked, haste.after, max + 1);
        const auto found = rows_of(batch.rows, ids);
        if (!found.ok()) {
            return found.error();
        }
        const std::size_t count = std::min(found.value().size(), max);
        for (std::size_t at = 0; at < count; ++at) {
            const AugmentationRow& before = found.value()[at];
            if (is_hastened(before, haste)) {
                AugmentationRow after = before;
                after.due = haste.due;
                put_augmentation_row(batch.rows, &before, after);
                ++step.hastened;
            }
        }
        step.looked_at = count;
        if (count < found.value().size() && count > 0) {
            step.next = found.value()[count - 1].document;
        }
        if (step.hastened > 0) {
            batch.audit(haste.audit);
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return step;
}

} // namespace songda::store
