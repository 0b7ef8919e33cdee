#include "app/audit_check.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "app/book_anchor.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/seals/register_history.hpp"
#include "verifier/frame.hpp"

namespace songda::app {
namespace {

using signer::BookHead;
using signer::BookTally;
using signer::SealPurpose;
using signer::UseEnd;
using signer::UseLine;
using signer::UseOutcome;
using signer::UseRow;

constexpr std::size_t slice_rows = 1000;

constexpr AuditRule audit_broken{
    "store_audit_broken", "业务库的审计记录被改动或损坏",
    "the store's audit was changed or is damaged", "停止使用，保全磁盘，与备份比对，找出何时起不同",
    "stop, keep the disk as it is, compare with backups to find since when it differs"};
constexpr AuditRule book_missing{
    "book_missing", "没有用印登记簿", "there is no book of uses",
    "核对 [seals] folder；审计记录里有登记簿的位置时，说明文件被删除",
    "look at [seals] folder; where the audit notes heads of it, its files were removed"};
constexpr AuditRule book_broken{
    "book_broken", "用印登记簿在此处被改动或损坏，其后未核对",
    "the book was changed or is damaged here; what follows was not looked at",
    "保全文件，与备份比对；此处之后的用印须另行查证",
    "keep the files as they are and compare with backups; uses from here on need other proof"};
constexpr AuditRule book_cut{"book_cut", "登记簿末尾缺行：审计记录记有更长的登记簿",
                             "lines are missing at the book's end: the audit notes a longer one",
                             "从备份找回缺少的行；查明谁能写该文件夹",
                             "find the lines in a backup; find out who can write to the folder"};
constexpr AuditRule head_differs{
    "head_differs", "登记簿的这一行与当时记下的不同：登记簿曾被整体重写",
    "this line is not the one that was noted at its time: the book was written anew",
    "保全文件，与备份比对，查明谁能写该文件夹",
    "keep the files, compare with backups, find out who can write to the folder"};
constexpr AuditRule use_unknown{
    "use_without_intent", "有用印而业务库没有签发意向：可能有人越过业务库使用印章",
    "a seal was used and the store has no intent of it: it may have been used past the store",
    "立即暂停该印章，按失密处置手册查证",
    "suspend the seal at once and follow the page on compromise"};
constexpr AuditRule use_differs{"use_differs", "用印的摘要与签发意向的不同",
                                "the digest that was signed is not that of the intent",
                                "立即暂停该印章，按失密处置手册查证",
                                "suspend the seal at once and follow the page on compromise"};
constexpr AuditRule signed_twice{"signed_twice", "同一文书用印两次",
                                 "one document was signed twice",
                                 "立即暂停该印章，按失密处置手册查证",
                                 "suspend the seal at once and follow the page on compromise"};
constexpr AuditRule against_rules{
    "use_not_allowed", "用印时该印章的登记不允许这一用途",
    "the register did not allow this use at its time",
    "查明登记的变更与用印的先后，与印章管理员核对",
    "find which came first, the change of the register or the use, with the keeper of seals"};
constexpr AuditRule register_broken{
    "register_broken", "印章名录缺失、被改动或损坏，未与用印比对",
    "the register of seals is missing, was changed or is damaged; uses were not compared with it",
    "保全文件，从备份找回；songda seal list 说明哪一行",
    "keep the file, bring it back from a backup; songda seal list says which line"};
constexpr AuditRule document_unused{
    "document_without_use", "文书没有对应的用印记录", "a document without a use of a seal",
    "核对该文书的签名；登记簿是否曾停用，配置是否曾去掉 [seals]",
    "check the document's signature; was the book off, or [seals] taken from the configuration?"};
constexpr AuditRule file_differs{
    "file_differs", "文件签名所覆盖的内容与用印的摘要不同",
    "what the file's signature covers is not what the seal was used for",
    "songda check-store；从备份恢复该文件",
    "songda check-store; bring the file back from a backup"};

std::uint64_t bytes_of(const std::string& folder) {
    std::uint64_t bytes = 0;
    std::error_code failure;
    for (std::uint32_t segment = 1; !failure; ++segment) {
        const auto size =
            std::filesystem::file_size(folder + '/' + signer::segment_name(segment), failure);
        bytes += failure ? 0 : size;
    }
    return bytes;
}

/// What the file's signature covers: all of it but the gap.
std::optional<Digest> covered_digest(ByteView file) {
    const auto frame = verifier::read_frame(file).frame;
    if (!frame) {
        return std::nullopt;
    }
    Sha256 hash;
    hash.update(file.first(frame->gap_begin));
    hash.update(file.subspan(frame->gap_end));
    return hash.finish();
}

class Check {
public:
    explicit Check(const AuditParts& parts) : parts_(parts), reader_(parts.folder) {}

