// songda levels: which documents wait for the level that they are served with, why, and what to do;
// tries again, and renews ahead of time. Beside the running service, which does the work.

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"

namespace songda::app {
namespace {

constexpr std::size_t shown_max = 50;
constexpr std::size_t rows_per_step = 500;

/// What an operator does about a reason; the fault's name stands before its colon.
std::string_view next_step(const store::AugmentationRow& row) {
    if (row.reason.starts_with(fault_name(Fault::forbidden))) {
        return "印章证书已吊销或不受信任：换发证书，必要时重新出证 the seal's certificate is "
               "revoked or "
               "not trusted: renew it, issue anew where needed";
    }
    if (row.reason.starts_with(fault_name(Fault::corrupt))) {
        return "songda check-store";
    }
    if (row.reason.starts_with(fault_name(Fault::unavailable))) {
        return "查看时间戳机构与证书状态服务，恢复后自动继续 look at the authorities that are "
               "asked; "
               "it goes on by itself";
    }
    return row.reason.empty() ? "等待服务办理 the service comes to it" : "songda levels retry";
}

void show_waiting(const store::AugmentationRow& row, const store::DocumentRow& document,
                  TimeMs now) {
    const bool below = row.level < row.wanted;
    fmt::print("  {} {} {}\n", to_text(document.key), document.title, document.number);
    fmt::print("      {} → {} · 自 since {}{}{}\n", level_name(row.level), level_name(row.wanted),
               to_china_time(row.since), row.by ? " · 限 by " + to_china_time(*row.by) : "",
               below && row.by && *row.by < now ? " · 逾期 late" : "");
    if (!row.reason.empty()) {
        fmt::print("      尝试 attempts {} · {}\n", row.attempts, row.reason);
    }
    fmt::print("      {} · {}\n",
               row.due ? "下次 next " + to_china_time(*row.due) : "已停办 parked", next_step(row));
}

int show(store::Store& store) {
    const TimeMs now = SystemClock().now();
    const auto counts = store.count_augmentations(now);
    const auto rows = store.waiting_augmentations(std::nullopt, shown_max);
    if (!counts.ok() || !rows.ok()) {
        return tell_failure(counts.ok() ? rows.error() : counts.error());
    }
    fmt::print("等待 waiting {} · 逾期 late {} · 停办 parked {} · 待更新 renewals due {}\n",
               counts.value().waiting, counts.value().late, counts.value().parked,
               counts.value().renewals_due);
    for (const store::AugmentationRow& row : rows.value()) {
        const auto document = store.find_document(row.document);
        if (!document.ok() || !document.value()) {
            return tell_failure(document.ok() ? Error{Fault::corrupt, "a document is not there"}
                                              : document.error());
        }
        show_waiting(row, *document.value(), now);
    }
    if (counts.value().waiting > rows.value().size()) {
        fmt::print("  另有 and {} more\n", counts.value().waiting - rows.value().size());
    }
    return counts.value().late > 0 || counts.value().parked > 0 ? 1 : 0;
}

/// All steps of the walk; how many were moved forward.
Result<std::size_t> hasten(store::Store& store, store::AugmentationHaste haste) {
    std::size_t hastened = 0;
    for (bool more = true; more;) {
        const auto step = store.hasten_augmentations(haste);
        if (!step.ok()) {
            return step.error();
        }
        hastened += step.value().hastened;
        haste.after = step.value().next;
        more = haste.after.has_value();
    }
    return hastened;
}

int tell_hastened(const Result<std::size_t>& hastened) {
    if (!hastened.ok()) {
        return tell_failure(hastened.error());
    }
    fmt::print(
        "已提前 {0} 份，服务随即办理；用 songda levels 查看\n"
        "{0} documents are due now; the service does it, songda levels shows how it stands\n",
        hastened.value());
    return 0;
}

int retry(store::Store& store, const LevelsArguments& arguments) {
    const TimeMs now = SystemClock().now();
    store::AugmentationHaste haste{std::nullopt, now, std::nullopt, rows_per_step, {}};
    if (!arguments.document.empty()) {
        const auto document = find_or_tell(store, arguments.document);
        if (!document) {
            return 2;
        }
        haste.only = document->id;
    }
    haste.audit = {now, operator_name(), "levels_retried",
                   haste.only ? to_text(*haste.only) : "all", ""};
    return tell_hastened(hasten(store, haste));
}

int renew(store::Store& store, const LevelsArguments& arguments) {
    const auto day = parse_date(arguments.before);
    if (!day) {
        return tell_failure("--before 应为日期，如 2031-01-01",
                            "--before is a day, like 2031-01-01");
    }
    const TimeMs now = SystemClock().now();
    const store::AuditRow audit{now, operator_name(), "levels_renewed",
                                "before " + arguments.before, arguments.reason};
    return tell_hastened(
        hasten(store, {china_midnight(*day), now, std::nullopt, rows_per_step, audit}));
}

} // namespace

int run_levels(const LevelsArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    if (!store) {
        return 2;
    }
    using Action = LevelsArguments::Action;
    switch (arguments.action) {
    case Action::retry: return retry(*store, arguments);
    case Action::renew: return renew(*store, arguments);
    case Action::show: break;
    }
    return show(*store);
}

} // namespace songda::app
