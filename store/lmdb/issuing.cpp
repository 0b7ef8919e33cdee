#include <algorithm>
#include <utility>

#include "base/sha256.hpp"
#include "store/detail/ticket_mint.hpp"
#include "store/limits.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/number_rows.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Error too_long() {
    return {Fault::invalid_input, "a text is too long to be a key, or holds a zero byte"};
}

Result<void> check_intent(const Intent& intent) {
    if (!key_text_fits(intent.department.text, department_bytes_max) ||
        !key_text_fits(intent.sequence, sequence_name_bytes_max)) {
        return too_long();
    }
    return check_row(IntentRecord{intent, std::nullopt});
}

Key idempotency_key_of(const DepartmentCode& department, std::string_view key_text) {
    Key key;
    key.text(department.text).text(key_text);
    return key;
}

/// Nothing: new. True: stored, open and equal. A conflict: anything else under this id.
Result<bool> is_known_intent(Transaction& rows, const Intent& intent) {
    const Result<std::optional<IntentRecord>> stored =
        find_row<IntentRecord>(rows, Table::intent, intent.id.view());
    if (!stored.ok()) {
        return stored.error();
    }
    if (!stored.value()) {
        return false;
    }
    const bool open = rows.get(Table::intent_open, intent.id.view()).has_value();
    if (!open || stored.value()->intent != intent) {
        return Error{Fault::conflict, "another intent with this id is on record"};
    }
    return true;
}

Result<void> write_intents(Transaction& rows, std::span<const Intent> intents) {
    std::vector<bool> known;
    for (const Intent& intent : intents) {
        const Result<bool> found = is_known_intent(rows, intent);
        if (!found.ok()) {
            return found.error();
        }
        known.push_back(found.value());
        const Result<void> allowed = check_numbers(rows, {&intent, found.value() ? 0U : 1U});
        if (!allowed.ok()) {
            return allowed;
        }
    }
    for (std::size_t at = 0; at < intents.size(); ++at) {
        if (!known[at]) {
            const Intent& intent = intents[at];
            rows.put(Table::intent, intent.id.view(), encode(IntentRecord{intent, std::nullopt}));
            rows.put(Table::intent_open, intent.id.view(), {});
            raise_counter(rows, intent);
        }
    }
    return {};
}

Result<void> check_legs(const IssueWrite& issue) {
    if (issue.legs.size() > legs_per_issue_max) {
        return Error{Fault::invalid_input, "too many legs"};
    }
    for (const LegWrite& write : issue.legs) {
        Result<void> checked = check_leg_write(write);
        if (!checked.ok()) {
            return checked;
        }
        if (write.leg.document != issue.document.id ||
            write.leg.department != issue.document.department) {
            return Error{Fault::invalid_input, "leg of another document"};
        }
    }
    return {};
}

Result<void> check_issue(const IssueWrite& issue) {
    const DocumentRow& document = issue.document;
    if (!key_text_fits(document.department.text, department_bytes_max) ||
        !key_text_fits(document.template_version, template_version_bytes_max) ||
        !key_text_fits(document.case_number, case_number_bytes_max) ||
        !key_text_fits(issue.idempotency_key, idempotency_key_bytes_max)) {
        return too_long();
    }
    for (Result<void> checked :
         {check_row(document), check_row(issue.status), check_row(issue.audit)}) {
        if (!checked.ok()) {
            return checked;
        }
    }
    return check_legs(issue);
}

/// The prefix is there, and prefix and rest together are as long as the file.
Result<void> check_size(Transaction& rows, const IssueWrite& issue) {
    std::uint64_t prefix_length = 0;
    const FileRef& file = issue.document.file;
    if (file.prefix != Digest{}) {
        const auto stored = find_row<PrefixRow>(rows, Table::prefix, file.prefix);
        if (!stored.ok()) {
            return stored.error();
        }
        if (!stored.value()) {
            return Error{Fault::not_found, "prefix was never stored"};
        }
        prefix_length = stored.value()->length;
    }
    if (file.size != prefix_length + issue.rest.size()) {
        return Error{Fault::invalid_input, "size is not that of prefix and rest"};
    }
    return {};
}

