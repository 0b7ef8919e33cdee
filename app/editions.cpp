// songda guide (and whatever else is published in editions): check, add, submit, return, publish,
// withdraw, list, show.

#include "app/editions.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/terminal.hpp"
#include "base/sha256.hpp"

namespace songda::app {
namespace {

using store::EditionRow;
using store::EditionState;

void tell_findings(const EditionSubject& subject) {
    for (const std::string& finding : subject.findings) {
        fmt::print("  ✘ {}\n", finding);
    }
    for (const std::string& note : subject.notes) {
        fmt::print("  · {}\n", note);
    }
}

std::string described(const EditionRow& row) {
    return fmt::format("{} 第{}版 edition {} {}", row.name, row.number, row.number, row.title);
}

/// `songda guide submit CODE`.
void tell_next(const EditionCommands& kind, const EditionRow& row, std::string_view step) {
    fmt::print("  下一步 next: songda {} {} {}\n", kind.command, step, row.name);
}

store::AuditRow audit(const EditionCommands& kind, const EditionRow& row, std::string_view action,
                      TimeMs now) {
    return {now, operator_name(), fmt::format("{}_{}", kind.command, action), row.name,
            std::to_string(row.number)};
}

/// The edition that a step is about: the one that was named, else the newest that the step is
/// allowed from. Nothing after telling why.
std::optional<EditionRow> find_for_step(store::Store& store, const EditionCommands& kind,
                                        const EditionArguments& arguments, EditionState to) {
    const auto all = store.editions(kind.kind, arguments.name);
    if (!all.ok()) {
        tell_failure(all.error());
        return std::nullopt;
    }
    if (all.value().empty()) {
        tell_failure("没有这个名称的版次", "no edition has the name " + arguments.name);
        return std::nullopt;
    }
    const auto candidates =
        std::count_if(all.value().begin(), all.value().end(),
                      [&](const EditionRow& row) { return may_follow(row.state, to); });
    if (to == EditionState::withdrawn && arguments.number == 0 && candidates > 1) {
        tell_failure(fmt::format("有{}版可以撤下，请用 --edition 指明", candidates),
                     fmt::format("{} editions could be withdrawn; name one with --edition "
                                 "(songda {} list {})",
                                 candidates, kind.command, arguments.name));
        return std::nullopt;
    }
    const auto wanted =
        std::find_if(all.value().rbegin(), all.value().rend(), [&](const EditionRow& row) {
            return arguments.number == 0 ? may_follow(row.state, to)
                                         : row.number == arguments.number;
        });
    if (wanted == all.value().rend() || !may_follow(wanted->state, to)) {
        const EditionRow& last = wanted == all.value().rend() ? all.value().back() : *wanted;
        tell_failure(
            fmt::format("{} 现为“{}”，不能变为“{}”", described(last), state_name_zh(last.state),
                        state_name_zh(to)),
            fmt::format("it is {} and cannot become {}", state_name(last.state), state_name(to)));
        return std::nullopt;
    }
    return *wanted;
}

/// Puts the edition into its next state.
int step(store::Store& store, const EditionCommands& kind, const EditionRow& before,
         EditionRow after) {
    const TimeMs now = SystemClock().now();
    after.changed = now;
    after.actor = operator_name();
    const auto stepped =
        store.step_edition(before, after, audit(kind, after, state_name(after.state), now));
    if (!stepped.ok()) {
        return tell_failure(stepped.error());
    }
    if (!stepped.value()) {
        return tell_failure("该版次刚被他人变更，请重试",
                            "somebody else has just changed this edition; try again");
    }
    fmt::print("{} {}: {} → {}\n", kind.zh, described(after), state_name_zh(before.state),
               state_name_zh(after.state));
    return 0;
}

/// How an edition stands among those of its name.
enum class Standing { past, on_its_way, scheduled, in_force };

Standing standing_of(const EditionRow& row, const std::vector<EditionRow>& all, Date today) {
    if (row.state != EditionState::published) {
        return row.state == EditionState::withdrawn ? Standing::past : Standing::on_its_way;
    }
    if (*row.effective_from > today) {
        return Standing::scheduled;
    }
    const bool followed = std::any_of(all.begin(), all.end(), [&](const EditionRow& other) {
        return other.name == row.name && other.state == EditionState::published &&
               *other.effective_from <= today &&
               std::tie(*row.effective_from, row.number) <
                   std::tie(*other.effective_from, other.number);
    });
    return followed ? Standing::past : Standing::in_force;
}

std::string standing_words(Standing standing, const EditionRow& row) {
    if (standing == Standing::in_force) {
        return "施行中 in force";
    }
    if (standing == Standing::scheduled) {
        return "待施行 scheduled";
    }
    if (standing == Standing::past && row.state == EditionState::published) {
        return "已被替代 superseded";
    }
    return fmt::format("{} {}", state_name_zh(row.state), state_name(row.state));
}

/// Content and findings of a stored edition; nothing after telling why it may go no further.
bool is_clean(const Beside& beside, const EditionCommands& kind, const EditionRow& row, Date day) {
    const auto content = beside.store->edition_content(row);
    if (!content.ok()) {
        tell_failure(content.error());
        return false;
    }
    const auto subject =
        kind.check({beside.config, *beside.store, row.name, day, row.number}, content.value());
    if (!subject.ok()) {
        tell_failure(subject.error());
        return false;
    }
    tell_findings(subject.value());
    if (!subject.value().findings.empty()) {
        tell_failure(fmt::format("有{}处不符合要求，不能继续", subject.value().findings.size()),
                     "rules are broken; put them right and add the file again");
    }
    return subject.value().findings.empty();
}

/// Two people stand behind everything that is published, as behind a draft that is approved
/// (api/drafts.cpp).
bool may_publish(const Beside& beside, const EditionCommands& kind, const EditionRow& row) {
    if (!beside.config.four_eyes || row.author != operator_name()) {
        return true;
    }
    tell_failure(
        fmt::format(
            "起草人不能公布自己的版次：请由另一人以本人账号登录后执行 songda {} publish {}；"
            "一人办公的，可在配置 [editions] 下设 four_eyes = false\n ",
            kind.command, row.name),
        fmt::format("the author of an edition ({}) cannot publish it: another person does, under "
                    "their own login; an office of one person may set four_eyes = false under "
                    "[editions] of the configuration",
                    row.author));
    return false;
}

} // namespace

int run_edition_check(const EditionCommands& kind, const std::vector<std::string>& files) {
    int status = 0;
    for (const std::string& file : files) {
        const auto subject = kind.read(file, "");
        if (!subject.ok()) {
            status = tell_failure(subject.error());
            continue;
        }
        tell_findings(subject.value());
        const std::size_t count = subject.value().findings.size();
        fmt::print("{} {} {}\n", count == 0 ? "✔" : "✘", file,
                   count == 0 ? "符合要求 keeps to all rules"
                              : fmt::format("{}处问题 findings", count));
        status = std::max(status, count == 0 ? 0 : 1);
    }
    return status;
}

int run_edition_add(const EditionCommands& kind, const EditionArguments& arguments) {
    const auto read = kind.read(arguments.file, arguments.name);
    if (!read.ok()) {
        return tell_failure(read.error());
    }
    const auto beside = open_beside_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    const TimeMs now = SystemClock().now();
    EditionRow row;
    row.kind = kind.kind;
    row.name = read.value().name;
    row.title = read.value().title;
    row.content = sha256(read.value().content);
    row.created = row.changed = now;
    row.author = row.actor = operator_name();
    const auto checked = kind.check({beside->config, *beside->store, row.name, china_date(now)},
                                    read.value().content);
    if (!checked.ok()) {
        return tell_failure(checked.error());
    }
    const auto number =
        beside->store->put_edition(row, read.value().content, audit(kind, row, "added", now));
    if (!number.ok()) {
        return tell_failure(number.error());
    }
    row.number = number.value();
    tell_findings(checked.value());
    const std::size_t findings = checked.value().findings.size();
    fmt::print("{} {}: 草稿 draft{}\n", kind.zh, described(row),
               findings == 0 ? "" : fmt::format("，{}处问题 findings", findings));
    if (findings == 0) {
        tell_next(kind, row, "submit");
    }
    return 0;
}

int run_edition_submit(const EditionCommands& kind, const EditionArguments& arguments) {
    const auto beside = open_beside_or_tell(arguments.config);
    const auto before =
        beside ? find_for_step(*beside->store, kind, arguments, EditionState::in_review)
               : std::nullopt;
    if (!before) {
        return 2;
    }
    if (!is_clean(*beside, kind, *before, china_date(SystemClock().now()))) {
        return 1;
    }
    EditionRow after = *before;
    after.state = EditionState::in_review;
    const int status = step(*beside->store, kind, *before, after);
    if (status == 0) {
        tell_next(kind, after, "publish --document 文号");
    }
    return status;
}

int run_edition_return(const EditionCommands& kind, const EditionArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    const auto before =
        store ? find_for_step(*store, kind, arguments, EditionState::draft) : std::nullopt;
    if (!before) {
        return 2;
    }
    EditionRow after = *before;
    after.state = EditionState::draft;
    after.reason = arguments.reason;
    return step(*store, kind, *before, after);
}

int run_edition_publish(const EditionCommands& kind, const EditionArguments& arguments) {
    const Date today = china_date(SystemClock().now());
    const auto from = arguments.from.empty() ? std::optional(today) : parse_date(arguments.from);
    if (!from) {
        return tell_failure("--from 应为存在的日期，格式 2026-12-01",
                            "--from must be a day that exists, like 2026-12-01");
    }
    if (*from < today) {
        fmt::print(stderr,
                   "  注意：施行日期早于今日 note: the first day in force lies before today\n");
    }
    const auto beside = open_beside_or_tell(arguments.config);
    const auto before =
        beside ? find_for_step(*beside->store, kind, arguments, EditionState::published)
               : std::nullopt;
    if (!before || !may_publish(*beside, kind, *before)) {
        return 2;
    }
    if (!is_clean(*beside, kind, *before, *from)) {
        return 1;
    }
    EditionRow after = *before;
    after.state = EditionState::published;
    after.document = arguments.document;
    after.effective_from = *from;
    after.reason.clear();
    const int status = step(*beside->store, kind, *before, after);
    if (status == 0) {
        fmt::print("  {}，自 {} 起施行 in force from {}\n", after.document, to_chinese(*from),
                   to_text(*from));
    }
    return status;
}

int run_edition_withdraw(const EditionCommands& kind, const EditionArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    const auto before =
        store ? find_for_step(*store, kind, arguments, EditionState::withdrawn) : std::nullopt;
    if (!before) {
        return 2;
    }
    EditionRow after = *before;
    after.state = EditionState::withdrawn;
    after.reason = arguments.reason;
    return step(*store, kind, *before, after);
}

int run_edition_list(const EditionCommands& kind, const EditionArguments& arguments) {
    const auto beside = open_beside_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    const bool one = !arguments.name.empty();
    const auto rows = one ? beside->store->editions(kind.kind, arguments.name)
                          : beside->store->all_editions(kind.kind);
    if (!rows.ok()) {
        return tell_failure(rows.error());
    }
    const Date today = china_date(SystemClock().now());
    bool any = false;
    for (const EditionRow& row : rows.value()) {
        const Standing standing = standing_of(row, rows.value(), today);
        if (!one && standing == Standing::past) {
            continue;
        }
        any = true;
        fmt::print("{}  {}{}{}{}{}\n", described(row), standing_words(standing, row),
                   row.document.empty() ? "" : "  ", row.document,
                   row.effective_from ? "  自 from " + to_text(*row.effective_from) : "",
                   kind.audience ? "  " + kind.audience(beside->config, row) : "");
    }
    if (!any) {
        fmt::print("{}\n", one ? "没有这个名称的版次 no edition has this name"
                               : "没有施行或待施行的版次 nothing is in force or on its way");
    }
    return 0;
}

int run_edition_show(const EditionCommands& kind, const EditionArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    if (!store) {
        return 2;
    }
    const auto all = store->editions(kind.kind, arguments.name);
    if (!all.ok()) {
        return tell_failure(all.error());
    }
    const auto in_force =
        store->edition_in_force(kind.kind, arguments.name, china_date(SystemClock().now()));
    if (!in_force.ok()) {
        return tell_failure(in_force.error());
    }
    const std::size_t number = arguments.number;
    const EditionRow* const row =
        number != 0            ? (number <= all.value().size() ? &all.value()[number - 1] : nullptr)
        : in_force.value()     ? &*in_force.value()
        : !all.value().empty() ? &all.value().back()
                               : nullptr;
    if (row == nullptr) {
        return tell_failure("没有这个版次", "there is no such edition");
    }
    const auto content = store->edition_content(*row);
    if (!content.ok()) {
        return tell_failure(content.error());
    }
    fmt::print(stderr, "{} {}: {}\n", kind.zh, described(*row), state_name_zh(row->state));
    if (arguments.folder.empty()) {
        fmt::print("{}", kind.present ? kind.present(content.value())
                                      : std::string(as_text(content.value())));
        return 0;
    }
    const auto unpacked = kind.unpack(content.value(), arguments.folder);
    return unpacked.ok() ? 0 : tell_failure(unpacked.error());
}

} // namespace songda::app
