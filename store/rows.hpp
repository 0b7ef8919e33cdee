#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/private.hpp"
#include "base/signature_level.hpp"
#include "base/time.hpp"
#include "store/document_status.hpp"
#include "store/edition_state.hpp"
#include "store/kiosk_rows.hpp"

/// What the store keeps, in plain values. How they become bytes: docs/formats/store.md and
/// store/codec.hpp. An encoded row holds at most 1 950 bytes; a longer one is refused with
/// `invalid_input`. Texts that are part of a key (department code, sequence, template version, case
/// number, idempotency key, kid) have the limits of store/limits.hpp.
namespace songda::store {

/// One inbox of the portal: everything delivered to one recipient under one link.
using InboxId = Id<struct InboxTag, 16>;

/// What Songda planned to sign, on disk before the key is used. Kept for ever: it is the record of
/// every signature that may exist.
struct Intent {
    DocumentId id;
    DepartmentCode department;
    std::string number;
    std::string template_version; ///< "food-business-licence@1"
    Digest digest{};              ///< the only digest that the ticket lets the signer sign
    TimeMs at;
    std::string sequence; ///< the counter that the number was taken from; may be empty
    std::uint64_t sequence_value = 0;
    bool operator==(const Intent&) const = default;
};

/// Where a file's bytes are. The file is prefix ‖ rest; the prefix is shared by all documents of
/// one template and stored once.
struct FileRef {
    Digest prefix{}; ///< SHA-256 of the prefix; all zero: no prefix
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;      ///< of the rest's first byte inside the segment
    std::uint32_t rest_length = 0; ///< bytes
    std::uint64_t size = 0;        ///< bytes of the whole file
    bool operator==(const FileRef&) const = default;
};

/// One number sequence of a department: a template counts its numbers by itself, year by year when
/// they show the year.
struct NumberSequence {
    DepartmentCode department;
    std::string name;       ///< "permit-decision/2026", or "food-business-licence" for all years
    std::uint64_t last = 0; ///< highest number given or passed over; the next is one more
    bool operator==(const NumberSequence&) const = default;
};

/// The year in a sequence's name; 0 for a sequence that goes through all years.
[[nodiscard]] constexpr int sequence_year(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos || name.size() - slash != 5) {
        return 0;
    }
    int year = 0;
    for (const char digit : name.substr(slash + 1)) {
        if (digit < '0' || digit > '9') {
            return 0;
        }
        year = year * 10 + (digit - '0');
    }
    return year;
}
static_assert(sequence_year("permit-decision/2026") == 2026);
static_assert(sequence_year("food-business-licence") == 0);

/// Sequences that have no number yet begin after `value`, but those of a year after `year` at 1: a
/// restored store cannot know which had begun.
struct NumberFloor {
    std::uint64_t value = 0;
    std::uint32_t year = 0;
    bool operator==(const NumberFloor&) const = default;
};

struct StatusChange {
    DocumentStatus status = DocumentStatus::valid;
    TimeMs at;
    std::string reason;
    std::string actor;
    /// `none` in a change that is handed to the store: what the step is by the table.
    Operation operation = Operation::none;
    std::string basis = {};       ///< the provision that it rests on; may be empty
    std::string description = {}; ///< of status `other`: what it is
    bool operator==(const StatusChange&) const = default;
};

/// What a document is to an earlier one of the same department. The numbers are stored.
enum class RelationKind : std::uint8_t {
    renews = 1,       ///< 延续: the earlier one becomes superseded
    changes = 2,      ///< 变更: the same
    duplicate_of = 3, ///< 副本: holds as long as the earlier one does
    annotates = 4,    ///< 加注件: the same, for one purpose
};
/// The earlier one holds no more once this one is there.
[[nodiscard]] constexpr bool supersedes(RelationKind kind) {
    return kind == RelationKind::renews || kind == RelationKind::changes;
}

/// It holds as long as both do.
[[nodiscard]] constexpr bool is_copy(RelationKind kind) {
    return kind == RelationKind::duplicate_of || kind == RelationKind::annotates;
}

struct Relation {
    RelationKind kind = RelationKind::renews;
    DocumentId document; ///< the earlier one
    bool operator==(const Relation&) const = default;
};

/// The same seen from the earlier document.
struct RelatedDocument {
    RelationKind kind = RelationKind::renews;
    DocumentId document; ///< the later one
    bool operator==(const RelatedDocument&) const = default;
};