/// Writes one item unless something stands against it. The caller's prefix exists, and the rest
/// lies at `place`.
class IssueWriter {
public:
    IssueWriter(Batch& batch, const IssueWrite& issue, BlobPlace place)
        : batch_(batch), rows_(batch.rows), issue_(issue), place_(place) {}

    Result<IssueOutcome> write() {
        for (const auto look : {&IssueWriter::find_key, &IssueWriter::find_case,
                                &IssueWriter::find_intent, &IssueWriter::find_id}) {
            Result<std::optional<IssueOutcome>> found = (this->*look)();
            if (!found.ok()) {
                return found.error();
            }
            if (found.value()) {
                return *found.value();
            }
        }
        put_document();
        put_indexes();
        for (const LegWrite& leg : issue_.legs) {
            put_new_leg(rows_, leg);
        }
        rows_.erase(Table::intent_open, id());
        batch_.audit(issue_.audit);
        return IssueOutcome{IssueOutcome::Kind::created, issue_.document.id};
    }

private:
    using Look = Result<std::optional<IssueOutcome>>;
    using Kind = IssueOutcome::Kind;

    [[nodiscard]] ByteView id() const { return issue_.document.id.view(); }

    Look find_key() {
        if (issue_.idempotency_key.empty()) {
            return std::optional<IssueOutcome>();
        }
        const auto stored = find_row<IdempotencyRow>(
            rows_, Table::idempotency,
            idempotency_key_of(issue_.document.department, issue_.idempotency_key));
        if (!stored.ok()) {
            return stored.error();
        }
        if (!stored.value() || stored.value()->expires <= issue_.document.issued_at) {
            return std::optional<IssueOutcome>();
        }
        const bool same = stored.value()->fingerprint == issue_.fingerprint;
        return std::optional(
            IssueOutcome{same ? Kind::duplicate : Kind::key_conflict, stored.value()->document});
    }
    Look find_case() {
        const DocumentRow& document = issue_.document;
        if (document.case_number.empty()) {
            return std::optional<IssueOutcome>();
        }
        const auto stored = store::find_id<DocumentId>(
            rows_, Table::case_number,
            case_key(document.department, document.template_version, document.case_number));
        if (!stored.ok()) {
            return stored.error();
        }
        if (!stored.value()) {
            return std::optional<IssueOutcome>();
        }
        return std::optional(IssueOutcome{Kind::case_conflict, *stored.value()});
    }
    Look find_intent() {
        if (rows_.get(Table::intent_open, id()) || rows_.get(Table::document, id())) {
            return std::optional<IssueOutcome>();
        }
        return std::optional(IssueOutcome{Kind::no_intent, issue_.document.id});
    }
    Look find_id() {
        bool taken = rows_.get(Table::document, id()) ||
                     rows_.get(Table::document_key, issue_.document.key.view());
        for (const LegWrite& write : issue_.legs) {
            taken = taken || rows_.get(Table::leg, write.leg.id.view());
        }
        if (!taken) {
            return std::optional<IssueOutcome>();
        }
        return std::optional(IssueOutcome{Kind::id_taken, issue_.document.id});
    }

    void put_document() {
        DocumentRow row = issue_.document;
        row.file.segment = place_.segment;
        row.file.offset = place_.offset;
        row.file.rest_length = static_cast<std::uint32_t>(issue_.rest.size());
        rows_.put(Table::document, id(), encode(row));
        rows_.put(Table::status, Key().raw(id()).number(std::uint32_t{1}), encode(issue_.status));
    }

