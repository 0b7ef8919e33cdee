#include "store/codec.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <type_traits>

#include "store/detail/crc32c.hpp"
#include "store/limits.hpp"

namespace songda::store {
namespace {

/// Of the rows that are written; every version before it is read.
template <class Row>
constexpr std::uint8_t version_of = 1;
template <>
constexpr std::uint8_t version_of<DocumentRow> = 3;
template <>
constexpr std::uint8_t version_of<StatusChange> = 2;
template <>
constexpr std::uint8_t version_of<LegRow> = 2;
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
template <class Row>
constexpr std::uint8_t kind_of =
    early_kind<Row> != 0 ? early_kind<Row>
                         : 19 + place_among<Row, CaseEvent, DraftRow, PaperCopy, EditionRow>();
static_assert(kind_of<IntentRecord> == 1 && kind_of<FreshRow> == 13);
static_assert(kind_of<CaseEvent> == 20 && kind_of<EditionRow> == 23);

template <class Row, class Wanted>
concept row_of = std::same_as<std::remove_const_t<Row>, Wanted>;

// The order of fields in each `walk` is the format: Writer and Reader follow the same one.

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
}

template <class Codec, row_of<LegEvent> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kind, row.happened, row.learned, row.state_after, row.detail);
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

template <class Codec, row_of<EditionRow> Row>
void walk(Codec& codec, Row& row) {
    codec(row.kind, row.name, row.number, row.title, row.content, row.state, row.created,
          row.author, row.changed, row.actor, row.reason, row.document, row.effective_from);
}

/// Big-endian integers; texts as 2-byte length and bytes.
class Writer {
public:
    Writer(std::uint8_t version, std::uint8_t kind) : version_(version) {
        bytes_.reserve(512);
        bytes_.push_back(version);
        bytes_.push_back(kind);
    }
    [[nodiscard]] std::uint8_t version() const { return version_; }

    template <class... Fields>
    void operator()(const Fields&... fields) {
        (put(fields), ...);
    }

    [[nodiscard]] bool fits() const { return fits_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] Bytes finish() {
        put(detail::crc32c(bytes_));
        return std::move(bytes_);
    }

private:
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    void put(Number number) {
        std::array<std::uint8_t, sizeof(Number)> big_endian;
        for (std::size_t at = 0; at < big_endian.size(); ++at) {
            const auto shift = 8 * (big_endian.size() - 1 - at);
            big_endian[at] = static_cast<std::uint8_t>(number >> shift);
        }
        append(bytes_, ByteView(big_endian));
    }
    void put(bool flag) { bytes_.push_back(flag ? 1 : 0); }
    void put(const std::string& text) {
        // A text that does not fit is cut here and refused by check_row before it is stored.
        const std::size_t length = std::min<std::size_t>(text.size(), 0xFFFF);
        fits_ = fits_ && length == text.size();
        put(static_cast<std::uint16_t>(length));
        append(bytes_, std::string_view(text).substr(0, length));
    }
    void put(const Private<std::string>& text) { put(text.reveal()); }
    void put(const DepartmentCode& code) { put(code.text); }
    void put(TimeMs time) { put(static_cast<std::uint64_t>(time.value)); }
    void put(Date date) {
        put(static_cast<std::uint32_t>(date.year));
        put(static_cast<std::uint8_t>(date.month));
        put(static_cast<std::uint8_t>(date.day));
    }
    void put(DocumentStatus status) { put(static_cast<std::uint8_t>(status)); }
    void put(DraftState state) { put(static_cast<std::uint8_t>(state)); }
    void put(EditionKind kind) { put(static_cast<std::uint8_t>(kind)); }
    void put(EditionState state) { put(static_cast<std::uint8_t>(state)); }
    void put(Operation operation) { put(static_cast<std::uint8_t>(operation)); }
    void put(LegPurpose purpose) { put(static_cast<std::uint8_t>(purpose)); }
    void put(const ToldStatus& told) {
        put(told.document);
        put(told.sequence);
    }
    void put(const Relation& relation) {
        put(static_cast<std::uint8_t>(relation.kind));
        put(relation.document);
    }
    template <class Tag, std::size_t N>
    void put(const Id<Tag, N>& id) {
        append(bytes_, id.view());
    }
    void put(const Digest& digest) { append(bytes_, ByteView(digest)); }
    void put(const std::vector<std::string>& texts) {
        fits_ = fits_ && texts.size() <= scopes_max;
        const std::size_t count = std::min(texts.size(), scopes_max);
        put(static_cast<std::uint8_t>(count));
        for (std::size_t at = 0; at < count; ++at) {
            put(texts[at]);
        }
    }
    template <class T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) {
            put(*value);
        }
    }

    Bytes bytes_;
    std::uint8_t version_;
    bool fits_ = true;
};

