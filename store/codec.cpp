#include "store/codec.hpp"

#include <concepts>
#include <type_traits>

#include "store/detail/crc32c.hpp"
#include "store/detail/row_fields.hpp"
#include "store/limits.hpp"

namespace songda::store {
namespace {

/// Of the rows that are written; every version before it is read.
template <class Row>
constexpr std::uint8_t version_of = 1;
template <>
constexpr std::uint8_t version_of<DocumentRow> = 5;
template <>
constexpr std::uint8_t version_of<StatusChange> = 2;
template <>
constexpr std::uint8_t version_of<LegRow> = 4;
template <>
constexpr std::uint8_t version_of<LegEvent> = 2;

template <class Row>
constexpr std::size_t bytes_max_of = record_bytes_max;
template <>
constexpr std::size_t bytes_max_of<EvidenceRow> = evidence_row_bytes_max;
template <>
constexpr std::size_t bytes_max_of<EvidenceBatchRow> = evidence_batch_bytes_max;
constexpr std::size_t checksum_bytes = 4;

/// From 1; 0: not among them.
template <class Row, class... Rows>
constexpr std::uint8_t place_among() {
    std::uint8_t place = 0;
    std::uint8_t found = 0;
    ((++place, found = std::same_as<Row, Rows> ? place : found), ...);
    return found;
}
/// The numbers are stored, and each row's is its place here: new ones at the end, none taken out.
template <class Row>
constexpr std::uint8_t early_kind =
    place_among<Row, IntentRecord, DocumentRow, StatusChange, IdempotencyRow, LegRow, LegEvent,
                InboxEntry, LinkAccess, ApiKey, AuditRow, PrefixRow, SegmentCursor, FreshRow>();
/// Kiosks have numbers of their own, from 40.
template <class Row>
constexpr std::uint8_t late_kind =
    place_among<Row, KioskRow, KioskCertificate, KioskSeen, TryCount, CollectingLock, OutagePackage,
                OutageHead, OutageLineRow>();
template <class Row>
constexpr std::uint8_t kind_of =
    early_kind<Row> != 0 ? early_kind<Row>
    : late_kind<Row> != 0
        ? 39 + late_kind<Row>
        : 19 + place_among<Row, CaseEvent, DraftRow, PaperCopy, EditionRow, RevisionRow,
                           AugmentationRow, QrKeyRow, MessageRow, ServiceEntry, ConsentEntry,
                           EvidenceRow, EvidenceBatchRow, PushSubscription, RatingRow,
                           TrackedEvent>();
static_assert(kind_of<IntentRecord> == 1 && kind_of<FreshRow> == 13);
static_assert(kind_of<CaseEvent> == 20 && kind_of<QrKeyRow> == 26 && kind_of<MessageRow> == 27);
static_assert(kind_of<KioskRow> == 40 && kind_of<CollectingLock> == 44);
static_assert(kind_of<OutagePackage> == 45 && kind_of<OutageLineRow> == 47);
static_assert(kind_of<ServiceEntry> == 28 && kind_of<ConsentEntry> == 29);
static_assert(kind_of<EvidenceRow> == 30 && kind_of<EvidenceBatchRow> == 31);
static_assert(kind_of<PushSubscription> == 32 && kind_of<RatingRow> == 33);
static_assert(kind_of<TrackedEvent> == 34);

template <class Row, class Wanted>
concept row_of = std::same_as<std::remove_const_t<Row>, Wanted>;

// The order of fields in each `walk` is the format: RowWriter and RowReader follow the same one.

template <class Codec, row_of<IntentRecord> Row>
void walk(Codec& codec, Row& row) {
    codec(row.intent.id, row.intent.department, row.intent.number, row.intent.template_version,
          row.intent.digest, row.intent.at, row.intent.sequence, row.intent.sequence_value,
          row.voided);
}

template <class Codec, row_of<DocumentRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.id, row.key, row.department, row.department_name, row.number, row.type_code,
          row.title, row.template_version, row.case_number, row.holder_masked, row.issued_at,
          row.valid_from, row.valid_until, row.record_hash, row.file_hash, row.file.prefix,
          row.file.segment, row.file.offset, row.file.rest_length, row.file.size, row.sample);
    if (codec.version() >= 2) {
        codec(row.decided_on, row.first_status.status, row.first_status.at, row.first_status.reason,
              row.first_status.actor);
    }
    if (codec.version() >= 3) {
        codec(row.first_status.operation, row.first_status.basis, row.first_status.description,
              row.identifier, row.relation);
    }
    if (codec.version() >= 4) {
        codec(row.level_wanted, row.level_by);
    }
    if (codec.version() >= 5) {
        codec(row.serve_by);
    }
}