    void put_indexes() {
        const DocumentRow& row = issue_.document;
        Key of_department;
        of_department.text(row.department.text).raw(id());
        rows_.put(Table::department_document, of_department, {});
        rows_.put(Table::document_key, row.key.view(), id());
        if (!row.case_number.empty()) {
            rows_.put(Table::case_number,
                      case_key(row.department, row.template_version, row.case_number), id());
        }
        if (!issue_.idempotency_key.empty()) {
            rows_.put(
                Table::idempotency, idempotency_key_of(row.department, issue_.idempotency_key),
                encode(IdempotencyRow{issue_.fingerprint, row.id, issue_.idempotency_expires}));
        }
    }

    Batch& batch_;
    Transaction& rows_;
    const IssueWrite& issue_;
    BlobPlace place_;
};

bool is_created(const IssueOutcome& outcome) {
    return outcome.kind == IssueOutcome::Kind::created;
}

/// One outcome per item; looks at all prefixes before it writes anything.
Result<std::vector<IssueOutcome>> write_issues(Batch& batch, std::span<const IssueWrite> issues,
                                               Appended& files) {
    for (const IssueWrite& issue : issues) {
        const Result<void> whole = check_size(batch.rows, issue);
        if (!whole.ok()) {
            return whole.error();
        }
    }
    std::vector<IssueOutcome> outcomes;
    for (std::size_t at = 0; at < issues.size(); ++at) {
        const auto outcome = IssueWriter(batch, issues[at], files.places()[at]).write();
        if (!outcome.ok()) {
            batch.refuse(outcome.error());
            return outcome.error();
        }
        outcomes.push_back(outcome.value());
    }
    if (std::any_of(outcomes.begin(), outcomes.end(), is_created)) {
        batch.keep_files(files);
    }
    return outcomes;
}

} // namespace

Result<void> LmdbStore::only_exclusive() const {
    if (options_.exclusive) {
        return {};
    }
    return Error{Fault::forbidden, "only the service writes documents"};
}

/// Before the transaction, so that files go to disk while others' rows are committed.
Result<Appended> LmdbStore::append_files(std::span<const Blob> blobs) {
    const Result<void> ready = committer_->check_ready();
    if (!ready.ok()) {
        return ready.error();
    }
    SegmentFiles::Outcome outcome = segments_.append(blobs);
    if (!outcome.appended) {
        return committer_->engine_error(outcome.code, "segment");
    }
    return *std::move(outcome.appended);
}

/// When nothing was committed the files are kept for nothing. After `internal` nobody knows: then
/// they must stay.
Result<void> LmdbStore::run_with_files(Appended& files, const Committer::Work& work) {
    const Result<void> done = committer_->run(work);
    if (!done.ok() && done.error().fault != Fault::internal) {
        files.set_kept(false);
    }
    return done;
}

Result<std::vector<SigningTicket>> LmdbStore::put_intents(std::span<const Intent> intents) {
    Result<void> allowed = only_exclusive();
    for (std::size_t at = 0; allowed.ok() && at < intents.size(); ++at) {
        allowed = check_intent(intents[at]);
    }
    if (!allowed.ok()) {
        return allowed.error();
    }
    const Result<void> done =
        committer_->run([&](Batch& batch) { return write_intents(batch.rows, intents); });
    if (!done.ok()) {
        return done.error();
    }
    std::vector<SigningTicket> tickets;
    tickets.reserve(intents.size());
    for (const Intent& intent : intents) {
        tickets.push_back(TicketMint::mint(intent.id, intent.digest));
    }
    return tickets;
}

