#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <unistd.h>

#include "base/sha256.hpp"
#include "store/lmdb/open_lmdb.hpp"
#include "store/store.hpp"

/// Rows and directories for the store's tests; everything follows from the numbers given.
namespace songda::store::samples {

/// A directory that goes away with the object.
class Directory {
public:
    Directory() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "songda-store-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    Directory(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Small segments, generations and a small map: sanitizers cannot reserve a tebibyte.
inline LmdbOptions small_options(const std::string& directory) {
    LmdbOptions options;
    options.directory = directory;
    options.map_bytes = std::uint64_t{1} << 30U;
    options.segment_bytes = std::uint64_t{1} << 20U;
    options.reserved_ahead_bytes = std::uint64_t{256} << 10U;
    options.reserve_bytes = std::uint64_t{1} << 20U;
    options.fresh_generation = 16; // many of them in every test
    return options;
}

inline std::unique_ptr<Store> open_small(const std::string& directory) {
    Result<std::unique_ptr<Store>> opened = open_lmdb(small_options(directory));
    SONGDA_CHECK(opened.ok());
    return std::move(opened).value();
}

/// Big-endian, so that ids grow with their numbers as real ones grow with time.
template <class AnyId>
AnyId numbered(std::uint64_t number) {
    AnyId id;
    for (std::size_t at = 0; at < 8; ++at) {
        id.bytes[at] = static_cast<std::uint8_t>(number >> (56 - 8 * at));
    }
    return id;
}

inline DepartmentCode department(std::uint64_t number) {
    return {"1132010000000000" + std::to_string(10 + number)};
}

inline Bytes file_bytes(std::uint64_t number, std::size_t length) {
    Bytes bytes(length);
    std::uint64_t state = number * 2 + 1;
    for (std::uint8_t& byte : bytes) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<std::uint8_t>(state >> 56U);
    }
    return bytes;
}

inline AuditRow audit_row(std::uint64_t number) {
    return {TimeMs{static_cast<std::int64_t>(number)}, "tester", "write", std::to_string(number),
            "detail"};
}

inline Intent intent(std::uint64_t number, std::uint64_t department_number = 1) {
    return {numbered<DocumentId>(number),
            department(department_number),
            "NO-" + std::to_string(number),
            "food-business-licence@1",
            sha256(file_bytes(number, 16)),
            TimeMs{1000},
            "food/2026",
            number};
}

inline LegRow leg(std::uint64_t number, std::uint64_t document, std::uint64_t department_number,
                  std::optional<TimeMs> due) {
    LegRow row;
    row.id = numbered<LegId>(number);
    row.document = numbered<DocumentId>(document);
    row.department = department(department_number);
    row.channel = 2;
    row.state = 1;
    row.due = due;
    row.address = Private<std::string>("someone@example.org");
    row.created = TimeMs{1};
    row.deadline = TimeMs{1'000'000};
    return row;
}

inline CaseEvent case_event(std::uint64_t number, std::uint64_t department_number = 1) {
    CaseEvent event;
    event.kind = static_cast<std::uint8_t>(1 + number % 12);
    event.day = {2026, 11, 20};
    event.at = TimeMs{static_cast<std::int64_t>(number)};
    event.department = department(department_number);
    event.actor = "key:tester";
    event.key = "event-" + std::to_string(number);
    event.to = department(2);
    event.working_days = 5;
    event.note = "听证";
    return event;
}

inline PaperCopy paper_copy(std::uint64_t number) {
    PaperCopy copy;
    copy.at = TimeMs{static_cast<std::int64_t>(number)};
    copy.actor = "key:tester";
    copy.key = "print-" + std::to_string(number);
    copy.place = "示例市政务服务中心3号窗口";
    copy.collector = Private<std::string>("李四");
    return copy;
}

inline Bytes edition_content(std::uint64_t number) {
    return file_bytes(number + 7000, 50 + number % 9000);
}

inline EditionRow edition(std::uint64_t number, std::string name = "guide-1") {
    EditionRow row;
    row.kind = EditionKind::guide;
    row.name = std::move(name);
    row.title = "食品经营许可";
    row.content = sha256(edition_content(number));
    row.created = TimeMs{1000};
    row.author = "key:author";
    row.changed = TimeMs{1000};
    row.actor = "key:author";
    return row;
}

inline RatingRow rating(std::uint64_t number) {
    RatingRow row;
    row.department = department(number % 2);
    row.case_key = "AN-" + std::to_string(number);
    row.document = numbered<DocumentId>(number);
    row.template_version = "food-business-licence@1";
    row.level = static_cast<std::uint8_t>(1 + number % 5);
    row.reasons = {"speed", "attitude"};
    row.words = Private<std::string>("等了很久");
    row.at = TimeMs{5};
    row.state = 1;
    row.due = Date{2026, 12, static_cast<unsigned>(1 + number % 9)};
    row.changed = TimeMs{6};
    row.note = Private<std::string>("已联系");
    return row;
}

inline OutagePackage outage_package(std::uint64_t number, std::uint64_t kiosk) {
    OutagePackage row;
    row.kiosk = numbered<KioskId>(kiosk);
    row.id = "package-" + std::to_string(number);
    row.document = numbered<DocumentId>(number);
    row.leg = numbered<LegId>(number);
    row.copy = 2;
    row.nonce = sha256(as_bytes(row.id));
    row.made = TimeMs{5};
    row.until = TimeMs{900};
    row.state = OutageState::asked_back;
    row.changed = TimeMs{6};
    row.reason = "counter";
    row.happened = TimeMs{7};
    return row;
}

inline TrackedEvent tracked_event(std::uint64_t number) {
    TrackedEvent event;
    event.source = "key:clerk";
    event.id = "e-" + std::to_string(number);
    event.number = "1200000000017";
    event.code = "EMG";
    event.occurred = TimeMs{static_cast<std::int64_t>(number)};
    event.said_at = "2026-11-24T10:00:00+08:00";
    event.recorded = TimeMs{5};
    event.state = static_cast<std::uint8_t>(number % 21);
    event.sub = "out_for_delivery";
    event.reason = "moved";
    event.text = Private<std::string>("门卫代收");
    event.place = Private<std::string>("示例市投递部");
    event.payload = sha256(as_bytes(event.id));
    event.voids = {"e-1", "e-2"};
    return event;
}

inline QrKeyRow qr_key(std::uint64_t number) {
    QrKeyRow row;
    row.department = department(number % 3);
    row.department_name = "示例市行政审批局";
    row.spki = file_bytes(number, 91);
    row.not_before = TimeMs{1000};
    row.not_after = TimeMs{9000};
    return row;
}

/// What the draft of that number decides.
inline Bytes draft_decision(std::uint64_t number) {
    return file_bytes(number, 100 + number % 5000);
}

inline DraftRow draft(std::uint64_t number, std::uint64_t department_number = 1) {
    DraftRow row;
    row.id = numbered<DraftId>(number);
    row.department = department(department_number);
    row.author_department = department(1);
    row.author = "key:author";
    row.created = TimeMs{1000};
    row.template_id = "refusal-decision";
    row.title = "不予行政许可决定书";
    row.case_number = "CASE-" + std::to_string(number);
    row.request = sha256(as_bytes("request"));
    row.decision = sha256(draft_decision(number));
    row.digest = sha256(as_bytes("preview"));
    row.approvals = {"key:head"};
    return row;
}

/// A document without prefix; `rest` must outlive the write.
inline IssueWrite issue(std::uint64_t number, ByteView rest, std::uint64_t department_number = 1) {
    IssueWrite write;
    write.document.id = numbered<DocumentId>(number);
    write.document.key = numbered<DocumentKey>(number);
    write.document.department = department(department_number);
    write.document.department_name = "南京市行政审批局";
    write.document.number = "NO-" + std::to_string(number);
    write.document.type_code = "SPJY";
    write.document.title = "食品经营许可证";
    write.document.template_version = "food-business-licence@1";
    write.document.case_number = "CASE-" + std::to_string(number);
    write.document.holder_masked = "张*";
    write.document.issued_at = TimeMs{2000};
    write.document.decided_on = Date{2026, 11, 20};
    write.document.valid_until = Date{2031, 11, 24};
    write.document.record_hash = sha256(as_bytes(write.document.number));
    write.document.file_hash = sha256(rest);
    write.document.file.size = rest.size();
    write.rest = rest;
    write.document.first_status = {DocumentStatus::valid, TimeMs{2000}, "issued", "tester"};
    write.idempotency_key = "key-" + std::to_string(number);
    write.fingerprint = sha256(as_bytes("request " + std::to_string(number)));
    write.idempotency_expires = TimeMs{1'000'000};
    write.audit = audit_row(number);
    return write;
}

/// The same, of a type that is served at B-LTA, in a day.
inline IssueWrite levelled(std::uint64_t number, ByteView rest) {
    IssueWrite write = issue(number, rest);
    write.document.level_wanted = SignatureLevel::b_lta;
    write.document.level_by = write.document.issued_at + 86'400'000;
    return write;
}

/// What the document's revision of that number is, and the write that puts it behind `file`, which
/// is everything before it. Bytes and file must outlive the write.
inline Bytes revision_bytes(std::uint64_t document, std::uint32_t number) {
    return file_bytes(document * 100 + number + 5000, 300 + document % 700);
}
inline RevisionWrite revision(const AugmentationRow& claimed, ByteView file, ByteView bytes,
                              SignatureLevel level = SignatureLevel::b_lta) {
    Bytes whole(file.begin(), file.end());
    append(whole, bytes);
    RevisionWrite write;
    write.document = claimed.document;
    write.fence = claimed.fence;
    write.bytes = bytes;
    write.at = TimeMs{9000};
    write.level = level;
    write.proven_until = TimeMs{900'000};
    write.file_hash = sha256(whole);
    write.due = TimeMs{800'000};
    write.audit = audit_row(9);
    return write;
}

/// Intent and document; true when created.
inline bool put(Store& store, const IssueWrite& write) {
    Intent planned = intent(0);
    planned.id = write.document.id;
    planned.department = write.document.department;
    if (!store.put_intents({&planned, 1}).ok()) {
        return false;
    }
    const auto outcomes = store.put_issues({&write, 1});
    return outcomes.ok() && outcomes.value()[0].kind == IssueOutcome::Kind::created;
}

} // namespace songda::store::samples