template <class Codec, row_of<StatusChange> Row>
void walk(Codec& codec, Row& row) {
    codec(row.status, row.at, row.reason, row.actor);
    if (codec.version() >= 2) {
        codec(row.operation, row.basis, row.description);
    }
}

template <class Codec, row_of<IdempotencyRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.fingerprint, row.document, row.expires);
}

template <class Codec, row_of<LegRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.id, row.document, row.department, row.channel, row.state, row.due, row.fence,
          row.attempts, row.address, row.reason, row.created, row.deadline, row.inbox);
    if (codec.version() >= 2) {
        codec(row.purpose, row.tells);
    }
    if (codec.version() >= 3) {
        codec(row.dead_since);
    }
    if (codec.version() >= 4) {
        codec(row.has_notices);
    }
}

template <class Codec, row_of<LegEvent> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kind, row.happened, row.learned, row.state_after, row.detail);
    if (codec.version() >= 2) {
        codec(row.trace);
    }
}

template <class Codec, row_of<InboxEntry> Row>
void walk(Codec& codec, Row& row) {
    codec(row.inbox, row.document, row.at, row.opened);
}

template <class Codec, row_of<LinkAccess> Row>
void walk(Codec& codec, Row& row) {
    codec(row.leg, row.failures, row.expires);
}

template <class Codec, row_of<ApiKey> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kid, row.secret_hash, row.department, row.scopes, row.created, row.expires,
          row.revoked, row.label);
}

template <class Codec, row_of<AuditRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.at, row.actor, row.action, row.subject, row.detail);
}

template <class Codec, row_of<PrefixRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.segment, row.offset, row.length);
}

template <class Codec, row_of<SegmentCursor> Row>
void walk(Codec& codec, Row& row) {
    codec(row.segment, row.offset);
}

template <class Codec, row_of<FreshRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.key, row.document, row.inbox, row.at);
}

template <class Codec, row_of<CaseEvent> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kind, row.day, row.at, row.department, row.actor, row.key, row.to, row.working_days,
          row.subject, row.note);
}

template <class Codec, row_of<DraftRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.id, row.department, row.author_department, row.author, row.created, row.template_id,
          row.title, row.case_number, row.request, row.decision, row.digest, row.state,
          row.approvals, row.document, row.reason);
}

template <class Codec, row_of<PaperCopy> Row>
void walk(Codec& codec, Row& row) {
    codec(row.at, row.actor, row.key, row.place, row.collector, row.revoked, row.reason);
}

template <class Codec, row_of<KioskRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.id, row.site, row.serial, row.place, row.types, row.created, row.actor, row.code,
          row.code_until, row.revoked, row.reason);
}

template <class Codec, row_of<KioskCertificate> Row>
void walk(Codec& codec, Row& row) {
    codec(row.certificate, row.kiosk, row.issued, row.expires);
}

template <class Codec, row_of<KioskSeen> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kiosk, row.at, row.clock, row.software, row.printer);
}

template <class Codec, row_of<TryCount> Row>
void walk(Codec& codec, Row& row) {
    codec(row.what, row.count, row.since);
}

template <class Codec, row_of<CollectingLock> Row>
void walk(Codec& codec, Row& row) {
    codec(row.leg, row.kiosk, row.nonce, row.until, row.copy, row.failures);
}

template <class Codec, row_of<OutagePackage> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kiosk, row.id, row.document, row.leg, row.copy, row.nonce, row.made, row.until,
          row.state, row.changed, row.reason, row.happened);
}

template <class Codec, row_of<OutageHead> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kiosk, row.lines, row.head, row.key, row.at);
}

template <class Codec, row_of<OutageLineRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.learned, row.text);
}

