// Packages for an outage and the logs of kiosks, of the store in memory.
#include <algorithm>

#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;
using store::KioskId;
using store::OutageHead;
using store::OutageLineRow;
using store::OutagePackage;

Result<bool> MemoryStore::step_outage(const std::optional<OutagePackage>& before,
                                      const OutagePackage& after, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (before && (before->kiosk != after.kiosk || before->id != after.id)) {
        return Error{Fault::invalid_input, "another package"};
    }
    if (!writable_) {
        return full();
    }
    const std::pair key{after.kiosk, after.id};
    if (look_up(packages_, key) != before || !kiosks_.contains(after.kiosk)) {
        return false;
    }
    packages_[key] = after;
    record(audit);
    return true;
}

Result<std::vector<OutagePackage>> MemoryStore::packages_out(const KioskId& kiosk) {
    const Lock lock(mutex_);
    std::vector<OutagePackage> found;
    for (const auto& [key, row] : packages_) {
        if (row.kiosk == kiosk && is_out(row.state)) {
            found.push_back(row);
        }
    }
    return found;
}

Result<std::vector<OutagePackage>> MemoryStore::packages_in_conflict(std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<OutagePackage> found;
    for (const auto& [key, row] : packages_) {
        if (row.state == store::OutageState::conflict && found.size() < limit) {
            found.push_back(row);
        }
    }
    return found;
}

Result<std::optional<OutagePackage>> MemoryStore::find_package(const KioskId& kiosk,
                                                               std::string_view id) {
    const Lock lock(mutex_);
    return look_up(packages_, std::pair{kiosk, std::string(id)});
}

Result<std::optional<OutageHead>> MemoryStore::outage_head(const KioskId& kiosk) {
    const Lock lock(mutex_);
    return look_up(outage_heads_, kiosk);
}

Result<bool> MemoryStore::append_outage_log(const std::optional<OutageHead>& before,
                                            const OutageHead& after,
                                            std::span<const OutageLineRow> lines) {
    const Lock lock(mutex_);
    if (lines.empty() || after.lines != (before ? before->lines : 0) + lines.size() ||
        (before && before->kiosk != after.kiosk)) {
        return Error{Fault::invalid_input, "these lines do not lie between the two"};
    }
    if (!writable_) {
        return full();
    }
    if (look_up(outage_heads_, after.kiosk) != before) {
        return false;
    }
    auto& kept = outage_lines_[after.kiosk];
    kept.insert(kept.end(), lines.begin(), lines.end());
    outage_heads_[after.kiosk] = after;
    return true;
}

Result<std::vector<OutageLineRow>>
MemoryStore::outage_lines(const KioskId& kiosk, std::uint64_t after, std::size_t limit) {
    const Lock lock(mutex_);
    const auto& kept = outage_lines_[kiosk];
    std::vector<OutageLineRow> found;
    for (std::size_t at = after; at < kept.size() && found.size() < limit; ++at) {
        found.push_back(kept[at]);
    }
    return found;
}

} // namespace songda::fakes