    [[nodiscard]] Result<AuditReport> run() {
        for (const auto step : {&Check::read_store_audit, &Check::read_register, &Check::read_book,
                                &Check::read_documents, &Check::look_again}) {
            const auto done = (this->*step)();
            if (!done.ok()) {
                return done.error();
            }
        }
        return std::move(report_);
    }

private:
    struct OpenUse {
        UseRow row;
        TimeMs time;
    };

    [[nodiscard]] Result<void> read_store_audit();
    [[nodiscard]] Result<void> read_register();
    [[nodiscard]] Result<void> read_book();
    [[nodiscard]] Result<void> read_more();
    [[nodiscard]] Result<void> read_documents();
    [[nodiscard]] Result<void> look_again();
    [[nodiscard]] Result<void> take(const UseLine& line, const BookTally& tally);
    [[nodiscard]] Result<void> take_end(const UseEnd& end);
    [[nodiscard]] Result<void> take_signed(const OpenUse& use);
    [[nodiscard]] Result<void> take_document(const store::DocumentRow& document);
    [[nodiscard]] Result<void> read_file(const store::DocumentRow& document);
    void compare_heads(const BookHead& head);
    void find(const AuditRule& rule, std::string subject) {
        ++report_.found;
        if (report_.findings.size() < findings_max) {
            report_.findings.push_back({rule, std::move(subject)});
        }
    }
    void tell(std::string_view what, std::uint64_t done, std::uint64_t total) const {
        if (parts_.progress) {
            parts_.progress(what, done, total);
        }
    }

