#include <algorithm>
#include <utility>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/aftermath.hpp"
#include "store/lmdb/augmentation_rows.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/message_rows.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/service_rows.hpp"
#include "store/lmdb/status_rows.hpp"

namespace songda::store {
namespace {

Error too_long() {
    return {Fault::invalid_input, "a text is too long to be a key, or holds a zero byte"};
}

Key idempotency_key_of(const DepartmentCode& department, std::string_view key_text) {
    Key key;
    key.text(department.text).text(key_text);
    return key;
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
    for (Result<void> checked : {check_row(document), check_row(issue.audit)}) {
        if (!checked.ok()) {
            return checked;
        }
    }
    if (issue.supersede.has_value() != (document.relation && supersedes(document.relation->kind)) ||
        (document.relation && document.relation->document == document.id)) {
        return Error{Fault::invalid_input, "relation and superseding do not fit"};
    }
    if (document.level_by && document.level_wanted == SignatureLevel::b_b) {
        return Error{Fault::invalid_input, "a time to reach a level that is there"};
    }
    if (issue.supersede) {
        for (Result<void> checked :
             {check_row(issue.supersede->change), check_row(issue.supersede->audit)}) {
            if (!checked.ok()) {
                return checked;
            }
        }
    }
    if (issue.consent) {
        Result<void> checked = check_row(*issue.consent);
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
        for (const auto look :
             {&IssueWriter::find_key, &IssueWriter::find_case, &IssueWriter::find_intent,
              &IssueWriter::find_id, &IssueWriter::find_related}) {
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
        put_augmentation();
        put_message();
        put_service();
        put_relation();
        const Result<void> legs = put_legs();
        if (!legs.ok()) {
            return legs.error();
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
        const DocumentKey& key = issue_.document.key;
        bool taken = rows_.get(Table::document, id()) || batch_.fresh->knows(key) ||
                     rows_.get(Table::document_key, key.view());
        for (const LegWrite& write : issue_.legs) {
            taken = taken || rows_.get(Table::leg, write.leg.id.view());
        }
        if (!taken) {
            return std::optional<IssueOutcome>();
        }
        return std::optional(IssueOutcome{Kind::id_taken, issue_.document.id});
    }

    /// What it relates to holds at this moment, and is the same department's.
    Look find_related() {
        const std::optional<Relation>& relation = issue_.document.relation;
        if (!relation) {
            return std::optional<IssueOutcome>();
        }
        const auto found = find_row<DocumentRow>(rows_, Table::document, relation->document.view());
        if (!found.ok()) {
            return found.error();
        }
        if (found.value() && found.value()->department == issue_.document.department) {
            auto last = last_status(rows_, *found.value());
            if (!last.ok()) {
                return last.error();
            }
            if (last.value().change.status == DocumentStatus::valid) {
                const Result<void> looked = look_superseded(*found.value(), last.value());
                if (!looked.ok()) {
                    return looked.error();
                }
                return std::optional<IssueOutcome>();
            }
        }
        return std::optional(IssueOutcome{Kind::relation_void, relation->document});
    }

    /// What the earlier document's end brings with it.
    Result<void> look_superseded(const DocumentRow& earlier, const StatusEntry& last) {
        if (!issue_.supersede) {
            return {};
        }
        const StatusStep* const step = find_step(DocumentStatus::valid, DocumentStatus::superseded);
        ended_ = next_status(last, *step, issue_.supersede->change);
        auto followed = look_after(rows_, earlier, ended_, issue_.supersede->follow);
        if (!followed.ok()) {
            return followed.error();
        }
        followed_ = std::move(followed).value();
        earlier_ = earlier;
        return {};
    }

    void put_relation() {
        const std::optional<Relation>& relation = issue_.document.relation;
        if (!relation) {
            return;
        }
        const auto kind = static_cast<std::uint8_t>(relation->kind);
        rows_.put(Table::related, Key().raw(relation->document.view()).raw(id()), {&kind, 1});
        if (issue_.supersede) {
            put_status(rows_, relation->document, ended_);
            set_service_open(rows_, earlier_, false);
            put_after(batch_, followed_);
            batch_.audit(issue_.supersede->audit);
        }
    }

    void put_document() {
        DocumentRow row = issue_.document;
        row.file.segment = place_.segment;
        row.file.offset = place_.offset;
        row.file.rest_length = static_cast<std::uint32_t>(issue_.rest.size());
        rows_.put(Table::document, id(), encode(row));
    }

    /// A new document lies in one inbox at most; legs that name another are somebody's mistake, and
    /// are found there too.
    Result<void> put_legs() {
        const DocumentRow& row = issue_.document;
        FreshRow fresh{row.key, row.id, std::nullopt, row.issued_at};
        const auto first =
            std::find_if(issue_.legs.begin(), issue_.legs.end(),
                         [](const LegWrite& write) { return lies_in_inbox(write.leg); });
        if (first != issue_.legs.end()) {
            fresh.inbox = first->leg.inbox;
            fresh.at = first->leg.created;
        }
        batch_.fresh->put(rows_, fresh);
        Result<void> done;
        for (const LegWrite& write : issue_.legs) {
            put_new_leg(rows_, write);
            if (done.ok() && write.leg.inbox != fresh.inbox) {
                done = put_inbox_entry(batch_, write.leg);
            }
        }
        return done;
    }

    void put_indexes() {
        const DocumentRow& row = issue_.document;
        Key of_department;
        of_department.text(row.department.text).raw(id());
        rows_.put(Table::department_document, of_department, {});
        if (row.valid_until) {
            rows_.put(Table::last_day, Key().day(*row.valid_until).raw(id()), {});
        }
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

    void put_augmentation() {
        const DocumentRow& document = issue_.document;
        if (document.level_wanted == SignatureLevel::b_b) {
            return;
        }
        AugmentationRow row;
        row.document = document.id;
        row.wanted = document.level_wanted;
        row.since = document.issued_at;
        row.by = document.level_by;
        row.due = document.issued_at;
        put_augmentation_row(rows_, nullptr, row);
    }

    void put_message() {
        if (issue_.record_sm3) {
            MessageRow row;
            row.document = issue_.document.id;
            row.record_sm3 = *issue_.record_sm3;
            row.due = issue_.document.issued_at;
            put_message_row(rows_, nullptr, row);
        }
    }

    void put_service() {
        set_service_open(rows_, issue_.document, true);
        if (issue_.consent) {
            put_consent(rows_, issue_.document.id, *issue_.consent);
        }
    }

    Batch& batch_;
    Transaction& rows_;
    const IssueWrite& issue_;
    BlobPlace place_;
    DocumentRow earlier_; ///< that it supersedes
    StatusEntry ended_;   ///< of that
    std::vector<FollowedLeg> followed_;
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
