#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

bool MemoryStore::append_event(const std::optional<CaseEventWrite>& write) {
    if (!write) {
        return true;
    }
    const auto found = case_events_.find(write->case_number);
    if ((found == case_events_.end() ? 0 : found->second.size()) != write->expected) {
        return false;
    }
    case_events_[write->case_number].push_back(write->event);
    return true;
}

Result<std::vector<CaseEvent>> MemoryStore::case_events(std::string_view case_number) {
    const Lock lock(mutex_);
    const auto found = case_events_.find(case_number);
    return found == case_events_.end() ? std::vector<CaseEvent>() : found->second;
}

Result<bool> MemoryStore::append_case_event(const CaseEventWrite& write, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const bool appended = append_event(write);
    if (appended) {
        record(audit);
    }
    return appended;
}

Result<std::vector<DocumentRow>> MemoryStore::case_documents(std::string_view case_number) {
    const Lock lock(mutex_);
    std::vector<DocumentRow> found;
    for (const auto& [key, id] : cases_) {
        if (std::get<0>(key) == case_number) {
            found.push_back(documents_.at(id));
        }
    }
    return found;
}

Result<bool> MemoryStore::put_draft(const DraftWrite& write, ByteView decision) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (decision.empty() || sha256(decision) != write.draft.decision) {
        return Error{Fault::invalid_input, "not its own"};
    }
    if (drafts_.contains(write.draft.id)) {
        return Error{Fault::conflict, "a draft has this id"};
    }
    if (!append_event(write.event)) {
        return false;
    }
    drafts_[write.draft.id] = write.draft;
    draft_decisions_[write.draft.id] = Bytes(decision.begin(), decision.end());
    record(write.audit);
    return true;
}

Result<std::optional<DraftRow>> MemoryStore::find_draft(const DraftId& id) {
    const Lock lock(mutex_);
    return look_up(drafts_, id);
}

Result<Bytes> MemoryStore::draft_decision(const DraftRow& draft) {
    const Lock lock(mutex_);
    const auto found = look_up(draft_decisions_, draft.id);
    if (!found) {
        return Error{Fault::not_found, "the draft waits no more"};
    }
    if (sha256(*found) != draft.decision) {
        return Error{Fault::corrupt, "another decision"};
    }
    return *found;
}

Result<bool> MemoryStore::change_draft(const DraftRow& before, const DraftWrite& write) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (write.draft.id != before.id) {
        return Error{Fault::invalid_input, "another draft"};
    }
    if (before.state != DraftState::waiting || look_up(drafts_, before.id) != before ||
        !append_event(write.event)) {
        return false;
    }
    drafts_[before.id] = write.draft;
    if (write.draft.state != DraftState::waiting) {
        draft_decisions_.erase(before.id);
    }
    record(write.audit);
    return true;
}

Result<std::vector<DraftRow>> MemoryStore::waiting_drafts(const DepartmentCode& department,
                                                          std::optional<DraftId> after,
                                                          std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<DraftRow> found;
    for (const auto& [id, draft] : drafts_) {
        const bool own = draft.department == department || draft.author_department == department;
        if (own && draft.state == DraftState::waiting && (!after || *after < id) &&
            found.size() < std::min(limit, list_rows_max)) {
            found.push_back(draft);
        }
    }
    return found;
}

Result<std::uint32_t> MemoryStore::add_paper_copy(const DocumentId& document, const PaperCopy& copy,
                                                  const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (!documents_.contains(document)) {
        return Error{Fault::not_found, "no such document"};
    }
    auto& copies = paper_copies_[document];
    for (std::size_t at = 0; at < copies.size() && !copy.key.empty(); ++at) {
        if (copies[at].key == copy.key) {
            return static_cast<std::uint32_t>(at + 1);
        }
    }
    copies.push_back(copy);
    record(audit);
    return static_cast<std::uint32_t>(copies.size());
}

Result<std::vector<PaperCopy>> MemoryStore::paper_copies(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(paper_copies_, document).value_or(std::vector<PaperCopy>());
}

Result<void> MemoryStore::revoke_paper_copy(const DocumentId& document, std::uint32_t number,
                                            TimeMs at, std::string_view reason,
                                            const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = paper_copies_.find(document);
    if (found == paper_copies_.end() || number == 0 || number > found->second.size()) {
        return Error{Fault::not_found, "no such copy"};
    }
    PaperCopy& copy = found->second[number - 1];
    if (!copy.revoked) {
        copy.revoked = at;
        copy.reason = reason;
        record(audit);
    }
    return {};
}

} // namespace songda::fakes
