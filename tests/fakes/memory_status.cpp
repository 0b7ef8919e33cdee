// What holds, and what follows when that changes, of the store in memory.
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

Result<std::vector<StatusEntry>> MemoryStore::status_history(const DocumentId& id) {
    const Lock lock(mutex_);
    return look_up(history_, id).value_or(std::vector<StatusEntry>{});
}

Result<StatusEntry> MemoryStore::find_status(const DocumentRow& document) {
    const Lock lock(mutex_);
    return holding(document);
}

StatusEntry MemoryStore::holding(const DocumentRow& document) const {
    const auto found = look_up(history_, document.id);
    const StatusEntry own = found ? found->back() : StatusEntry{1, document.first_status};
    if (document.relation && is_copy(document.relation->kind) &&
        own.change.status == DocumentStatus::valid) {
        return history_.at(document.relation->document).back();
    }
    return own;
}

Result<StatusOutcome> MemoryStore::set_status(const DocumentId& id, const StatusWrite& write) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = documents_.find(id);
    if (found == documents_.end()) {
        return Error{Fault::not_found, "no such document"};
    }
    return change_status(found->second, write);
}

Result<StatusOutcome> MemoryStore::change_status(const DocumentRow& document,
                                                 const StatusWrite& write) {
    std::vector<StatusEntry>& history = history_.at(document.id);
    const StatusStep* const step = find_step(history.back().change.status, write.change.status);
    if (step == nullptr) {
        return StatusOutcome{false, history.back()};
    }
    StatusEntry entry{history.back().sequence + 1, write.change};
    if (entry.change.operation == Operation::none) {
        entry.change.operation = step->operation;
    }
    const auto followed = look_after(document, entry, write.follow);
    if (!followed.ok()) {
        return followed.error();
    }
    history.push_back(entry);
    if (!may_hold(entry.change.status)) {
        set_open(document, false);
    }
    for (const Aftermath& after : followed.value()) {
        write_after(after);
    }
    record(write.audit);
    return StatusOutcome{true, entry};
}

void MemoryStore::write_after(const Aftermath& after) {
    for (const LegWrite& leg : after.legs) {
        insert_leg(leg);
        testify_events(leg.leg, leg.events);
    }
    for (const Aftermath::Change& change : after.changes) {
        LegRow& leg = legs_.at(change.leg);
        apply(leg, leg.fence + (leg.state != change.update.state ? 1U : 0U), change.update);
    }
}

std::vector<LegRow> MemoryStore::legs_under(const DocumentId& document) const {
    std::vector<LegRow> legs;
    for (const auto& [id, leg] : legs_) {
        if (leg.document == document) {
            legs.push_back(leg);
        }
    }
    return legs;
}

Result<std::vector<Aftermath>> MemoryStore::look_after(const DocumentRow& changed,
                                                       const StatusEntry& entry,
                                                       const Follow& follow) const {
    std::vector<Aftermath> followed;
    if (!follow) {
        return followed;
    }
    const auto status = [this](const DocumentId& id) {
        return history_.at(id).back().change.status;
    };
    const bool copy = changed.relation && is_copy(changed.relation->kind);
    const DocumentStatus own = entry.change.status;
    const DocumentStatus holds =
        copy && own == DocumentStatus::valid ? status(changed.relation->document) : own;
    std::vector<DocumentRow> touched = {changed};
    for (const auto& [id, row] : documents_) {
        if (row.relation && row.relation->document == changed.id && is_copy(row.relation->kind) &&
            status(id) == DocumentStatus::valid) {
            touched.push_back(row);
        }
    }
    for (const DocumentRow& document : touched) {
        const std::vector<LegRow> legs = legs_under(document.id);
        followed.push_back(follow({changed, entry, document, holds, legs}));
        for (const LegWrite& write : followed.back().legs) {
            if (legs_.contains(write.leg.id)) {
                return Error{Fault::conflict, "leg id exists"};
            }
        }
    }
    return followed;
}

Result<ExpiryStep> MemoryStore::tell_expired(TimeMs now, std::size_t rows_max,
                                             const Follow& follow) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const Date today = china_date(now);
    told_until_ = told_until_.value_or(std::pair(today, std::optional<DocumentId>()));
    std::map<std::pair<Date, DocumentId>, DocumentRow> over;
    for (const auto& [id, row] : documents_) {
        if (row.valid_until && *row.valid_until < today &&
            *told_until_ < std::pair(*row.valid_until, std::optional(id))) {
            over.emplace(std::pair(*row.valid_until, id), row);
        }
    }
    ExpiryStep step;
    step.over = over.size() <= rows_max;
    for (const auto& [place, document] : over) {
        if (step.looked_at == rows_max) {
            break;
        }
        ++step.looked_at;
        told_until_ = place;
        if (!was_over_when_issued(document) &&
            status_at(document, holding(document).change.status, now) == DocumentStatus::expired) {
            ++step.expired;
            set_open(document, false);
            StatusEntry entry = expiry_of(*document.valid_until);
            entry.change.at = now;
            write_after(follow(
                {document, entry, document, DocumentStatus::expired, legs_under(document.id)}));
        }
    }
    return step;
}

Result<std::vector<RelatedDocument>> MemoryStore::related_to(const DocumentId& id) {
    const Lock lock(mutex_);
    std::vector<RelatedDocument> found;
    for (const auto& [later, row] : documents_) {
        if (row.relation && row.relation->document == id) {
            found.push_back({row.relation->kind, later});
        }
    }
    return found;
}

} // namespace songda::fakes