struct DocumentRow {
    DocumentId id;
    DocumentKey key;
    DepartmentCode department;
    std::string department_name;
    std::string number;
    std::string type_code;
    std::string title;
    std::string template_version;
    std::string case_number;   ///< one document per department, template version and case number
    std::string holder_masked; ///< already masked: what a public answer may show
    TimeMs issued_at;
    std::optional<Date> decided_on; ///< the day that the paper shows; absent in rows of version 1
    std::optional<Date> valid_from;
    std::optional<Date> valid_until;
    Digest record_hash{};
    Digest file_hash{};
    FileRef file; ///< the writer gives `prefix` and `size`; the store fills in the rest
    bool sample = false;
    StatusChange first_status;   ///< sequence 1 of its history, usually `valid`; not in version 1
    std::string identifier = {}; ///< 电子证照标识; empty: no licence
    std::optional<Relation> relation = {};
    /// The level that its file needs before it is served, as its template said when it was issued.
    SignatureLevel level_wanted = SignatureLevel::b_b;
    std::optional<TimeMs> level_by = {}; ///< when that is to be reached; above B-B only
    /// The last day of the term in which it is to be served (行政许可法 §44); absent: there is
    /// none.
    std::optional<Date> serve_by = {};
    bool operator==(const DocumentRow&) const = default;
};

/// Its last day was over when it was issued, as that of old paper which becomes electronic: it is
/// delivered all the same, and nobody is told that it expired.
[[nodiscard]] inline bool was_over_when_issued(const DocumentRow& document) {
    return document.valid_until && *document.valid_until < china_date(document.issued_at);
}

/// What a document is at `now`, whose history says `last`: from the day after its last one it is
/// expired, withheld or not.
[[nodiscard]] inline DocumentStatus status_at(const DocumentRow& document, DocumentStatus last,
                                              TimeMs now) {
    const bool may_expire = last == DocumentStatus::valid || last == DocumentStatus::suspended;
    return may_expire && document.valid_until && *document.valid_until < china_date(now)
               ? DocumentStatus::expired
               : last;
}

/// One entry of a document's append-only history. The first has sequence 1.
struct StatusEntry {
    std::uint32_t sequence = 0;
    StatusChange change;
    bool operator==(const StatusEntry&) const = default;
};

/// Stands for the entry that no history has: that the document's last day is over.
inline constexpr std::uint32_t expiry_sequence = 0;
/// That entry, at the first moment after the last day.
[[nodiscard]] inline StatusEntry expiry_of(Date last_day) {
    constexpr std::int64_t day_ms = 86'400'000; // China has had no other since 1991
    return {
        expiry_sequence,
        {DocumentStatus::expired, china_midnight(last_day) + day_ms, {}, {}, Operation::expired}};
}

/// What was put behind a file, which stays as it is: its document's revisions are numbered from 1
/// and never change.
struct RevisionRow {
    TimeMs at;
    SignatureLevel level = SignatureLevel::b_b; ///< of the file with it
    std::optional<TimeMs> proven_until;         ///< signer::Augmentation
    std::uint32_t segment = 0;
    std::uint64_t offset = 0; ///< of its first byte inside the segment
    std::uint32_t length = 0; ///< bytes
    std::uint64_t size = 0;   ///< bytes of the whole file with it
    Digest file_hash{};       ///< SHA-256 of the whole file with it
    bool operator==(const RevisionRow&) const = default;
};

/// The way of one document to its level, and then from renewal to renewal. Documents that need no
/// more than their signature have none.
struct AugmentationRow {
    DocumentId document;
    SignatureLevel wanted = SignatureLevel::b_b;
    SignatureLevel level = SignatureLevel::b_b;
    TimeMs since;             ///< of the newest revision; without one, of the issue
    std::optional<TimeMs> by; ///< DocumentRow::level_by
    std::optional<TimeMs> proven_until;
    std::optional<TimeMs> due; ///< of the next attempt, or the lease's end; absent: none
    std::uint32_t fence = 0;
    std::uint16_t attempts = 0; ///< that came to nothing since the newest revision
    std::string reason;         ///< of the last of them; a fault's name, then words for operators
    bool operator==(const AugmentationRow&) const = default;
};
/// Somebody or something waits for it: the level is not reached, or its last attempt failed.
[[nodiscard]] inline bool is_waiting(const AugmentationRow& row) {
    return row.level < row.wanted || !row.reason.empty();
}
/// Nothing is tried any more until an operator says so.
[[nodiscard]] inline bool is_parked(const AugmentationRow& row) {
    return is_waiting(row) && !row.due;
}