/// After the first refusal every further field is left empty and `ok()` stays false.
class Reader {
public:
    Reader(std::uint8_t version, ByteView bytes) : rest_(bytes), version_(version) {}
    [[nodiscard]] std::uint8_t version() const { return version_; }

    template <class... Fields>
    void operator()(Fields&... fields) {
        (get(fields), ...);
    }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

private:
    [[nodiscard]] ByteView take(std::size_t length) {
        if (!ok_ || rest_.size() < length) {
            ok_ = false;
            return {};
        }
        const ByteView taken = rest_.first(length);
        rest_ = rest_.subspan(length);
        return taken;
    }
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    void get(Number& number) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : take(sizeof(Number))) {
            value = (value << 8U) | byte;
        }
        number = static_cast<Number>(value);
    }
    void get(bool& flag) {
        std::uint8_t byte = 0;
        get(byte);
        ok_ = ok_ && byte <= 1;
        flag = byte == 1;
    }
    void get(std::string& text) {
        std::uint16_t length = 0;
        get(length);
        text = as_text(take(length));
    }
    void get(Private<std::string>& text) {
        std::string revealed;
        get(revealed);
        text = Private<std::string>(std::move(revealed));
    }
    void get(DepartmentCode& code) { get(code.text); }
    void get(TimeMs& time) {
        std::uint64_t value = 0;
        get(value);
        time.value = static_cast<std::int64_t>(value);
    }
    void get(Date& date) {
        std::uint32_t year = 0;
        std::uint8_t month = 0;
        std::uint8_t day = 0;
        (*this)(year, month, day);
        ok_ = ok_ && month >= 1 && month <= 12 && day >= 1 && day <= 31;
        date = {static_cast<int>(year), month, day};
    }
    /// One of the numbers `first` to `last`.
    template <class Numbered>
    void get_numbered(Numbered& value, Numbered first, Numbered last) {
        std::uint8_t number = 0;
        get(number);
        ok_ = ok_ && number >= static_cast<std::uint8_t>(first) &&
              number <= static_cast<std::uint8_t>(last);
        value = ok_ ? static_cast<Numbered>(number) : first;
    }
    void get(DocumentStatus& status) {
        get_numbered(status, DocumentStatus::valid, DocumentStatus::other);
    }
    void get(EditionKind& kind) {
        get_numbered(kind, EditionKind::item_list, EditionKind::power_list);
    }
    void get(EditionState& state) {
        get_numbered(state, EditionState::draft, EditionState::withdrawn);
    }
    void get(DraftState& state) { get_numbered(state, DraftState::waiting, DraftState::refused); }
    void get(Operation& operation) {
        get_numbered(operation, Operation::none, Operation::transfer_cancelled);
    }
    void get(LegPurpose& purpose) {
        get_numbered(purpose, LegPurpose::service, LegPurpose::supervision);
    }
    void get(ToldStatus& told) {
        get(told.document);
        get(told.sequence);
    }
    void get(Relation& relation) {
        get_numbered(relation.kind, RelationKind::renews, RelationKind::annotates);
        get(relation.document);
    }
    void get_raw(std::span<std::uint8_t> bytes) {
        const ByteView taken = take(bytes.size());
        std::copy(taken.begin(), taken.end(), bytes.begin());
    }
    template <class Tag, std::size_t N>
    void get(Id<Tag, N>& id) {
        get_raw(id.bytes);
    }
    void get(Digest& digest) { get_raw(digest); }
    void get(std::vector<std::string>& texts) {
        std::uint8_t count = 0;
        get(count);
        ok_ = ok_ && count <= scopes_max;
        for (std::uint8_t at = 0; ok_ && at < count; ++at) {
            get(texts.emplace_back());
        }
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool present = false;
        get(present);
        if (present) {
            get(value.emplace());
        }
    }

    ByteView rest_;
    std::uint8_t version_;
    bool ok_ = true;
};

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
    Writer writer(version_of<Row>, kind_of<Row>);
    walk(writer, row);
    return writer.finish();
}

template <class Row>
Result<Row> decode(ByteView bytes) {
    if (bytes.size() < 2 + checksum_bytes || bytes.size() > record_bytes_max) {
        return refused("length");
    }
    if (bytes[0] < 1 || bytes[0] > version_of<Row> || bytes[1] != kind_of<Row>) {
        return refused("version or kind");
    }
    const ByteView covered = bytes.first(bytes.size() - checksum_bytes);
    if (detail::crc32c(covered) != read_checksum(bytes)) {
        return refused("checksum");
    }
    Reader reader(bytes[0], covered.subspan(2));
    Row row;
    walk(reader, row);
    if (!reader.at_end()) {
        return refused("fields");
    }
    return row;
}

template <class Row>
Result<void> check_row(const Row& row) {
    Writer writer(version_of<Row>, kind_of<Row>);
    walk(writer, row);
    if (!writer.fits() || writer.size() + checksum_bytes > record_bytes_max) {
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

} // namespace songda::store
