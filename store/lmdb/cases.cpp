#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Key event_key(std::string_view case_number, std::size_t sequence) {
    return Key().text(case_number).number(static_cast<std::uint32_t>(sequence));
}

std::size_t count_under(Transaction& rows, Table table, ByteView prefix) {
    std::size_t count = 0;
    for_each_under(rows, table, prefix, [&count](const Entry&) {
        ++count;
        return true;
    });
    return count;
}

Result<void> check_event(const CaseEventWrite& write) {
    if (write.case_number.empty() || !key_text_fits(write.case_number, case_number_bytes_max)) {
        return Error{Fault::invalid_input, "case number is empty or too long"};
    }
    return check_row(write.event);
}

Result<void> check_draft(const DraftWrite& write) {
    for (const DepartmentCode& code : {write.draft.department, write.draft.author_department}) {
        if (!key_text_fits(code.text, department_bytes_max)) {
            return Error{Fault::invalid_input, "department code is too long"};
        }
    }
    for (const Result<void>& checked : {check_row(write.draft), check_row(write.audit),
                                        write.event ? check_event(*write.event) : Result<void>()}) {
        if (!checked.ok()) {
            return checked;
        }
    }
    return {};
}

/// True when the event may be written: the case has what was expected.
Result<bool> may_append(Transaction& rows, const CaseEventWrite& write) {
    const std::size_t count = count_under(rows, Table::case_event, Key().text(write.case_number));
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    if (count >= case_events_max) {
        return Error{Fault::conflict, "the case has too many events"};
    }
    return count == write.expected;
}

void put_event(Transaction& rows, const CaseEventWrite& write) {
    rows.put(Table::case_event, event_key(write.case_number, write.expected + 1),
             encode(write.event));
}

/// Both departments see a draft that waits.
void index_waiting(Transaction& rows, const DraftRow& draft) {
    for (const DepartmentCode& code : {draft.department, draft.author_department}) {
        const Key key = Key().text(code.text).raw(draft.id.view());
        if (draft.state == DraftState::waiting) {
            rows.put(Table::waiting_draft, key, {});
        } else {
            rows.erase(Table::waiting_draft, key);
        }
    }
}

/// What both writes of a draft end with.
void put_row(Batch& batch, const DraftWrite& write) {
    batch.rows.put(Table::draft, write.draft.id.view(), encode(write.draft));
    index_waiting(batch.rows, write.draft);
    if (write.event) {
        put_event(batch.rows, *write.event);
    }
    batch.audit(write.audit);
}

} // namespace

Result<std::vector<CaseEvent>> LmdbStore::case_events(std::string_view case_number) {
    if (!key_text_fits(case_number, case_number_bytes_max)) {
        return std::vector<CaseEvent>();
    }
    Transaction rows = environment_.read();
    return list_rows<CaseEvent>(rows, Table::case_event, Key().text(case_number));
}

Result<bool> LmdbStore::append_case_event(const CaseEventWrite& write, const AuditRow& audit) {
    for (const Result<void>& checked : {check_event(write), check_row(audit)}) {
        if (!checked.ok()) {
            return checked.error();
        }
    }
    Result<bool> appended = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        appended = may_append(batch.rows, write);
        if (!appended.ok()) {
            return appended.error();
        }
        if (appended.value()) {
            put_event(batch.rows, write);
            batch.audit(audit);
        }
        return {};
    });
    return done.ok() ? appended : Result<bool>(done.error());
}

Result<std::vector<DocumentRow>> LmdbStore::case_documents(std::string_view case_number) {
    std::vector<DocumentRow> found;
    if (case_number.empty() || !key_text_fits(case_number, case_number_bytes_max)) {
        return found;
    }
    Transaction rows = environment_.read();
    Result<void> state;
    for_each_under(rows, Table::case_number, Key().text(case_number), [&](const Entry& entry) {
        auto document = find_row<DocumentRow>(rows, Table::document, entry.value);
        if (!document.ok() || !document.value()) {
            state = Error{Fault::corrupt, "index names a document that cannot be read"};
            return false;
        }
        found.push_back(*std::move(document).value());
        return found.size() < case_documents_max;
    });
    state = state.ok() ? failure_of(rows) : state;
    if (!state.ok()) {
        return state.error();
    }
    return found;
}

