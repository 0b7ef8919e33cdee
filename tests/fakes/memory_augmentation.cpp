// Levels and revisions of the store in memory.
#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

Result<Bytes> MemoryStore::read_file(const DocumentRow& document) {
    auto file = read_issued(document);
    const Lock lock(mutex_);
    if (file.ok()) {
        append(file.value(), ByteView(look_up(behind_, document.id).value_or(Bytes{})));
        const auto revisions = look_up(revisions_, document.id);
        if (revisions && !revisions->empty() &&
            revisions->back().file_hash != sha256(file.value())) {
            return Error{Fault::corrupt, "revisions do not match their hash"};
        }
    }
    return file;
}

Result<SignatureLevel> MemoryStore::find_level(const DocumentRow& document) {
    const Lock lock(mutex_);
    const auto found = look_up(augmentations_, document.id);
    return found ? found->level : SignatureLevel::b_b;
}

Result<std::optional<AugmentationRow>> MemoryStore::find_augmentation(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(augmentations_, document);
}

Result<std::vector<RevisionRow>> MemoryStore::revisions(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(revisions_, document).value_or(std::vector<RevisionRow>{});
}

Result<std::vector<AugmentationRow>>
MemoryStore::waiting_augmentations(std::optional<DocumentId> after, std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<AugmentationRow> found;
    for (const auto& [id, row] : augmentations_) {
        if ((!after || *after < id) && is_waiting(row) &&
            found.size() < std::min(limit, list_rows_max)) {
            found.push_back(row);
        }
    }
    return found;
}

std::vector<DocumentId> MemoryStore::due_until(TimeMs now) const {
    std::set<std::pair<TimeMs, DocumentId>> due;
    for (const auto& [id, row] : augmentations_) {
        if (row.due && *row.due <= now) {
            due.insert({*row.due, id});
        }
    }
    std::vector<DocumentId> ids;
    for (const auto& [time, id] : due) {
        ids.push_back(id);
    }
    return ids;
}

Result<AugmentationCounts> MemoryStore::count_augmentations(TimeMs now) {
    const Lock lock(mutex_);
    AugmentationCounts counts;
    for (const auto& [id, row] : augmentations_) {
        const bool below = row.level < row.wanted;
        counts.waiting += is_waiting(row) ? 1U : 0U;
        counts.late += below && row.by && *row.by < now ? 1U : 0U;
        counts.parked += is_parked(row) ? 1U : 0U;
        counts.oldest = below && !counts.oldest ? std::optional(row.since) : counts.oldest;
        counts.renewals_due += !below && row.due && *row.due <= now ? 1U : 0U;
    }
    return counts;
}

Result<std::vector<AugmentationRow>>
MemoryStore::claim_augmentations(const AugmentationClaim& claim) {
    const Lock lock(mutex_);
    const std::vector<DocumentId> due = due_until(claim.now);
    if (due.empty()) {
        return std::vector<AugmentationRow>();
    }
    if (!writable_) {
        return full();
    }
    std::vector<AugmentationRow> claimed;
    for (const DocumentId& id : due) {
        if (claimed.size() < std::min(claim.max, claim_max)) {
            AugmentationRow& row = augmentations_.at(id);
            row.due = claim.now + claim.lease_ms;
            ++row.fence;
            claimed.push_back(row);
        }
    }
    return claimed;
}

AugmentationRow* MemoryStore::held(const DocumentId& document, std::uint32_t fence) {
    const auto found = augmentations_.find(document);
    const bool holds = found != augmentations_.end() && fence != 0 && found->second.fence == fence;
    return holds ? &found->second : nullptr;
}

Result<bool> MemoryStore::put_revision(const RevisionWrite& write) {
    const Lock lock(mutex_);
    if (write.bytes.empty()) {
        return Error{Fault::invalid_input, "a revision without bytes"};
    }
    AugmentationRow* const row = held(write.document, write.fence);
    if (row == nullptr) {
        return false;
    }
    std::vector<RevisionRow>& revisions = revisions_[write.document];
    if (revisions.size() >= revisions_max) {
        return Error{Fault::conflict, "too many revisions"};
    }
    if (!writable_) {
        return full();
    }
    const DocumentRow& document = documents_.at(write.document);
    const auto length = static_cast<std::uint32_t>(write.bytes.size());
    const std::uint64_t before = revisions.empty() ? document.file.size : revisions.back().size;
    if (write.release) {
        const StatusEntry status = holding(document);
        const std::vector<LegRow> legs = legs_under(document.id);
        write_after({{}, write.release({document, status, write.level, write.at, legs})});
    }
    revisions.push_back({write.at, write.level, write.proven_until, 0, 0, length, before + length,
                         write.file_hash});
    append(behind_[write.document], write.bytes);
    row->level = write.level;
    row->since = write.at;
    row->proven_until = write.proven_until;
    row->due = write.due;
    ++row->fence;
    row->attempts = 0;
    row->reason.clear();
    record(write.audit);
    return true;
}

Result<bool> MemoryStore::put_off_augmentation(const AugmentationDelay& delay) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    AugmentationRow* const row = held(delay.document, delay.fence);
    if (row == nullptr) {
        return false;
    }
    row->due = delay.due;
    ++row->fence;
    if (delay.reason) {
        row->attempts = static_cast<std::uint16_t>(std::min(row->attempts + 1, 0xFFFF));
        row->reason = *delay.reason;
    }
    if (delay.audit) {
        record(*delay.audit);
    }
    return true;
}

Result<HasteStep> MemoryStore::hasten_augmentations(const AugmentationHaste& haste) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    HasteStep step;
    std::optional<DocumentId> last;
    for (auto& [id, row] : augmentations_) {
        const bool walked = haste.only ? id == *haste.only : !haste.after || *haste.after < id;
        if (!walked || (!haste.dated_before && !is_waiting(row))) {
            continue;
        }
        if (step.looked_at == std::min(haste.rows_max, prune_rows_max)) {
            step.next = last;
            break;
        }
        ++step.looked_at;
        last = id;
        const bool meant =
            !haste.dated_before || (row.level >= row.wanted && row.since < *haste.dated_before);
        if (meant && (!row.due || haste.due < *row.due)) {
            row.due = haste.due;
            ++step.hastened;
        }
    }
    if (step.hastened > 0) {
        record(haste.audit);
    }
    return step;
}

} // namespace songda::fakes
