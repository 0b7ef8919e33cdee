#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/aftermath.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/service_rows.hpp"
#include "store/lmdb/status_rows.hpp"

namespace songda::store {
namespace {

/// Rows of one document, numbered from 1 without a gap: none is ever removed.
template <class Row>
void append_rows(Transaction& rows, Table table, const DocumentId& document, std::size_t before,
                 std::span<const Row> added) {
    for (const Row& row : added) {
        rows.put(table, Key().raw(document.view()).number(static_cast<std::uint32_t>(++before)),
                 encode(row));
    }
}

/// What delivery is shown; everything that MovedLeg refers to.
struct Moved {
    DocumentRow document;
    DocumentStatus status = DocumentStatus::valid;
    std::vector<LegRow> legs;
    std::vector<ServiceEntry> service;
    std::vector<ConsentEntry> consents;
};

template <class Value>
bool take(Result<Value> read, Value& to, Result<void>& state) {
    if (!read.ok()) {
        state = read.error();
        return false;
    }
    to = std::move(read).value();
    return true;
}

Result<Moved> read_moved(Transaction& rows, const DocumentId& id) {
    std::optional<DocumentRow> document;
    Result<void> state;
    if (!take(find_row<DocumentRow>(rows, Table::document, id.view()), document, state)) {
        return state.error();
    }
    if (!document) {
        return Error{Fault::corrupt, "a leg of no document"};
    }
    Moved moved{*std::move(document), {}, {}, {}, {}};
    StatusEntry status;
    const bool read =
        take(holding_status(rows, moved.document), status, state) &&
        take(read_legs(rows, id), moved.legs, state) &&
        take(list_rows<ServiceEntry>(rows, Table::service, id.view()), moved.service, state) &&
        take(list_rows<ConsentEntry>(rows, Table::consent, id.view()), moved.consents, state);
    if (!read) {
        return state.error();
    }
    moved.status = status.change.status;
    return moved;
}

Result<void> check_entries(std::size_t before, std::span<const ServiceEntry> entries) {
    if (before + entries.size() > service_entries_max) {
        return Error{Fault::conflict, "the service case has too many entries"};
    }
    for (const ServiceEntry& entry : entries) {
        Result<void> checked = check_row(entry);
        if (!checked.ok()) {
            return checked;
        }
    }
    return {};
}

/// Rows first, then their records.
void append_entries(Batch& batch, const DocumentId& document, std::size_t before,
                    std::span<const ServiceEntry> added) {
    append_rows(batch.rows, Table::service, document, before, added);
    std::vector<detail::Happened> happened;
    for (const ServiceEntry& entry : added) {
        happened.push_back({nullptr, nullptr, &entry, nullptr, nullptr});
    }
    put_evidence(batch, document, happened);
}

} // namespace

void set_service_open(Transaction& rows, const DocumentRow& document, bool open) {
    if (!document.serve_by) {
        return;
    }
    const Key key = open_service_key(document.department, {*document.serve_by, document.id});
    if (open) {
        rows.put(Table::service_open, key, {});
    } else {
        rows.erase(Table::service_open, key);
    }
}

Result<void> put_what_follows(Batch& batch, const FollowLeg& follow, const LegRow& before,
                              const LegUpdate& update) {
    if (!follow || before.purpose != LegPurpose::service) {
        return {};
    }
    const auto read = read_moved(batch.rows, before.document);
    if (!read.ok()) {
        return read.error();
    }
    const Moved& moved = read.value();
    const auto leg = std::find_if(moved.legs.begin(), moved.legs.end(),
                                  [&](const LegRow& each) { return each.id == before.id; });
    if (leg == moved.legs.end()) {
        return Error{Fault::corrupt, "a leg that its document does not name"};
    }
    const auto events_of = [&batch](const LegId& id) {
        auto events = list_rows<LegEvent>(batch.rows, Table::leg_event, id.view());
        return events.ok() ? std::move(events).value() : std::vector<LegEvent>();
    };
    ServiceAftermath after = follow({moved.document, moved.status, *leg, update, moved.legs,
                                     moved.service, moved.consents, events_of});
    Result<void> checked = check_entries(moved.service.size(), after.entries);
    auto changed = look_at_changes(moved.legs, std::move(after.changes));
    if (!checked.ok() || !changed.ok()) {
        return checked.ok() ? changed.error() : checked.error();
    }
    for (LegWrite& write : after.legs) {
        checked = check_added_leg(batch.rows, moved.document, write);
        if (!checked.ok()) {
            return checked;
        }
        changed.value().push_back({std::move(write), std::nullopt, {}});
    }
    append_entries(batch, moved.document.id, moved.service.size(), after.entries);
    if (!after.entries.empty()) {
        set_service_open(batch.rows, moved.document, after.open);
    }
    put_after(batch, changed.value());
    return {};
}

void put_consent(Transaction& rows, const DocumentId& document, const ConsentEntry& entry) {
    append_rows<ConsentEntry>(rows, Table::consent, document, 0, {&entry, 1});
}

Result<std::vector<ServiceEntry>> LmdbStore::service_entries(const DocumentId& document) {
    Transaction rows = environment_.read();
    return list_rows<ServiceEntry>(rows, Table::service, document.view());
}

Result<bool> LmdbStore::append_service(const ServiceWrite& write) {
    const Result<void> fits = check_row(write.audit);
    if (!fits.ok()) {
        return fits.error();
    }
    bool appended = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto document =
            find_row<DocumentRow>(batch.rows, Table::document, write.document.view());
        const auto entries =
            list_rows<ServiceEntry>(batch.rows, Table::service, write.document.view());
        if (!document.ok() || !entries.ok()) {
            return document.ok() ? entries.error() : document.error();
        }
        if (!document.value()) {
            return Error{Fault::not_found, "no such document"};
        }
        Result<void> checked = check_entries(entries.value().size(), {&write.entry, 1});
        if (!checked.ok() || entries.value().size() != write.expected) {
            return checked;
        }
        append_entries(batch, write.document, write.expected, {&write.entry, 1});
        set_service_open(batch.rows, *document.value(), write.open);
        batch.audit(write.audit);
        appended = true;
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return appended;
}

Result<std::vector<OpenService>> LmdbStore::open_services(const DepartmentCode& department,
                                                          Date until,
                                                          std::optional<OpenService> after,
                                                          std::size_t limit) {
    Transaction rows = environment_.read();
    const Key own = Key().text(department.text);
    const std::size_t most = std::min(limit, list_rows_max);
    std::vector<OpenService> found;
    std::optional<Entry> entry =
        after ? rows.after(Table::service_open, open_service_key(department, *after))
              : rows.at_or_after(Table::service_open, own);
    while (entry && found.size() < most && starts_with(entry->key, own)) {
        const auto id = last_id<DocumentId>(entry->key);
        const auto document = id ? find_row<DocumentRow>(rows, Table::document, id->view())
                                 : Result<std::optional<DocumentRow>>(std::nullopt);
        if (!document.ok() || !document.value() || !document.value()->serve_by) {
            return Error{Fault::corrupt, "an open service names no document with a term"};
        }
        if (until < *document.value()->serve_by) {
            break;
        }
        found.push_back({*document.value()->serve_by, *id});
        const Bytes key(entry->key.begin(), entry->key.end());
        entry = rows.after(Table::service_open, key);
    }
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return found;
}

Result<std::vector<ConsentEntry>> LmdbStore::consents(const DocumentId& document) {
    Transaction rows = environment_.read();
    return list_rows<ConsentEntry>(rows, Table::consent, document.view());
}

Result<void> LmdbStore::add_consent(const DocumentId& document, const ConsentEntry& entry,
                                    const AuditRow& audit) {
    for (const Result<void>& checked : {check_row(entry), check_row(audit)}) {
        if (!checked.ok()) {
            return checked.error();
        }
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        const auto known = list_rows<ConsentEntry>(batch.rows, Table::consent, document.view());
        if (!known.ok()) {
            return known.error();
        }
        if (!batch.rows.get(Table::document, document.view())) {
            return Error{Fault::not_found, "no such document"};
        }
        if (known.value().size() >= service_entries_max) {
            return Error{Fault::conflict, "too many consents"};
        }
        append_rows<ConsentEntry>(batch.rows, Table::consent, document, known.value().size(),
                                  {&entry, 1});
        const detail::Happened told{nullptr, nullptr, nullptr, &entry, nullptr};
        put_evidence(batch, document, {&told, 1});
        batch.audit(audit);
        return {};
    });
}

} // namespace songda::store