/// The SM2 message over one document's record (docs/formats/sm2.md), wanted or made. Documents
/// whose department had no SM2 seal when they were issued have none.
struct MessageRow {
    DocumentId document;
    Digest record_sm3{};       ///< what it is about
    std::optional<TimeMs> due; ///< of the next attempt; absent: it is made
    std::uint16_t attempts = 0;
    std::string reason;         ///< of the last that came to nothing, as AugmentationRow::reason
    std::optional<TimeMs> made; ///< from then on it stays as it is
    std::uint32_t segment = 0;  ///< where its bytes are, once it is made
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
    Digest hash{}; ///< SHA-256 of its bytes
    bool operator==(const MessageRow&) const = default;
};

struct IdempotencyRow {
    Digest fingerprint{};
    DocumentId document;
    TimeMs expires;
    bool operator==(const IdempotencyRow&) const = default;
};

/// Why a leg goes out. The numbers are stored.
enum class LegPurpose : std::uint8_t {
    service = 1,     ///< 送达: the document itself, to its recipient
    notice = 2,      ///< 告知: what became of it, to its recipient
    supervision = 3, ///< 抄送监管部门: the same, to who supervises; such a leg lies in no inbox
};

/// The entry of a document's history that a notice tells. Of a copy that falls with its main it is
/// the main's history.
struct ToldStatus {
    DocumentId document;
    std::uint32_t sequence = 0; ///< StatusEntry::sequence, or expiry_sequence
    bool operator==(const ToldStatus&) const = default;
};

/// One dispatch over one channel. The meaning of `channel` and `state` belongs to delivery/; the
/// store knows `due` (also the lease: a claimed leg is due again when the lease ends) and `fence`.
struct LegRow {
    LegId id;
    DocumentId document;
    DepartmentCode department;
    std::uint8_t channel = 0;
    std::uint8_t state = 0;
    std::optional<TimeMs> due; ///< absent: nobody will claim it
    std::uint32_t fence = 0;
    std::uint16_t attempts = 0;
    Private<std::string> address;
    std::string reason;
    TimeMs created;
    TimeMs deadline;
    /// Where the document lies for its recipient; its legs of service and notice name one.
    InboxId inbox;
    LegPurpose purpose = LegPurpose::service;
    std::optional<ToldStatus> tells = {}; ///< of what is no service, and only of that
    /// Given up then, and nobody has seen to it since: a dead letter 死信 (GivesUp).
    std::optional<TimeMs> dead_since = {};
    /// Of a leg of service: its recipient chose notices beside it.
    bool has_notices = false;
    bool operator==(const LegRow&) const = default;
};

/// The place of a dead letter among its department's.
struct DeadLetter {
    TimeMs since;
    LegId leg;
    auto operator<=>(const DeadLetter&) const = default;
};

/// Append-only. Two times: when it happened outside, and when Songda learned of it.
struct LegEvent {
    std::string kind;
    TimeMs happened;
    TimeMs learned;
    std::uint8_t state_after = 0;
    std::string detail;
    std::optional<Digest> trace = {}; ///< SHA-256 of the report or mail that told it, as it came
    bool operator==(const LegEvent&) const = default;
};

/// What counts for the service 送达 of one document on its recipient. Append-only; what `kind`
/// means and which may follow which belongs to delivery/service_case.hpp.
struct ServiceEntry {
    std::uint8_t kind = 0;
    TimeMs happened; ///< outside: the day of service is this, never that of our learning
    TimeMs learned;
    std::optional<LegId> leg;  ///< by which; absent: a person said it
    std::string rule;          ///< by which an event of that leg is service; may be empty
    std::string rules_version; ///< of the table that the rule stands in
    std::string actor;         ///< empty: it follows from the legs
    std::string detail;        ///< what a person said; no personal data
    bool operator==(const ServiceEntry&) const = default;
};

/// What the recipient of one document said about being served electronically (送达地址确认书).
/// Append-only; the last one counts.
struct ConsentEntry {
    bool given = true; ///< false: taken back
    std::string form;
    std::string version; ///< of the form
    Date day;            ///< when the recipient said it
    TimeMs at;           ///< when we were told
    std::string actor;   ///< who told us
    bool operator==(const ConsentEntry&) const = default;
};

/// A document that has a term and is not served yet.
struct OpenService {
    Date serve_by;
    DocumentId document;
    auto operator<=>(const OpenService&) const = default;
};

/// A document in its recipient's inbox, whatever the number of its legs.
struct InboxEntry {
    InboxId inbox;
    DocumentId document;
    TimeMs at;
    std::optional<TimeMs> opened;
    bool operator==(const InboxEntry&) const = default;
};

