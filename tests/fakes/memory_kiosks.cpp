// Kiosks, tries, locks and collections of the store in memory.
#include <algorithm>

#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;
using store::CollectingLock;
using store::KioskCertificate;
using store::KioskId;
using store::KioskRow;
using store::KioskSeen;

Result<bool> MemoryStore::step_kiosk(const std::optional<KioskRow>& before, const KioskRow& after,
                                     const std::optional<KioskCertificate>& certificate,
                                     const AuditRow& audit) {
    const Lock lock(mutex_);
    if ((before && before->id != after.id) || (certificate && certificate->kiosk != after.id)) {
        return Error{Fault::invalid_input, "another kiosk"};
    }
    if (!writable_) {
        return full();
    }
    if (look_up(kiosks_, after.id) != before) {
        return false;
    }
    const bool taken = std::any_of(kiosks_.begin(), kiosks_.end(), [&](const auto& each) {
        const KioskRow& other = each.second;
        return other.id != after.id && other.serial == after.serial && !other.revoked &&
               !after.revoked;
    });
    if (taken || (certificate && kiosk_certificates_.contains(certificate->certificate))) {
        return Error{Fault::conflict, "serial or certificate is another's"};
    }
    kiosks_[after.id] = after;
    if (certificate && before && before->code_until && !after.code_until) { // enrolled anew
        std::erase_if(kiosk_certificates_,
                      [&](const auto& each) { return each.second.kiosk == after.id; });
    }
    if (certificate) {
        kiosk_certificates_[certificate->certificate] = *certificate;
    }
    record(audit);
    return true;
}

Result<std::vector<KioskRow>> MemoryStore::kiosks() {
    const Lock lock(mutex_);
    std::vector<KioskRow> found;
    for (const auto& [id, row] : kiosks_) {
        found.push_back(row);
    }
    return found;
}

Result<std::optional<KioskRow>> MemoryStore::find_kiosk(const KioskId& id) {
    const Lock lock(mutex_);
    return look_up(kiosks_, id);
}

Result<std::optional<KioskCertificate>>
MemoryStore::find_kiosk_certificate(const Digest& certificate) {
    const Lock lock(mutex_);
    return look_up(kiosk_certificates_, certificate);
}

Result<void> MemoryStore::note_kiosk(const KioskSeen& seen) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (!kiosks_.contains(seen.kiosk)) {
        return Error{Fault::not_found, "no such kiosk"};
    }
    kiosks_seen_[seen.kiosk] = seen;
    return {};
}

Result<std::vector<KioskSeen>> MemoryStore::kiosks_seen() {
    const Lock lock(mutex_);
    std::vector<KioskSeen> found;
    for (const auto& [id, row] : kiosks_seen_) {
        found.push_back(row);
    }
    return found;
}

Result<std::vector<bool>> MemoryStore::count_tries(std::span<const store::TryLimit> tries,
                                                   TimeMs now) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    std::vector<bool> counted;
    for (const store::TryLimit& each : tries) {
        store::TryCount row =
            look_up(tries_, each.what).value_or(store::TryCount{each.what, 0, now});
        if (each.window_ms != 0 && row.since + each.window_ms <= now) {
            row = {each.what, 0, now};
        }
        counted.push_back(row.count < each.most);
        if (counted.back()) {
            ++row.count;
            tries_[each.what] = row;
        }
    }
    return counted;
}

Result<void> MemoryStore::end_tries(std::span<const Digest> forgotten,
                                    std::span<const Digest> uncounted) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    for (const Digest& what : forgotten) {
        tries_.erase(what);
    }
    for (const Digest& what : uncounted) {
        const auto found = tries_.find(what);
        if (found != tries_.end() && found->second.count > 0) {
            --found->second.count;
        }
    }
    return {};
}

Result<std::vector<store::LegRow>>
MemoryStore::due_legs(std::uint8_t channel, const DepartmentCode& department, std::size_t limit) {
    const Lock lock(mutex_);
    std::map<std::pair<TimeMs, LegId>, store::LegRow> found;
    for (const auto& [id, leg] : legs_) {
        if (leg.channel == channel && leg.department == department && leg.due) {
            found[{*leg.due, id}] = leg;
        }
    }
    std::vector<store::LegRow> rows;
    for (auto each = found.begin(); each != found.end() && rows.size() < limit; ++each) {
        rows.push_back(each->second);
    }
    return rows;
}

bool MemoryStore::stands_as(const store::SeenLegs& seen, const LegId& wanted) const {
    bool found = false;
    for (const auto& [id, leg] : legs_) {
        if (leg.document != seen.document) {
            continue;
        }
        const bool is_seen =
            std::any_of(seen.legs.begin(), seen.legs.end(), [&](const store::LegRow& one) {
                return one.id == leg.id && one.state == leg.state;
            });
        if (!is_seen) {
            return false;
        }
        found = found || id == wanted;
    }
    return found;
}

Result<bool> MemoryStore::take_collecting(const store::CollectingTake& take) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto before = look_up(collecting_, take.seen.document);
    if (!stands_as(take.seen, take.lock.leg) || (before && take.now < before->until) ||
        !kiosks_.contains(take.lock.kiosk)) {
        return false;
    }
    CollectingLock taken = take.lock;
    taken.failures = before ? before->failures : std::uint16_t{0};
    collecting_[take.seen.document] = taken;
    return true;
}

Result<std::optional<CollectingLock>> MemoryStore::find_collecting(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(collecting_, document);
}

Result<bool> MemoryStore::end_collecting(const DocumentId& document, const Digest& nonce,
                                         bool failed) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = collecting_.find(document);
    if (found == collecting_.end() || found->second.nonce != nonce) {
        return false;
    }
    CollectingLock& kept = found->second;
    kept.nonce = {};
    kept.until = {};
    kept.failures =
        static_cast<std::uint16_t>(kept.failures + (failed && kept.failures < 0xFFFF ? 1 : 0));
    if (kept.failures == 0) {
        collecting_.erase(found);
    }
    return true;
}

Result<store::Collected> MemoryStore::collect(const store::Collection& collection) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto held = look_up(collecting_, collection.seen.document);
    const bool may = collection.nonce ? held && held->nonce == *collection.nonce
                                      : !held || held->until <= collection.now;
    if (!may) {
        return store::Collected::locked;
    }
    if (!stands_as(collection.seen, collection.leg)) {
        return store::Collected::moved;
    }
    store::LegRow& leg = legs_[collection.leg];
    apply(leg, leg.fence + 1, collection.update);
    follow_moved(collection.leg, collection.update);
    if (collection.nonce) {
        collecting_.erase(collection.seen.document);
    }
    return store::Collected::collected;
}

} // namespace songda::fakes
