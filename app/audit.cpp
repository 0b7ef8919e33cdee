// songda audit verify, audit list: who used which seal for what, and whether the records of it are
// whole. Beside the running service; reads alone.

#include <map>

#include <fmt/core.h>

#include "app/audit_check.hpp"
#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "base/json.hpp"
#include "base/text_codec.hpp"

namespace songda::app {
namespace {

using signer::UseEnd;
using signer::UseLine;
using signer::UseOutcome;
using signer::UseRow;

/// With a folder of seals; nothing after telling why.
std::optional<Beside> open_book_or_tell(const std::string& config) {
    auto beside = open_beside_or_tell(config);
    if (beside && !beside->config.seals) {
        tell_failure("配置中没有 [seals] folder：没有用印登记簿可查",
                     "the configuration has no [seals] folder: there is no book of uses");
        beside.reset();
    }
    return beside;
}

std::string finding_json(const AuditFinding& finding) {
    std::string json;
    JsonObject object(json);
    object.text("code", finding.rule.code);
    object.text("subject", finding.subject);
    object.text("message", finding.rule.zh);
    object.text("message_en", finding.rule.en);
    object.text("next", finding.rule.next_zh);
    object.text("next_en", finding.rule.next_en);
    object.end();
    return json;
}

std::string report_json(const AuditReport& report) {
    std::string json;
    JsonObject object(json);
    const auto number = [&object](std::string_view name, std::uint64_t value) {
        object.raw(name, std::to_string(value));
    };
    object.raw("clean", report.clean() ? "true" : "false");
    number("lines", report.head.lines);
    object.text_if("head", report.head.hash);
    number("segments", report.segments);
    object.text_if("begun", report.begun ? to_rfc3339(*report.begun) : "");
    number("signed", report.made);
    number("refused", report.refused);
    number("failed", report.failed);
    number("unfinished", report.unfinished);
    number("open", report.open);
    number("torn_bytes", report.torn_bytes);
    number("store_audit_rows", report.audit_rows);
    number("noted_heads", report.heads);
    number("documents", report.documents);
    number("documents_before_book", report.before_book);
    number("files_read", report.files);
    object.raw("register_compared", report.register_looked_at ? "true" : "false");
    number("found", report.found);
    object.begin("findings");
    append_json_array(json, report.findings,
                      [&json](const AuditFinding& finding) { json += finding_json(finding); });
    object.end();
    return json;
}

void show_counts(const AuditReport& report) {
    fmt::print("用印登记簿 book: {} 行 lines · {} 卷 segments · 末行 head {}\n", report.head.lines,
               report.segments, report.head.hash.substr(0, 16));
    fmt::print(
        "用印 uses: 已签 signed {} · 拒绝 refused {} · 未成 failed {} · 中断 unfinished {}\n",
        report.made, report.refused, report.failed, report.unfinished);
    fmt::print("业务库 store: 审计 audit rows {} · 记下的位置 noted heads {} · 文书 documents {}\n",
               report.audit_rows, report.heads, report.documents);
    if (report.files > 0) {
        fmt::print("  已读文件 files read {}\n", report.files);
    }
    if (report.before_book > 0) {
        fmt::print(
            "  其中 {} 份签发于登记簿启用之前，无用印记录 of these {} were issued before the "
            "book began and have no use in it\n",
            report.before_book, report.before_book);
    }
    if (report.open > 0) {
        fmt::print(
            "  末尾有 {} 次用印尚无结果：正在办理，或进程已中断（下次启动时补记） {} uses at "
            "the end have no outcome yet: on hand, or their process died (its next start "
            "writes it down)\n",
            report.open, report.open);
    }
    if (report.torn_bytes > 0) {
        fmt::print("  末行未写完 the last line is not whole: {} B\n", report.torn_bytes);
    }
    if (!report.register_looked_at) {
        fmt::print("  未与印章登记比对 the register of seals was not compared\n");
    }
}

void show(const AuditReport& report) {
    show_counts(report);
    for (const AuditFinding& finding : report.findings) {
        fmt::print("  ✘ [{}] {}\n      {} {}\n      → {} {}\n", finding.rule.code, finding.subject,
                   finding.rule.zh, finding.rule.en, finding.rule.next_zh, finding.rule.next_en);
    }
    if (report.found > report.findings.size()) {
        fmt::print("  另有 and {} more\n", report.found - report.findings.size());
    }
    fmt::print("{}\n", report.clean() ? "无问题 no finding"
                                      : fmt::format("问题 findings {}", report.found));
}

/// A bar for each part of the work.
class Bars {
public:
    void operator()(std::string_view what, std::uint64_t done, std::uint64_t total) {
        if (what != what_) {
            finish();
            what_ = what;
            bar_.emplace(std::string(what), total, clock_);
        }
        bar_->set(std::min(done, total));
    }
    void finish() {
        if (bar_) {
            bar_->finish();
        }
        bar_.reset();
    }

private:
    SystemClock clock_;
    std::string what_;
    std::optional<Progress> bar_;
};

/// What is asked for of the list.
struct Wanted {
    std::string seal;
    std::optional<DocumentId> document;
    TimeMs since;
    [[nodiscard]] bool fits(const UseRow& row, TimeMs time) const {
        return (seal.empty() || row.seal == seal) && time >= since &&
               (!document || row.use.document == *document);
    }
};

std::string outcome_words(const std::optional<UseEnd>& end) {
    if (!end) {
        return "尚无结果 no outcome yet";
    }
    const std::string_view zh = end->outcome == UseOutcome::made      ? "已签"
                                : end->outcome == UseOutcome::refused ? "拒绝"
                                : end->outcome == UseOutcome::failed  ? "未成"
                                                                      : "中断";
    return fmt::format("{} {} {}", zh, signer::outcome_name(end->outcome), end->detail);
}

void print_use(const UseRow& row, TimeMs time, const std::optional<UseEnd>& end) {
    const bool of_document = row.use.document != DocumentId{};
    fmt::print("{} {} {} {}{} {} {} {} {} · {}\n", row.number, to_china_time(time),
               signer::purpose_name(row.purpose), row.asked ? "（询问 asked）" : "",
               row.seal.empty() ? "-" : row.seal, row.department.text,
               row.use.actor.empty() ? "-" : row.use.actor,
               row.use.template_version.empty() ? "-" : row.use.template_version,
               of_document ? to_text(row.use.document) : "-", outcome_words(end));
}

/// The lines of the book about it, which are JSON themselves.
void print_use_json(const UseRow& row, TimeMs time, const std::optional<UseEnd>& end) {
    UseLine line{time, {}, {row}, {}};
    if (end) {
        line.after.push_back(*end);
    }
    fmt::print("{}\n", signer::write_use_line(line));
}

Result<void> list(const std::string& folder, const Wanted& wanted, bool json) {
    struct OpenUse {
        UseRow row;
        TimeMs time;
    };
    std::map<std::uint64_t, OpenUse> open;
    const auto print = json ? &print_use_json : &print_use;
    signer::UseReader reader(folder);
    auto read = reader.read_on([&](const UseLine& line, const signer::BookTally&) -> Result<void> {
        for (const UseRow& row : line.before) {
            open[row.number] = {row, line.time};
        }
        for (const UseEnd& end : line.after) {
            const auto found = open.find(end.number);
            if (found != open.end() && wanted.fits(found->second.row, found->second.time)) {
                print(found->second.row, found->second.time, end);
            }
            open.erase(end.number);
        }
        return {};
    });
    for (const auto& [number, use] : open) {
        if (wanted.fits(use.row, use.time)) {
            print(use.row, use.time, std::nullopt);
        }
    }
    return read;
}

} // namespace

int run_audit_verify(const AuditArguments& arguments) {
    auto beside = open_book_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    AuditParts parts{*beside->store, beside->config.seals->folder, {}, arguments.files};
    for (const DepartmentConfig& department : beside->config.departments) {
        parts.departments.push_back({department.code});
    }
    Bars bars;
    if (!arguments.json) {
        parts.progress = [&bars](std::string_view what, std::uint64_t done, std::uint64_t total) {
            bars(what, done, total);
        };
    }
    const auto report = check_audit(parts);
    bars.finish();
    if (!report.ok()) {
        return tell_failure(report.error());
    }
    if (arguments.json) {
        fmt::print("{}\n", report_json(report.value()));
    } else {
        show(report.value());
    }
    return report.value().clean() ? 0 : 1;
}

int run_audit_list(const AuditArguments& arguments) {
    auto beside = open_book_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    Wanted wanted{arguments.seal, {}, {}};
    if (!arguments.document.empty()) {
        wanted.document = parse_document_id(arguments.document);
        if (!wanted.document) { // by its key; one that was never stored has an id alone
            const auto found = find_or_tell(*beside->store, arguments.document);
            if (!found) {
                return 2;
            }
            wanted.document = found->id;
        }
    }
    if (!arguments.since.empty()) {
        const auto day = parse_date(arguments.since);
        if (!day) {
            return tell_failure("--since 应为 2026-11-30 这样的日期",
                                "--since is a day such as 2026-11-30");
        }
        wanted.since = china_midnight(*day);
    }
    const auto listed = list(beside->config.seals->folder, wanted, arguments.json);
    return listed.ok() ? 0 : tell_failure(listed.error());
}

} // namespace songda::app