/// What happened at the link of one leg, once anything did: a wrong code, or a renewal. Links and
/// codes are derived (delivery/applicant_keys.hpp), so nothing is stored for the others.
struct LinkAccess {
    LegId leg;
    std::uint8_t failures = 0;
    std::optional<TimeMs> expires; ///< of a renewed link
    bool operator==(const LinkAccess&) const = default;
};

/// One print of a document on paper 纸质件: numbered from 1, so that it can be revoked alone.
struct PaperCopy {
    TimeMs at;
    std::string actor;
    std::string key;                ///< idempotency key of its department; empty: none
    std::string place;              ///< where it was printed
    Private<std::string> collector; ///< who took it
    std::optional<TimeMs> revoked;
    std::string reason; ///< why it was revoked
    bool operator==(const PaperCopy&) const = default;
};

/// One thing that happened in a case, as a department told it. Append-only. What `kind` means and
/// which may follow which belongs to catalogue/case_steps.hpp.
struct CaseEvent {
    std::uint8_t kind = 0;
    Date day;  ///< when it happened
    TimeMs at; ///< when it was told
    DepartmentCode department;
    std::string actor;
    std::string key;                  ///< idempotency key of its department; empty: none
    std::optional<DepartmentCode> to; ///< who gets a part in the case by it
    std::uint16_t working_days = 0;
    std::string subject; ///< id of what it is about, a draft's for instance; may be empty
    std::string note;
    bool operator==(const CaseEvent&) const = default;
};

/// A decision that waits for somebody's word before it is issued: for approval in its department,
/// or for the department that it was handed over to.
enum class DraftState : std::uint8_t {
    waiting = 1,
    issued = 2,  ///< `document` is it
    refused = 3, ///< by who was to approve; `reason` says why
};
struct DraftRow {
    DraftId id;
    DepartmentCode department;        ///< who issues it
    DepartmentCode author_department; ///< who wrote it
    std::string author;               ///< actor
    TimeMs created;
    std::string template_id;
    std::string title;
    std::string case_number;
    Digest request{};  ///< SHA-256 of what was sent: is the same key about the same draft?
    Digest decision{}; ///< SHA-256 of the decision's JSON, which is kept while the draft waits
    Digest digest{};   ///< SHA-256 of the preview: what approvals name
    DraftState state = DraftState::waiting;
    std::vector<std::string> approvals; ///< actors, in order
    std::optional<DocumentId> document;
    std::string reason;
    bool operator==(const DraftRow&) const = default;
};

/// One edition of what is published: its content never changes, its state does.
struct EditionRow {
    EditionKind kind = EditionKind::guide;
    std::string name;         ///< of the area, sub-item or template: all its editions have it
    std::uint32_t number = 0; ///< from 1, given by the store
    std::string title;        ///< as people read it
    Digest content{};         ///< SHA-256 of the bytes
    EditionState state = EditionState::draft;
    TimeMs created;
    std::string author; ///< actor
    TimeMs changed;     ///< since when it is in this state
    std::string actor;  ///< who brought it there
    std::string reason; ///< of the last step; may be empty
    /// Of a published one, and of what was published: 发布文号 and the first day it is in force.
    std::string document;
    std::optional<Date> effective_from;
    bool operator==(const EditionRow&) const = default;
};

struct ApiKey {
    std::string kid;
    Digest secret_hash{};
    DepartmentCode department;
    std::vector<std::string> scopes;
    TimeMs created;
    TimeMs expires;
    std::optional<TimeMs> revoked;
    std::string label;
    bool operator==(const ApiKey&) const = default;
};

/// A key that seals, or sealed, QR codes of a department. Never deleted: paper outlives keys, and
/// departments.
struct QrKeyRow {
    DepartmentCode department;
    std::string department_name;
    Bytes spki; ///< DER SubjectPublicKeyInfo, P-256; its hash (key_id_of) is its name
    TimeMs not_before;
    TimeMs not_after; ///< of one that seals no more: when another took its place
    bool sample = false;
    std::optional<TimeMs> compromised = {}; ///< others may have it since then
    bool operator==(const QrKeyRow&) const = default;
};

/// Who did what to what. No personal data: `subject` is an id or a number.
struct AuditRow {
    TimeMs at;
    std::string actor;
    std::string action;
    std::string subject;
    std::string detail;
    bool operator==(const AuditRow&) const = default;
};

/// An audit row as stored: `chain` = SHA-256(previous chain ‖ encoded row); the first row's
/// predecessor is 32 zero bytes. Sequences start at 1 and have no gaps.
struct AuditEntry {
    std::uint64_t sequence = 0;
    AuditRow row;
    Digest chain{};
    bool operator==(const AuditEntry&) const = default;
};

} // namespace songda::store