template <class Codec, row_of<EditionRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kind, row.name, row.number, row.title, row.content, row.state, row.created,
          row.author, row.changed, row.actor, row.reason, row.document, row.effective_from);
}

template <class Codec, row_of<RevisionRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.at, row.level, row.proven_until, row.segment, row.offset, row.length, row.size,
          row.file_hash);
}

template <class Codec, row_of<AugmentationRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.document, row.wanted, row.level, row.since, row.by, row.proven_until, row.due,
          row.fence, row.attempts, row.reason);
}

template <class Codec, row_of<QrKeyRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.department, row.department_name, row.spki, row.not_before, row.not_after, row.sample,
          row.compromised);
}

template <class Codec, row_of<ServiceEntry> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kind, row.happened, row.learned, row.leg, row.rule, row.rules_version, row.actor,
          row.detail);
}

template <class Codec, row_of<ConsentEntry> Row>
void walk(Codec& codec, Row& row) {
    codec(row.given, row.form, row.version, row.day, row.at, row.actor);
}

template <class Codec, row_of<PushSubscription> Row>
void walk(Codec& codec, Row& row) {
    codec(row.inbox, row.endpoint, row.key, row.secret, row.at);
}

template <class Codec, row_of<RatingRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.department, row.case_key, row.document, row.template_version, row.level, row.reasons,
          row.words, row.at, row.state, row.counts, row.due, row.changed, row.actor, row.note);
}

template <class Codec, row_of<TrackedEvent> Row>
void walk(Codec& codec, Row& row) {
    codec(row.source, row.id, row.number, row.code, row.occurred, row.said_at, row.recorded,
          row.state, row.sub, row.reason, row.text, row.place, row.payload, row.voids);
}

template <class Codec, row_of<MessageRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.document, row.record_sm3, row.due, row.attempts, row.reason, row.made, row.segment,
          row.offset, row.length, row.hash);
}

template <class Codec, row_of<EvidenceRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.document, row.position, row.text); // the sequence is the key
}

template <class Codec, row_of<EvidenceBatchRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.number, row.first, row.last, row.at, row.statement, row.seal, row.token);
}

std::uint32_t read_checksum(ByteView bytes) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes.last(checksum_bytes)) {
        value = (value << 8U) | byte;
    }
    return value;
}

Error refused(std::string_view why) {
    return {Fault::corrupt, "stored row: " + std::string(why)};
}

} // namespace

template <class Row>
Bytes encode(const Row& row) {
    detail::RowWriter writer(version_of<Row>, kind_of<Row>);
    walk(writer, row);
    return writer.finish();
}

template <class Row>
Result<Row> decode(ByteView bytes) {
    if (bytes.size() < 2 + checksum_bytes || bytes.size() > bytes_max_of<Row>) {
        return refused("length");
    }
    if (bytes[0] < 1 || bytes[0] > version_of<Row> || bytes[1] != kind_of<Row>) {
        return refused("version or kind");
    }
    const ByteView covered = bytes.first(bytes.size() - checksum_bytes);
    if (detail::crc32c(covered) != read_checksum(bytes)) {
        return refused("checksum");
    }
    detail::RowReader reader(bytes[0], covered.subspan(2));
    Row row;
    walk(reader, row);
    if (!reader.at_end()) {
        return refused("fields");
    }
    return row;
}

template <class Row>
Result<void> check_row(const Row& row) {
    detail::RowWriter writer(version_of<Row>, kind_of<Row>);
    walk(writer, row);
    if (!writer.fits() || writer.size() + checksum_bytes > bytes_max_of<Row>) {
        return Error{Fault::invalid_input, "row is too long to be stored"};
    }
    return {};
}

