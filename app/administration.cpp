// songda key, status, backup, check-store: what an operator does beside the running service.

#include <algorithm>

#include <fmt/core.h>

#include "api/access.hpp"
#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/evidence_check.hpp"
#include "app/supervision.hpp"
#include "app/terminal.hpp"

namespace songda::app {
namespace {

std::string join(const std::vector<std::string>& words) {
    std::string joined;
    for (const std::string& word : words) {
        joined += joined.empty() ? word : "," + word;
    }
    return joined;
}

/// Of a document that needs more than its signature.
int show_level(store::Store& store, const store::DocumentRow& document) {
    const auto row = store.find_augmentation(document.id);
    const auto revisions = store.revisions(document.id);
    if (!row.ok() || !revisions.ok()) {
        return tell_failure(row.ok() ? revisions.error() : row.error());
    }
    if (!row.value()) {
        return 0;
    }
    fmt::print("  签名等级 level {}，应达 wanted {}{}\n", level_name(row.value()->level),
               level_name(row.value()->wanted),
               row.value()->reason.empty() ? "" : " · " + row.value()->reason);
    for (const store::RevisionRow& each : revisions.value()) {
        fmt::print("      {} {}{}\n", to_china_time(each.at), level_name(each.level),
                   each.proven_until ? " · 至 until " + to_china_time(*each.proven_until) : "");
    }
    return 0;
}

int show_history(store::Store& store, const store::DocumentRow& document) {
    const auto history = store.status_history(document.id);
    if (!history.ok()) {
        return tell_failure(history.error());
    }
    fmt::print("{} {} {}\n", document.title, document.number, to_text(document.key));
    const int level = show_level(store, document);
    if (level != 0) {
        return level;
    }
    for (const store::StatusEntry& entry : history.value()) {
        const store::StatusChange& change = entry.change;
        fmt::print("  {} {} {} {}{} {}{} ({})\n", entry.sequence, to_china_time(change.at),
                   store::status_code(change.status), store::status_name_zh(change.status),
                   change.description.empty() ? "" : "：" + change.description, change.reason,
                   change.basis.empty() ? "" : "，依据" + change.basis, change.actor);
        if (change.operation != store::Operation::none) {
            fmt::print("      操作 operation {} {}\n", store::operation_code(change.operation),
                       store::operation_name_zh(change.operation));
        }
    }
    if (!history.value().empty() &&
        store::status_at(document, history.value().back().change.status, SystemClock().now()) ==
            store::DocumentStatus::expired) {
        fmt::print("  现在 now: 过期失效 expired, 有效期至 valid until {}\n",
                   to_text(*document.valid_until));
    }
    return 0;
}

/// How many are told of the change, and over which ways.
int show_told(store::Store& store, const store::DocumentRow& document, std::uint32_t sequence) {
    const auto legs = store.legs_of(document.id);
    if (!legs.ok()) {
        return tell_failure(legs.error());
    }
    std::string told;
    for (const store::LegRow& leg : legs.value()) {
        if (leg.tells == store::ToldStatus{document.id, sequence}) {
            told += fmt::format(
                "{}{} {}", told.empty() ? "" : "、", delivery::purpose_name_zh(leg.purpose),
                delivery::channel_name(static_cast<delivery::ChannelKind>(leg.channel)));
        }
    }
    fmt::print("  {}\n",
               told.empty() ? "没有可告知的地址 nobody to tell" : "待发 to be told: " + told);
    return 0;
}

std::string both_names(store::DocumentStatus status) {
    return fmt::format("{} {}", store::status_name_zh(status), store::status_name(status));
}

/// What it is since when, and what it may become.
int tell_no_step(const store::StatusChange& present, store::DocumentStatus wanted) {
    std::string next;
    for (const store::StatusStep& step : store::status_steps) {
        if (step.from == present.status) {
            next += (next.empty() ? "" : ", ") + both_names(step.to);
        }
    }
    fmt::print(stderr,
               "songda: 自 {0} 起已是“{1}”，不能变更为“{2}”\n"
               "songda: it is {3} since {0} and cannot become {4}\n",
               to_china_time(present.at), store::status_name_zh(present.status),
               store::status_name_zh(wanted), store::status_name(present.status),
               store::status_name(wanted));
    if (next.empty()) {
        fmt::print(stderr, "songda: 这是最终状态，更正请另行出具文书 this status is final: what is "
                           "put right is a new document\n");
    } else {
        fmt::print(stderr, "songda: 可变更为 it may become: {}\n", next);
    }
    return 1;
}

} // namespace

int run_key_add(const KeyAddArguments& arguments) {
    const auto config = read_config(arguments.config);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const auto& departments = config.value().departments;
    const bool known =
        std::any_of(departments.begin(), departments.end(),
                    [&](const DepartmentConfig& d) { return d.code == arguments.department; });
    if (!known) {
        return tell_failure("配置中没有这个部门", "no such department in the configuration");
    }
    const auto opened = open_store_beside(config.value());
    if (!opened.ok()) {
        return tell_failure(opened.error());
    }
    SystemRandom random;
    const TimeMs now = SystemClock().now();
    const api::NewApiKey made = api::make_api_key(
        {{arguments.department}, arguments.scopes, arguments.label, arguments.days}, now, random);
    const auto stored = opened.value()->put_api_key(
        made.row, {now, operator_name(), "api_key_added", made.row.kid, join(arguments.scopes)});
    if (!stored.ok()) {
        return tell_failure(stored.error());
    }
    fmt::print(stderr,
               "密钥只显示这一次，请妥善保存。 The key is shown this once; keep it safe.\n");
    fmt::print("{}\n", made.bearer);
    return 0;
}

int run_key_list(const std::string& config) {
    const auto store = open_or_tell(config);
    if (!store) {
        return 2;
    }
    const auto keys = store->list_api_keys();
    if (!keys.ok()) {
        return tell_failure(keys.error());
    }
    for (const store::ApiKey& key : keys.value()) {
        const std::string state = key.revoked ? "已吊销 revoked " + to_china_time(*key.revoked)
                                              : "至 until " + to_china_time(key.expires);
        fmt::print("{}  {}  {}  {}  {}\n", key.kid, key.department.text, join(key.scopes), state,
                   key.label);
    }
    return 0;
}

int run_key_revoke(const std::string& config, const std::string& kid) {
    const auto store = open_or_tell(config);
    if (!store) {
        return 2;
    }
    const TimeMs now = SystemClock().now();
    const auto done =
        store->revoke_api_key(kid, now, {now, operator_name(), "api_key_revoked", kid, ""});
    if (!done.ok()) {
        return tell_failure(done.error());
    }
    fmt::print("已吊销 revoked {}\n", kid);
    return 0;
}

int run_status(const StatusArguments& arguments) {
    const auto config = read_config(arguments.config);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const auto opened = open_store_beside(config.value());
    if (!opened.ok()) {
        return tell_failure(opened.error());
    }
    store::Store* const store = opened.value().get();
    const auto found = find_or_tell(*store, arguments.document);
    if (!found) {
        return 2;
    }
    const store::DocumentRow& document = *found;
    if (arguments.status.empty()) {
        return show_history(*store, document);
    }
    const auto& all = store::document_statuses;
    const auto status = std::find_if(all.begin(), all.end(), [&](store::DocumentStatus each) {
        return store::status_name(each) == arguments.status;
    });
    if (status == all.end() || arguments.reason.empty()) {
        return tell_failure(
            "状态应为 valid suspended revoked cancelled superseded forfeited transferred "
            "other，并须有 --reason",
            "the status is one of these words, and --reason is needed");
    }
    const bool other = status != all.end() && *status == store::DocumentStatus::other;
    if (other == arguments.description.empty()) {
        return tell_failure("状态 other 须有 --description，其他状态不用",
                            "status other, and no other, needs --description");
    }
    const TimeMs now = SystemClock().now();
    SystemRandom random;
    const delivery::StatusPlanner planner(supervisors_of(config.value()), random);
    const auto changed = store->set_status(
        document.id,
        {{*status, now, arguments.reason, operator_name(), store::Operation::none, arguments.basis,
          arguments.description},
         {now, operator_name(), "status_changed", to_text(document.id), arguments.status},
         follow_by(planner)});
    if (!changed.ok()) {
        return tell_failure(changed.error());
    }
    if (!changed.value().changed) {
        return tell_no_step(changed.value().last.change, *status);
    }
    const int shown = show_history(*store, document);
    return shown == 0 ? show_told(*store, document, changed.value().last.sequence) : shown;
}

int run_backup(const std::string& config, const std::string& folder) {
    const auto store = open_or_tell(config);
    if (!store) {
        return 2;
    }
    const auto done = store->backup(folder, SystemClock().now());
    if (!done.ok()) {
        return tell_failure(done.error());
    }
    fmt::print("已备份 backed up → {}\n", folder);
    return 0;
}

int run_check_store(const std::string& config) {
    const auto store = open_or_tell(config);
    if (!store) {
        return 2;
    }
    const auto report = store->fsck();
    const auto batches =
        report.ok() ? check_batches(*store) : Result<std::vector<std::string>>(report.error());
    if (!batches.ok()) {
        return tell_failure(batches.error());
    }
    for (const auto* const findings : {&report.value().findings, &batches.value()}) {
        for (const std::string& finding : *findings) {
            fmt::print("  ✘ {}\n", finding);
        }
    }
    fmt::print("记录 rows {} · 文件 files {} · 问题 findings {}\n", report.value().rows,
               report.value().files, report.value().findings.size() + batches.value().size());
    return report.value().clean() && batches.value().empty() ? 0 : 1;
}

} // namespace songda::app
