// songda kiosk add, list, code, revoke: the register of kiosks, beside the running service.

#include <map>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/kiosk_words.hpp"
#include "app/terminal.hpp"
#include "base/text_codec.hpp"
#include "delivery/kiosk/register.hpp"

namespace songda::app {
namespace {

using delivery::KioskStanding;
using store::KioskRow;

/// `1a2b…`: the id, or as much of it as only one kiosk has.
std::optional<KioskRow> find_kiosk(store::Store& store, const std::string& text) {
    const auto kiosks = store.kiosks();
    if (!kiosks.ok()) {
        tell_failure(kiosks.error());
        return std::nullopt;
    }
    std::optional<KioskRow> found;
    for (const KioskRow& each : kiosks.value()) {
        if (!text.empty() && to_hex(each.id.view()).starts_with(text)) {
            if (found) {
                tell_failure("编号不唯一，请多写几位", "several kiosks begin like that");
                return std::nullopt;
            }
            found = each;
        }
    }
    if (!found) {
        tell_failure("没有这台自助机；songda kiosk list 会列出",
                     "no such kiosk; songda kiosk list lists them");
    }
    return found;
}

void show_code(const delivery::NewKiosk& made) {
    fmt::print("自助机 kiosk {}\n登记码 enrolment code {}\n"
               "  15 分钟内有效，只用一次，只对序列号 {} 有效；此后不再显示\n"
               "  good once, for 15 minutes, with that serial only; it is not shown again\n",
               to_hex(made.row.id.view()), made.code, made.row.serial);
}

int tell_step(const Result<bool>& stepped) {
    if (stepped.ok()) {
        return stepped.value() ? 0
                               : tell_failure("自助机的登记刚刚变化，请重新查看",
                                              "the kiosk has just changed; look at it again");
    }
    return stepped.error().fault == Fault::conflict
               ? tell_failure("这个序列号已登记；先停用那一台",
                              "another kiosk has this serial; revoke that one first")
               : tell_failure(stepped.error());
}

int add(store::Store& store, const KioskArguments& asked) {
    const delivery::KioskOrder order{asked.site, asked.serial, asked.place, asked.types,
                                     operator_name()};
    if (const auto fault = delivery::check_order_zh(order); !fault.empty()) {
        return tell_failure(fault, "site and serial: letters, digits, hyphens; --place: up to 40 "
                                   "characters; --type: type codes");
    }
    SystemRandom random;
    const TimeMs now = SystemClock().now();
    const delivery::NewKiosk made = delivery::make_kiosk(order, now, random);
    const int told =
        tell_step(store.step_kiosk({}, made.row, {},
                                   {now, order.actor, "kiosk_added", to_hex(made.row.id.view()),
                                    fmt::format("{} {}", order.site, order.serial)}));
    if (told == 0) {
        show_code(made);
    }
    return told;
}

int renew_code(store::Store& store, const KioskArguments& asked) {
    const auto kiosk = find_kiosk(store, asked.kiosk);
    if (!kiosk) {
        return 2;
    }
    if (kiosk->revoked) {
        return tell_failure("这台自助机已停用", "this kiosk is revoked");
    }
    SystemRandom random;
    const TimeMs now = SystemClock().now();
    const delivery::NewKiosk made = delivery::renew_code(*kiosk, now, random);
    const int told = tell_step(store.step_kiosk(
        kiosk, made.row, {},
        {now, operator_name(), "kiosk_code", to_hex(kiosk->id.view()), asked.reason}));
    if (told == 0) {
        show_code(made);
    }
    return told;
}

int revoke(store::Store& store, const KioskArguments& asked) {
    auto kiosk = find_kiosk(store, asked.kiosk);
    if (!kiosk) {
        return 2;
    }
    if (asked.reason.empty()) {
        return tell_failure("须有 --reason", "--reason is needed");
    }
    if (kiosk->revoked) {
        return 0; // the first revocation is what is kept
    }
    KioskRow after = *kiosk;
    const TimeMs now = SystemClock().now();
    after.revoked = now;
    after.reason = asked.reason;
    after.code_until.reset();
    const int told = tell_step(store.step_kiosk(
        kiosk, after, {},
        {now, operator_name(), "kiosk_revoked", to_hex(kiosk->id.view()), asked.reason}));
    if (told == 0) {
        fmt::print("已停用，下一次请求即被拒绝 revoked; its next request is refused\n");
    }
    return told;
}

std::string words_of(KioskStanding standing, const KioskRow& kiosk, const store::KioskSeen* seen,
                     TimeMs now) {
    const std::int64_t seconds = seen == nullptr ? 0 : (now - seen->at) / 1000;
    switch (standing) {
    case KioskStanding::revoked: return "已停用 revoked " + to_china_time(*kiosk.revoked);
    case KioskStanding::enrolling:
        return *kiosk.code_until < now ? "登记码已过期 code expired" : "待登记 not enrolled yet";
    case KioskStanding::never_heard: return "从无心跳 never heard of";
    case KioskStanding::silent: return fmt::format("失联 silent {} s", seconds);
    case KioskStanding::heard: break;
    }
    return fmt::format("在线 heard of {} s ago", seconds);
}

void show_last(const store::KioskSeen& last) {
    fmt::print("    {} · 打印机 printer {} · 时钟差 clock {} ms\n", last.software, last.printer,
               last.clock - last.at);
    if (last.printer.ends_with("no-page-count")) {
        fmt::print("    打印机不报告印出的面数，本机不能发放 its printer does not count sides: "
                   "nothing is handed out there\n");
    }
}

/// 1 when one is silent, so that a watchdog sees it.
int list(store::Store& store, const KioskArguments&) {
    const auto kiosks = store.kiosks();
    const auto seen = store.kiosks_seen();
    if (!kiosks.ok() || !seen.ok()) {
        return tell_failure(kiosks.ok() ? seen.error() : kiosks.error());
    }
    std::map<store::KioskId, store::KioskSeen> heard;
    for (const store::KioskSeen& each : seen.value()) {
        heard[each.kiosk] = each;
    }
    const TimeMs now = SystemClock().now();
    bool any_silent = false;
    for (const KioskRow& kiosk : kiosks.value()) {
        const auto found = heard.find(kiosk.id);
        const store::KioskSeen* const last = found == heard.end() ? nullptr : &found->second;
        const auto standing = delivery::standing_of(
            kiosk, last == nullptr ? std::nullopt : std::optional(last->at), now);
        any_silent = any_silent || delivery::is_silent(standing);
        fmt::print("{} {} {} {} · {}\n", to_hex(kiosk.id.view()), kiosk.site, kiosk.serial,
                   kiosk.place, words_of(standing, kiosk, last, now));
        if (last != nullptr) {
            show_last(*last);
        }
    }
    if (kiosks.value().empty()) {
        fmt::print("没有登记的自助机 no kiosks\n");
    }
    return any_silent ? 1 : 0;
}

} // namespace

int run_kiosk(const KioskArguments& asked) {
    const auto store = open_or_tell(asked.config);
    if (!store) {
        return 2;
    }
    using Run = int (*)(store::Store&, const KioskArguments&);
    static const std::map<std::string, Run, std::less<>> commands = {
        {"add", &add}, {"list", &list}, {"code", &renew_code}, {"revoke", &revoke}};
    return commands.at(asked.command)(*store, asked);
}

} // namespace songda::app