template Bytes encode(const IntentRecord&);
template Bytes encode(const DocumentRow&);
template Bytes encode(const StatusChange&);
template Bytes encode(const IdempotencyRow&);
template Bytes encode(const LegRow&);
template Bytes encode(const LegEvent&);
template Bytes encode(const InboxEntry&);
template Bytes encode(const LinkAccess&);
template Bytes encode(const ApiKey&);
template Bytes encode(const AuditRow&);
template Bytes encode(const PrefixRow&);
template Bytes encode(const SegmentCursor&);
template Bytes encode(const FreshRow&);
template Bytes encode(const CaseEvent&);
template Bytes encode(const DraftRow&);
template Bytes encode(const PaperCopy&);
template Bytes encode(const EditionRow&);
template Bytes encode(const RevisionRow&);
template Bytes encode(const AugmentationRow&);
template Bytes encode(const QrKeyRow&);
template Bytes encode(const MessageRow&);
template Bytes encode(const ServiceEntry&);
template Bytes encode(const ConsentEntry&);
template Bytes encode(const PushSubscription&);
template Bytes encode(const RatingRow&);
template Bytes encode(const TrackedEvent&);
template Bytes encode(const EvidenceRow&);
template Bytes encode(const EvidenceBatchRow&);
template Bytes encode(const KioskRow&);
template Bytes encode(const KioskCertificate&);
template Bytes encode(const KioskSeen&);
template Bytes encode(const TryCount&);
template Bytes encode(const CollectingLock&);
template Bytes encode(const OutagePackage&);
template Bytes encode(const OutageHead&);
template Bytes encode(const OutageLineRow&);

template Result<IntentRecord> decode(ByteView);
template Result<DocumentRow> decode(ByteView);
template Result<StatusChange> decode(ByteView);
template Result<IdempotencyRow> decode(ByteView);
template Result<LegRow> decode(ByteView);
template Result<LegEvent> decode(ByteView);
template Result<InboxEntry> decode(ByteView);
template Result<LinkAccess> decode(ByteView);
template Result<ApiKey> decode(ByteView);
template Result<AuditRow> decode(ByteView);
template Result<PrefixRow> decode(ByteView);
template Result<SegmentCursor> decode(ByteView);
template Result<FreshRow> decode(ByteView);
template Result<CaseEvent> decode(ByteView);
template Result<DraftRow> decode(ByteView);
template Result<PaperCopy> decode(ByteView);
template Result<EditionRow> decode(ByteView);
template Result<RevisionRow> decode(ByteView);
template Result<AugmentationRow> decode(ByteView);
template Result<QrKeyRow> decode(ByteView);
template Result<MessageRow> decode(ByteView);
template Result<ServiceEntry> decode(ByteView);
template Result<ConsentEntry> decode(ByteView);
template Result<PushSubscription> decode(ByteView);
template Result<RatingRow> decode(ByteView);
template Result<TrackedEvent> decode(ByteView);
template Result<EvidenceRow> decode(ByteView);
template Result<EvidenceBatchRow> decode(ByteView);
template Result<KioskRow> decode(ByteView);
template Result<KioskCertificate> decode(ByteView);
template Result<KioskSeen> decode(ByteView);
template Result<TryCount> decode(ByteView);
template Result<CollectingLock> decode(ByteView);
template Result<OutagePackage> decode(ByteView);
template Result<OutageHead> decode(ByteView);
template Result<OutageLineRow> decode(ByteView);

template Result<void> check_row(const IntentRecord&);
template Result<void> check_row(const DocumentRow&);
template Result<void> check_row(const StatusChange&);
template Result<void> check_row(const LegRow&);
template Result<void> check_row(const LegEvent&);
template Result<void> check_row(const ApiKey&);
template Result<void> check_row(const AuditRow&);
template Result<void> check_row(const CaseEvent&);
template Result<void> check_row(const DraftRow&);
template Result<void> check_row(const PaperCopy&);
template Result<void> check_row(const EditionRow&);
template Result<void> check_row(const AugmentationRow&);
template Result<void> check_row(const TrackedEvent&);
template Result<void> check_row(const QrKeyRow&);
template Result<void> check_row(const MessageRow&);
template Result<void> check_row(const ServiceEntry&);
template Result<void> check_row(const ConsentEntry&);
template Result<void> check_row(const PushSubscription&);
template Result<void> check_row(const RatingRow&);
template Result<void> check_row(const EvidenceRow&);
template Result<void> check_row(const EvidenceBatchRow&);
template Result<void> check_row(const KioskRow&);
template Result<void> check_row(const KioskSeen&);
template Result<void> check_row(const OutagePackage&);
template Result<void> check_row(const OutageLineRow&);

} // namespace songda::store
