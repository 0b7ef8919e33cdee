#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/aftermath.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/service_rows.hpp"
#include "store/lmdb/status_rows.hpp"

namespace songda::store {
namespace {

constexpr std::uint32_t first_sequence = 1;

using FoundDocument = Result<std::optional<DocumentRow>>;

/// An index without its document is damage.
FoundDocument document_of(Transaction& rows, const DocumentId& id) {
    FoundDocument document = find_row<DocumentRow>(rows, Table::document, id.view());
    if (document.ok() && !document.value()) {
        return Error{Fault::corrupt, "index names a document that is not there"};
    }
    return document;
}

/// Index value → document.
FoundDocument find_through(Transaction& rows, Table index, ByteView key) {
    const Result<std::optional<DocumentId>> id = find_id<DocumentId>(rows, index, key);
    if (!id.ok()) {
        return id.error();
    }
    if (!id.value()) {
        return std::optional<DocumentRow>();
    }
    return document_of(rows, *id.value());
}

} // namespace

Result<StatusEntry> last_status(Transaction& rows, const DocumentRow& document) {
    const std::optional<Entry> last = last_under(rows, Table::status, document.id.view());
    if (!last) {
        const Result<void> readable = failure_of(rows);
        if (!readable.ok()) {
            return readable.error();
        }
        return StatusEntry{1, document.first_status};
    }
    Result<StatusChange> change = decode<StatusChange>(last->value);
    if (!change.ok()) {
        return change.error();
    }
    const auto sequence = static_cast<std::uint32_t>(read_number(last->key.last(4)));
    return StatusEntry{sequence, std::move(change).value()};
}

Result<StatusEntry> holding_status(Transaction& rows, const DocumentRow& document) {
    auto own = last_status(rows, document);
    if (!own.ok() || !document.relation || !is_copy(document.relation->kind) ||
        own.value().change.status != DocumentStatus::valid) {
        return own;
    }
    const FoundDocument main = document_of(rows, document.relation->document);
    return main.ok() ? last_status(rows, *main.value()) : main.error();
}

FoundDocument LmdbStore::find_document(const DocumentId& id) {
    Transaction rows = environment_.read();
    return find_row<DocumentRow>(rows, Table::document, id.view());
}

FoundDocument LmdbStore::find_document_for(const DepartmentCode& department, const DocumentId& id) {
    FoundDocument found = find_document(id);
    if (found.ok() && found.value() && found.value()->department != department) {
        return std::optional<DocumentRow>();
    }
    return found;
}

FoundDocument LmdbStore::find_by_key(const DocumentKey& key) {
    std::optional<DocumentId> fresh = fresh_.find(key); // before the snapshot: fresh_index.hpp
    Transaction rows = environment_.read();
    if (!options_.exclusive) {
        const Result<FreshRows> beside = read_fresh(rows);
        if (!beside.ok()) {
            return beside.error();
        }
        fresh = beside.value().find(key);
    }
    return fresh ? document_of(rows, *fresh) : find_through(rows, Table::document_key, key.view());
}

Result<std::optional<IdempotencyRow>> LmdbStore::find_idempotent(const DepartmentCode& department,
                                                                 std::string_view key) {
    if (!key_text_fits(key, idempotency_key_bytes_max) ||
        !key_text_fits(department.text, department_bytes_max)) {
        return std::optional<IdempotencyRow>();
    }
    Transaction rows = environment_.read();
    return find_row<IdempotencyRow>(rows, Table::idempotency,
                                    Key().text(department.text).text(key));
}

Result<std::optional<DocumentId>> LmdbStore::find_case(const DepartmentCode& department,
                                                       std::string_view template_version,
                                                       std::string_view case_number) {
    if (!key_text_fits(case_number, case_number_bytes_max) ||
        !key_text_fits(template_version, template_version_bytes_max) ||
        !key_text_fits(department.text, department_bytes_max)) {
        return std::optional<DocumentId>();
    }
    Transaction rows = environment_.read();
    return find_id<DocumentId>(rows, Table::case_number,
                               case_key(department, template_version, case_number));
}

Result<std::vector<DocumentRow>> LmdbStore::list_documents(const DepartmentCode& department,
                                                           std::optional<DocumentId> after,
                                                           std::size_t limit) {
    Transaction rows = environment_.read();
    const std::size_t max = std::min(limit, list_rows_max);
    std::vector<DocumentRow> found;
    const Key own = Key().text(department.text);
    Key from = own;
    if (after) {
        from.raw(after->view());
    }
    Bytes last = from.bytes();
    while (found.size() < max) {
        const std::optional<Entry> entry = rows.after(Table::department_document, last);
        if (!entry || !starts_with(entry->key, own)) {
            break;
        }
        last.assign(entry->key.begin(), entry->key.end());
        FoundDocument document = find_row<DocumentRow>(
            rows, Table::document, ByteView(last).last(DocumentId{}.bytes.size()));
        if (!document.ok() || !document.value()) {
            return Error{Fault::corrupt, "index names a document that cannot be read"};
        }
        found.push_back(*std::move(document).value());
    }
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return found;
}

Result<Bytes> LmdbStore::read_issued(const DocumentRow& document) {
    const FileRef& file = document.file;
    Bytes bytes;
    if (file.prefix != Digest{}) {
        Result<Bytes> prefix = read_prefix(file.prefix);
        if (!prefix.ok()) {
            return prefix;
        }
        bytes = std::move(prefix).value();
    }
    const Result<Bytes> rest = segments_.read(file.segment, file.offset, file.rest_length);
    if (!rest.ok()) {
        return rest.error();
    }
    append(bytes, ByteView(rest.value()));
    if (bytes.size() != file.size || sha256(bytes) != document.file_hash) {
        return Error{Fault::corrupt, "stored file does not match its hash"};
    }
    return bytes;
}

Result<Bytes> LmdbStore::read_file(const DocumentRow& document) {
    auto file = read_issued(document);
    if (!file.ok()) {
        return file;
    }
    const auto behind = revisions(document.id);
    if (!behind.ok()) {
        return behind.error();
    }
    Sha256 running; // each revision's hash is that of all before it and itself
    running.update(file.value());
    for (const RevisionRow& revision : behind.value()) {
        const auto bytes = segments_.read(revision.segment, revision.offset, revision.length);
        if (!bytes.ok()) {
            return bytes.error();
        }
        running.update(bytes.value());
        append(file.value(), ByteView(bytes.value()));
        if (file.value().size() != revision.size ||
            Sha256(running).finish() != revision.file_hash) {
            return Error{Fault::corrupt, "stored revision does not match its hash"};
        }
    }
    return file;
}

Result<Bytes> LmdbStore::read_prefix(const Digest& prefix) {
    std::optional<PrefixRow> place;
    {
        Transaction rows = environment_.read();
        const auto stored = find_row<PrefixRow>(rows, Table::prefix, prefix);
        if (!stored.ok()) {
            return stored.error();
        }
        place = stored.value();
    }
    if (!place) {
        return Error{Fault::corrupt, "prefix of a stored file is not there"};
    }
    return segments_.read(place->segment, place->offset, place->length);
}

Result<std::vector<StatusEntry>> LmdbStore::status_history(const DocumentId& id) {
    Transaction rows = environment_.read();
    const auto document = find_row<DocumentRow>(rows, Table::document, id.view());
    Result<std::vector<StatusChange>> changes =
        list_rows<StatusChange>(rows, Table::status, id.view());
    if (!document.ok() || !changes.ok()) {
        return document.ok() ? changes.error() : document.error();
    }
    std::vector<StatusEntry> history;
    if (document.value() && !rows.get(Table::status, Key().raw(id.view()).number(first_sequence))) {
        history.push_back({1, document.value()->first_status}); // unless its row is of version 1
    }
    for (StatusChange& change : changes.value()) {
        history.push_back({static_cast<std::uint32_t>(history.size() + 1), std::move(change)});
    }
    return history;
}

Result<StatusEntry> LmdbStore::find_status(const DocumentRow& document) {
    Transaction rows = environment_.read();
    return holding_status(rows, document);
}

Result<std::vector<RelatedDocument>> LmdbStore::related_to(const DocumentId& id) {
    Transaction rows = environment_.read();
    std::vector<RelatedDocument> found;
    for_each_under(rows, Table::related, id.view(), [&](const Entry& entry) {
        const auto later = last_id<DocumentId>(entry.key);
        const bool readable = later && entry.value.size() == 1;
        if (readable) {
            found.push_back({static_cast<RelationKind>(entry.value[0]), *later});
        }
        return found.size() < list_rows_max;
    });
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return found;
}

StatusEntry next_status(const StatusEntry& last, const StatusStep& step, StatusChange change) {
    if (change.operation == Operation::none) {
        change.operation = step.operation;
    }
    return {last.sequence + 1, std::move(change)};
}

void put_status(Transaction& rows, const DocumentId& id, const StatusEntry& entry) {
    rows.put(Table::status, Key().raw(id.view()).number(entry.sequence), encode(entry.change));
}

Result<StatusOutcome> LmdbStore::set_status(const DocumentId& id, const StatusWrite& write) {
    for (const Result<void>& checked : {check_row(write.change), check_row(write.audit)}) {
        if (!checked.ok()) {
            return checked.error();
        }
    }
    StatusOutcome outcome;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto document = find_row<DocumentRow>(batch.rows, Table::document, id.view());
        if (!document.ok()) {
            return document.error();
        }
        if (!document.value()) {
            return Error{Fault::not_found, "no such document"};
        }
        auto last = last_status(batch.rows, *document.value());
        if (!last.ok()) {
            return last.error();
        }
        outcome.last = std::move(last).value();
        const StatusStep* const step = find_step(outcome.last.change.status, write.change.status);
        outcome.changed = step != nullptr;
        if (!outcome.changed) {
            return {};
        }
        outcome.last = next_status(outcome.last, *step, write.change);
        const auto followed = look_after(batch.rows, *document.value(), outcome.last, write.follow);
        if (!followed.ok()) {
            return followed.error();
        }
        put_status(batch.rows, id, outcome.last);
        if (!may_hold(write.change.status)) {
            set_service_open(batch.rows, *document.value(), false);
        }
        put_after(batch, followed.value());
        batch.audit(write.audit);
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return outcome;
}

} // namespace songda::store