Result<bool> LmdbStore::put_draft(const DraftWrite& write, ByteView decision) {
    const Result<void> checked = check_draft(write);
    if (!checked.ok()) {
        return checked.error();
    }
    if (decision.empty() || decision.size() > draft_decision_bytes_max ||
        sha256(decision) != write.draft.decision) {
        return Error{Fault::invalid_input, "a draft's decision is too long or not its own"};
    }
    Result<bool> put = true;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        if (batch.rows.get(Table::draft, write.draft.id.view())) {
            return Error{Fault::conflict, "a draft has this id"};
        }
        put = write.event ? may_append(batch.rows, *write.event) : Result<bool>(true);
        if (!put.ok()) {
            return put.error();
        }
        if (put.value()) {
            batch.rows.put(Table::draft_decision, write.draft.id.view(), decision);
            put_row(batch, write);
        }
        return {};
    });
    return done.ok() ? put : Result<bool>(done.error());
}

Result<std::optional<DraftRow>> LmdbStore::find_draft(const DraftId& id) {
    Transaction rows = environment_.read();
    return find_row<DraftRow>(rows, Table::draft, id.view());
}

Result<Bytes> LmdbStore::draft_decision(const DraftRow& draft) {
    Transaction rows = environment_.read();
    const std::optional<ByteView> stored = rows.get(Table::draft_decision, draft.id.view());
    if (!stored) {
        const Result<void> readable = failure_of(rows);
        return readable.ok() ? Error{Fault::not_found, "the draft waits no more"}
                             : readable.error();
    }
    if (sha256(*stored) != draft.decision) {
        return Error{Fault::corrupt, "a draft's decision does not match its hash"};
    }
    return Bytes(stored->begin(), stored->end());
}

Result<bool> LmdbStore::change_draft(const DraftRow& before, const DraftWrite& write) {
    const Result<void> checked = check_draft(write);
    if (!checked.ok()) {
        return checked.error();
    }
    if (write.draft.id != before.id) {
        return Error{Fault::invalid_input, "another draft"};
    }
    Result<bool> changed = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = find_row<DraftRow>(batch.rows, Table::draft, before.id.view());
        if (!stored.ok()) {
            return stored.error();
        }
        changed = before.state == DraftState::waiting && stored.value() == before;
        if (changed.value() && write.event) {
            changed = may_append(batch.rows, *write.event);
        }
        if (!changed.ok()) {
            return changed.error();
        }
        if (changed.value()) {
            if (write.draft.state != DraftState::waiting) {
                batch.rows.erase(Table::draft_decision, before.id.view());
            }
            put_row(batch, write);
        }
        return {};
    });
    return done.ok() ? changed : Result<bool>(done.error());
}

Result<std::vector<DraftRow>> LmdbStore::waiting_drafts(const DepartmentCode& department,
                                                        std::optional<DraftId> after,
                                                        std::size_t limit) {
    std::vector<DraftRow> found;
    const std::size_t max = std::min(limit, list_rows_max);
    if (!key_text_fits(department.text, department_bytes_max)) {
        return found;
    }
    Transaction rows = environment_.read();
    const Key own = Key().text(department.text);
    Key from = own;
    if (after) {
        from.raw(after->view());
    }
    Bytes last = from.bytes();
    while (found.size() < max) {
        const std::optional<Entry> entry = rows.after(Table::waiting_draft, last);
        if (!entry || !starts_with(entry->key, own)) {
            break;
        }
        last.assign(entry->key.begin(), entry->key.end());
        auto draft =
            find_row<DraftRow>(rows, Table::draft, ByteView(last).last(DraftId{}.bytes.size()));
        if (!draft.ok() || !draft.value()) {
            return Error{Fault::corrupt, "index names a draft that cannot be read"};
        }
        found.push_back(*std::move(draft).value());
    }
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result<std::vector<DraftRow>>(std::move(found)) : readable.error();
}

} // namespace songda::store