Result<std::size_t> LmdbStore::void_intents(std::span<const DocumentId> ids,
                                            std::string_view reason) {
    std::size_t closed = 0;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        std::vector<IntentRecord> open;
        for (const DocumentId& id : ids) {
            auto stored = find_row<IntentRecord>(batch.rows, Table::intent, id.view());
            if (!stored.ok()) {
                return stored.error();
            }
            if (!stored.value() || !batch.rows.get(Table::intent_open, id.view())) {
                continue;
            }
            stored.value()->voided = reason;
            const Result<void> fits = check_row(*stored.value());
            if (!fits.ok()) {
                return fits;
            }
            open.push_back(*std::move(stored).value());
        }
        for (const IntentRecord& record : open) {
            const ByteView id = record.intent.id.view();
            closed += batch.rows.get(Table::intent_open, id) ? 1U : 0U;
            batch.rows.put(Table::intent, id, encode(record));
            batch.rows.erase(Table::intent_open, id);
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return closed;
}

Result<std::vector<Intent>> LmdbStore::open_intents() {
    Transaction rows = environment_.read();
    std::vector<Intent> found;
    Result<void> state;
    for_each_under(rows, Table::intent_open, {}, [&](const Entry& entry) {
        auto stored = find_row<IntentRecord>(rows, Table::intent, entry.key);
        if (!stored.ok() || !stored.value()) {
            state = Error{Fault::corrupt, "open intent without its row"};
            return false;
        }
        found.push_back(std::move(stored.value()->intent));
        return true;
    });
    if (state.ok()) {
        state = failure_of(rows);
    }
    if (!state.ok()) {
        return state.error();
    }
    return found;
}

Result<std::optional<Intent>> LmdbStore::find_intent(const DocumentId& id) {
    Transaction rows = environment_.read();
    auto stored = find_row<IntentRecord>(rows, Table::intent, id.view());
    if (!stored.ok()) {
        return stored.error();
    }
    return stored.value() ? std::optional(stored.value()->intent) : std::nullopt;
}

Result<Digest> LmdbStore::put_prefix(ByteView bytes) {
    const Result<void> allowed = only_exclusive();
    if (!allowed.ok()) {
        return allowed.error();
    }
    if (bytes.empty() || !segments_.fits(bytes.size())) {
        return Error{Fault::invalid_input, "prefix is empty or larger than a segment"};
    }
    const Digest digest = sha256(bytes);
    const auto stored = [this, &digest] {
        Transaction rows = environment_.read();
        return find_row<PrefixRow>(rows, Table::prefix, digest);
    }();
    if (!stored.ok()) {
        return stored.error();
    }
    if (stored.value()) {
        return digest; // never removed
    }
    const Blob blob{bytes, {}, digest, {}};
    Result<Appended> file = append_files({&blob, 1});
    if (!file.ok()) {
        return file.error();
    }
    const BlobPlace place = file.value().places().front();
    const Result<void> done = run_with_files(file.value(), [&](Batch& batch) -> Result<void> {
        if (!batch.rows.get(Table::prefix, digest)) {
            batch.rows.put(Table::prefix, digest,
                           encode(PrefixRow{place.segment, place.offset,
                                            static_cast<std::uint32_t>(bytes.size())}));
            batch.keep_files(file.value());
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return digest;
}

Result<std::vector<IssueOutcome>> LmdbStore::put_issues(std::span<const IssueWrite> issues) {
    Result<void> allowed = only_exclusive();
    if (allowed.ok() && issues.size() > issues_per_call_max) {
        allowed = Error{Fault::invalid_input, "too many items in one call"};
    }
    for (std::size_t at = 0; allowed.ok() && at < issues.size(); ++at) {
        allowed = check_issue(issues[at]);
        if (allowed.ok() && !segments_.fits(issues[at].rest.size())) {
            allowed = Error{Fault::invalid_input, "file is larger than a segment"};
        }
    }
    if (!allowed.ok()) {
        return allowed.error();
    }
    std::vector<Blob> blobs;
    blobs.reserve(issues.size());
    for (const IssueWrite& issue : issues) {
        const DocumentRow& document = issue.document;
        blobs.push_back({issue.rest, document.file.prefix, document.file_hash, document.id});
    }
    Result<Appended> files = append_files(blobs);
    if (!files.ok()) {
        return files.error();
    }
    Result<std::vector<IssueOutcome>> outcomes = std::vector<IssueOutcome>();
    const Result<void> done = run_with_files(files.value(), [&](Batch& batch) -> Result<void> {
        outcomes = write_issues(batch, issues, files.value());
        if (!outcomes.ok()) {
            return outcomes.error();
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return outcomes;
}

} // namespace songda::store