    const AuditParts& parts_;
    AuditReport report_;
    std::vector<BookHead> heads_;
    std::size_t next_head_ = 0;
    std::optional<signer::RegisterHistory> register_;
    signer::UseReader reader_;
    std::uint64_t book_bytes_ = 0;
    bool book_whole_ = false;
    std::map<std::uint64_t, OpenUse> open_;
    std::vector<DocumentId> signed_; ///< sorted once the book was read
    std::vector<DocumentId> unused_;
};

Result<void> Check::read_store_audit() {
    const auto verified = parts_.store.verify_audit();
    if (!verified.ok() && verified.error().fault != Fault::corrupt) {
        return verified.error();
    }
    if (!verified.ok()) {
        find(audit_broken, verified.error().detail);
    }
    for (std::uint64_t after = 0;;) {
        const auto slice = parts_.store.list_audit(after, slice_rows);
        if (!slice.ok()) {
            return slice.error().fault == Fault::corrupt ? Result<void>() : slice.error();
        }
        if (slice.value().empty()) {
            report_.heads = heads_.size();
            return {};
        }
        after = slice.value().back().sequence;
        report_.audit_rows = after;
        for (const store::AuditEntry& entry : slice.value()) {
            const store::AuditRow& row = entry.row;
            if (row.action == book_head_action) {
                BookHead head{0, row.detail};
                std::from_chars(row.subject.data(), row.subject.data() + row.subject.size(),
                                head.lines);
                heads_.push_back(std::move(head));
            }
        }
    }
}

Result<void> Check::read_register() {
    auto history = signer::RegisterHistory::load(parts_.folder);
    if (history.ok()) {
        register_ = std::move(history).value();
        report_.register_looked_at = true;
        return {};
    }
    const Fault fault = history.error().fault;
    if (fault != Fault::corrupt && fault != Fault::not_found) {
        return history.error();
    }
    find(register_broken, history.error().detail);
    return {};
}

Result<void> Check::read_book() {
    // A service that was started again from a copy of its store notes what others noted after it.
    std::stable_sort(heads_.begin(), heads_.end(), [](const BookHead& left, const BookHead& right) {
        return left.lines < right.lines;
    });
    book_bytes_ = bytes_of(parts_.folder);
    const auto read = read_more();
    if (!read.ok()) {
        return read;
    }
    if (next_head_ < heads_.size() && book_whole_) {
        find(book_cut, "line " + std::to_string(report_.head.lines + 1) + " to " +
                           std::to_string(heads_.back().lines));
    }
    std::sort(signed_.begin(), signed_.end());
    for (auto at = std::adjacent_find(signed_.begin(), signed_.end()); at != signed_.end();
         at = std::adjacent_find(at + 1, signed_.end())) {
        find(signed_twice, to_text(*at));
    }
    return {};
}

Result<void> Check::read_more() {
    std::optional<Error> failed; // of the store, not of the book
    const auto read = reader_.read_on([&](const UseLine& line, const BookTally& tally) {
        auto taken = take(line, tally);
        if (!taken.ok()) {
            failed = taken.error();
        }
        return taken;
    });
    if (failed) {
        return *failed;
    }
    if (!read.ok() && read.error().fault != Fault::corrupt &&
        read.error().fault != Fault::not_found) {
        return read;
    }
    book_whole_ = read.ok();
    if (!read.ok()) {
        find(reader_.tally().head.lines == 0 && read.error().fault == Fault::not_found
                 ? book_missing
                 : book_broken,
             read.error().detail);
    }
    const BookTally& tally = reader_.tally();
    report_.head = tally.head.lines == 0 ? BookHead() : tally.head;
    report_.segments = tally.segment;
    report_.open = tally.open.size();
    report_.torn_bytes = reader_.segment_end().torn_bytes;
    return {};
}

Result<void> Check::take(const UseLine& line, const BookTally& tally) {
    if (!report_.begun) {
        report_.begun = line.time;
    }
    compare_heads(tally.head);
    for (const UseRow& row : line.before) {
        open_[row.number] = {row, line.time};
    }
    for (const UseEnd& end : line.after) {
        const auto taken = take_end(end);
        if (!taken.ok()) {
            return taken;
        }
    }
    if (tally.head.lines % slice_rows == 0) {
        tell("用印登记簿 book", reader_.bytes(), book_bytes_);
    }
    return {};
}

void Check::compare_heads(const BookHead& head) {
    for (; next_head_ < heads_.size() && heads_[next_head_].lines <= head.lines; ++next_head_) {
        if (heads_[next_head_] != head) {
            find(head_differs, "line " + std::to_string(heads_[next_head_].lines));
        }
    }
}

Result<void> Check::take_end(const UseEnd& end) {
    const auto found = open_.find(end.number); // the tally has seen that it is there
    const OpenUse use = std::move(found->second);
    open_.erase(found);
    switch (end.outcome) {
    case UseOutcome::made: ++report_.made; break;
    case UseOutcome::refused: ++report_.refused; break;
    case UseOutcome::failed: ++report_.failed; break;
    case UseOutcome::unfinished: ++report_.unfinished; break;
    }
    return end.outcome == UseOutcome::made ? take_signed(use) : Result<void>();
}

/// The store wrote the intent before it gave leave to sign, and keeps it whether a document came of
/// it, or the number was voided, or it is still open.
Result<void> Check::take_signed(const OpenUse& use) {
    const std::string subject = "use " + std::to_string(use.row.number);
    if (register_) {
        if (const auto refused = register_->refuse(use.row, use.time)) {
            find(against_rules, subject + ' ' + refused->rule);
        }
    }
    if (use.row.purpose != SealPurpose::document) {
        return {};
    }
    const DocumentId& document = use.row.use.document;
    const auto intent = parts_.store.find_intent(document);
    if (!intent.ok()) {
        return intent.error();
    }
    if (!intent.value() || intent.value()->department != use.row.department) {
        find(use_unknown, subject + ' ' + to_text(document));
    } else if (intent.value()->digest != use.row.content) {
        find(use_differs, subject + ' ' + to_text(document));
    }
    signed_.push_back(document);
    return {};
}

Result<void> Check::read_documents() {
    for (const DepartmentCode& department : parts_.departments) {
        for (std::optional<DocumentId> after;;) {
            const auto slice = parts_.store.list_documents(department, after, slice_rows);
            if (!slice.ok()) {
                return slice.error();
            }
            if (slice.value().empty()) {
                break;
            }
            after = slice.value().back().id;
            for (const store::DocumentRow& document : slice.value()) {
                const auto taken = take_document(document);
                if (!taken.ok()) {
                    return taken;
                }
            }
            tell("文书 documents", report_.documents,
                 std::max<std::uint64_t>(signed_.size(), report_.documents));
        }
    }
    return {};
}

Result<void> Check::take_document(const store::DocumentRow& document) {
    ++report_.documents;
    if (std::binary_search(signed_.begin(), signed_.end(), document.id)) {
        return parts_.files ? read_file(document) : Result<void>();
    }
    if (report_.begun && document.issued_at < *report_.begun) {
        ++report_.before_book;
    } else {
        unused_.push_back(document.id);
    }
    return {};
}

Result<void> Check::read_file(const store::DocumentRow& document) {
    ++report_.files;
    const auto file = parts_.store.read_issued(document);
    if (!file.ok() && file.error().fault != Fault::corrupt) {
        return file.error();
    }
    const auto intent = parts_.store.find_intent(document.id);
    if (!intent.ok()) {
        return intent.error();
    }
    const auto digest = file.ok() ? covered_digest(file.value()) : std::nullopt;
    if (!digest || !intent.value() || *digest != intent.value()->digest) {
        find(file_differs, to_text(document.id));
    }
    return {};
}

/// What a running service issued since the book was read has its uses behind where that ended.
Result<void> Check::look_again() {
    if (!book_whole_ || unused_.empty()) {
        return {};
    }
    const auto read = read_more();
    if (!read.ok()) {
        return read;
    }
    std::sort(signed_.begin(), signed_.end());
    for (const DocumentId& document : unused_) {
        if (!std::binary_search(signed_.begin(), signed_.end(), document)) {
            find(document_unused, to_text(document));
        }
    }
    return {};
}

} // namespace

Result<AuditReport> check_audit(const AuditParts& parts) {
    return Check(parts).run();
}

} // namespace songda::app
