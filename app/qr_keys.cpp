#include "app/qr_keys.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/operator.hpp"
#include "app/terminal.hpp"
#include "base/certificate.hpp"

namespace songda::app {
namespace {

using store::QrKeyRow;

std::string name_of(const QrKeyRow& row) {
    return to_text(key_id_of(row.spki));
}

bool same_key(const QrKeyRow& one, const QrKeyRow& other) {
    return one.department == other.department && one.spki == other.spki;
}

/// Writes what became of a key, unless nothing did.
Result<void> step(store::Store& store, const std::optional<QrKeyRow>& before, const QrKeyRow& after,
                  store::AuditRow audit) {
    if (before == after) {
        return {};
    }
    audit.subject = name_of(after);
    const auto stepped = store.step_qr_key(before, after, audit);
    if (!stepped.ok()) {
        return stepped.error();
    }
    if (!stepped.value()) {
        return Error{Fault::conflict, "somebody else changed QR key " + audit.subject};
    }
    return {};
}

Result<void> record_in_use(store::Store& store, const std::optional<QrKeyRow>& known, QrKeyRow now,
                           TimeMs at) {
    if (known && known->compromised) {
        return Error{Fault::forbidden, "qr_key of department " + now.department.text +
                                           ": it was declared compromised; make a new one "
                                           "(docs/operating/compromise.md)"};
    }
    if (known) {
        now.not_before = std::min(now.not_before, known->not_before);
    }
    return step(store, known, now, {at, "service", "qr_key_in_use", "", now.department.text});
}

} // namespace

Result<void> record_qr_keys(store::Store& store, std::span<const QrKeyRow> in_use, TimeMs now) {
    const auto known = store.qr_keys();
    if (!known.ok()) {
        return known.error();
    }
    for (const QrKeyRow& row : in_use) {
        const auto found = std::find_if(known.value().begin(), known.value().end(),
                                        [&](const QrKeyRow& one) { return same_key(one, row); });
        const auto done = record_in_use(
            store, found == known.value().end() ? std::nullopt : std::optional(*found), row, now);
        if (!done.ok()) {
            return done;
        }
    }
    for (const QrKeyRow& row : known.value()) {
        const bool used = std::any_of(in_use.begin(), in_use.end(),
                                      [&](const QrKeyRow& one) { return same_key(one, row); });
        QrKeyRow ended = row;
        ended.not_after = used ? row.not_after : std::min(row.not_after, now);
        const auto done = used ? Result<void>()
                               : step(store, row, ended,
                                      {now, "service", "qr_key_ended", "", row.department.text});
        if (!done.ok()) {
            return done;
        }
    }
    return {};
}

Result<std::vector<verifier::ListedKey>> listed_qr_keys(store::Store& store) {
    const auto rows = store.qr_keys();
    if (!rows.ok()) {
        return rows.error();
    }
    std::vector<verifier::ListedKey> keys;
    for (const QrKeyRow& row : rows.value()) {
        keys.push_back({key_id_of(row.spki), row.department.text, row.department_name, row.spki,
                        row.not_before, row.not_after, row.sample, row.compromised});
    }
    return keys;
}

int run_qr_key_list(const std::string& config) {
    const auto store = open_or_tell(config);
    if (!store) {
        return 2;
    }
    const auto keys = store->qr_keys();
    if (!keys.ok()) {
        return tell_failure(keys.error());
    }
    for (const QrKeyRow& key : keys.value()) {
        fmt::print("{}  {} {}  {} – {}{}{}\n", name_of(key), key.department.text,
                   key.department_name, to_china_time(key.not_before), to_china_time(key.not_after),
                   key.sample ? "  样本 sample" : "",
                   key.compromised ? "  已失密 compromised since " + to_china_time(*key.compromised)
                                   : "");
    }
    return 0;
}

int run_qr_key_compromised(const QrKeyArguments& arguments) {
    const auto since = parse_date(arguments.since);
    if (!since) {
        return tell_failure("--since 不是日期（2026-11-30）",
                            "--since is not a date: " + arguments.since);
    }
    const auto store = open_or_tell(arguments.config);
    if (!store) {
        return 2;
    }
    const auto keys = store->qr_keys();
    if (!keys.ok()) {
        return tell_failure(keys.error());
    }
    const TimeMs now = SystemClock().now();
    std::size_t marked = 0;
    for (const QrKeyRow& key : keys.value()) {
        if (name_of(key) != arguments.kid) {
            continue;
        }
        QrKeyRow after = key; // the earlier of two days is what holds
        after.compromised = std::min(china_midnight(*since), key.compromised.value_or(now));
        const auto done = step(*store, key, after,
                               {now, operator_name(), "qr_key_compromised", "", arguments.reason});
        if (!done.ok()) {
            return tell_failure(done.error());
        }
        ++marked;
    }
    if (marked == 0) {
        return tell_failure("没有这把二维码密钥",
                            "no such QR key: " + arguments.kid + "; songda qr-key list shows them");
    }
    fmt::print("{} 已标记失密，公布的清单已更新（缓存最多一小时）。接着：换用新的 qr_key 并重启。\n"
               "{} is marked as compromised, and the published list says so (caches keep the old "
               "one an hour). Next: a new qr_key, and a restart.\n",
               arguments.kid, arguments.kid);
    return 0;
}

} // namespace songda::app
