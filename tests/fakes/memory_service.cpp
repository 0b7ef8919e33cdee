// Service cases and consents of the store in memory.
#include <algorithm>

#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

void MemoryStore::follow_moved(const LegId& leg, const LegUpdate& update) {
    const LegRow moved = legs_.at(leg);
    if (!follow_leg_ || moved.purpose != LegPurpose::service) {
        return;
    }
    const DocumentRow& document = documents_.at(moved.document);
    const std::vector<LegRow> legs = legs_under(document.id);
    const auto after = follow_leg_({document, holding(document).change.status, moved, update, legs,
                                    service_[document.id], consents_[document.id],
                                    [this](const LegId& id) { return events_.at(id); }});
    std::vector<ServiceEntry>& entries = service_[document.id];
    entries.insert(entries.end(), after.entries.begin(), after.entries.end());
    testify_service(document.id, after.entries);
    if (!after.entries.empty()) {
        set_open(document, after.open);
    }
    write_after({after.legs, after.changes});
}

void MemoryStore::set_open(const DocumentRow& document, bool open) {
    if (open && document.serve_by) {
        open_services_.insert(document.id);
    } else {
        open_services_.erase(document.id);
    }
}

Result<std::vector<ServiceEntry>> MemoryStore::service_entries(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(service_, document).value_or(std::vector<ServiceEntry>{});
}

Result<bool> MemoryStore::append_service(const ServiceWrite& write) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto document = look_up(documents_, write.document);
    if (!document) {
        return Error{Fault::not_found, "no such document"};
    }
    std::vector<ServiceEntry>& entries = service_[write.document];
    if (entries.size() >= service_entries_max) {
        return Error{Fault::conflict, "the service case has too many entries"};
    }
    if (entries.size() != write.expected) {
        return false;
    }
    entries.push_back(write.entry);
    testify_service(write.document, {write.entry});
    set_open(*document, write.open);
    record(write.audit);
    return true;
}

Result<std::vector<OpenService>> MemoryStore::open_services(const DepartmentCode& department,
                                                            Date until,
                                                            std::optional<OpenService> after,
                                                            std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<OpenService> found;
    for (const DocumentId& id : open_services_) {
        const DocumentRow& document = documents_.at(id);
        const OpenService one{*document.serve_by, id};
        if (document.department == department && one.serve_by <= until &&
            (!after || *after < one)) {
            found.push_back(one);
        }
    }
    std::sort(found.begin(), found.end());
    found.resize(std::min({found.size(), limit, list_rows_max}));
    return found;
}

Result<std::vector<ConsentEntry>> MemoryStore::consents(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(consents_, document).value_or(std::vector<ConsentEntry>{});
}

Result<void> MemoryStore::add_consent(const DocumentId& document, const ConsentEntry& entry,
                                      const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (!documents_.contains(document)) {
        return Error{Fault::not_found, "no such document"};
    }
    consents_[document].push_back(entry);
    testify_to(document, {nullptr, nullptr, nullptr, &entry, nullptr});
    record(audit);
    return {};
}

} // namespace songda::fakes
