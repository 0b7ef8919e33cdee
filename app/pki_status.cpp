// songda pki revoke, release, publish, list, show: how certificates stand.

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/pki_desk.hpp"
#include "app/terminal.hpp"
#include "signer/pki/audit.hpp"
#include "signer/pki/publish.hpp"

namespace songda::app {
namespace {

constexpr std::size_t serial_digits_shown = 16;
constexpr std::int64_t root_list_warning_ms = 60LL * 86'400'000;

void tell_publish_next(const std::string& folder) {
    fmt::print("下一步 next: songda pki publish --folder {} --out …（公布后才生效 it is told to "
               "others by that）\n",
               folder);
}

std::string span_of(const ocsp::Times& times) {
    return to_china_time(times.this_update) + " — " + to_china_time(times.next_update);
}

void tell_published(const PkiArguments& asked, const signer::PublishReport& report, TimeMs now) {
    fmt::print("已公布 published → {}\n  吊销列表 revocation list  第 {} 号，{} 张 number {}, {} "
               "certificates · {}\n  在线状态 OCSP answers     {} · {}\n",
               asked.out, report.crl_number, report.revoked, report.crl_number, report.revoked,
               span_of(report.crl), report.answers_written, span_of(report.answers));
    fmt::print("  根吊销列表 root's list     {}{}\n", span_of(report.root_list),
               report.root_list_new ? "（新 new）" : "");
    if (!report.new_responder.empty()) {
        fmt::print("  已换发状态签名证书 issued a new OCSP signer {}\n", report.new_responder);
    }
    if (report.clock_behind) {
        fmt::print(stderr, "  时钟早于上次公布，时间未倒退；请校准时钟 the clock stands before the "
                           "last publication; no time went back; set the clock\n");
    }
    if (report.root_list.next_update - now < root_list_warning_ms) {
        fmt::print(stderr,
                   "  根吊销列表将到期：请取回根私钥再运行并加 --root-passphrase-file the root's "
                   "list ends soon: run this with the root key in the folder and "
                   "--root-passphrase-file\n");
    }
    fmt::print(
        "下一步 next: 在 {} 前再次运行（可用定时任务）run it again before then, from a timer\n",
        to_china_time(report.answers.next_update));
}

Result<std::optional<TimeMs>> since_of(const std::string& text) {
    if (text.empty()) {
        return std::optional<TimeMs>();
    }
    const auto day = parse_date(text);
    return day ? Result(std::optional(china_midnight(*day)))
               : Error{Fault::invalid_input, "--since " + text + ": 2026-11-25"};
}

} // namespace

int run_pki_revoke(const PkiArguments& asked) {
    const signer::RevocationReason* const reason = signer::find_reason(asked.reason);
    const auto since = since_of(asked.since);
    if (reason == nullptr || !since.ok()) {
        return reason == nullptr ? tell_failure("没有这个事由", "no such reason: " + asked.reason)
                                 : tell_pki_failure(since.error());
    }
    PkiDesk desk;
    auto authority = desk.open(asked.folder);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const auto revoked = authority.value().revoke(asked.serial, *reason, since.value());
    if (!revoked.ok()) {
        return tell_pki_failure(revoked.error());
    }
    const auto entry = authority.value().find(asked.serial);
    fmt::print("{}\n", reason->code == signer::hold_code ? "已暂停 on hold" : "已吊销 revoked");
    tell_certificate(entry.value(), authority.value().now());
    tell_publish_next(asked.folder);
    return 0;
}

int run_pki_release(const PkiArguments& asked) {
    PkiDesk desk;
    auto authority = desk.open(asked.folder);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const auto released = authority.value().release(asked.serial);
    if (!released.ok()) {
        return tell_pki_failure(released.error());
    }
    fmt::print("已恢复 released\n");
    tell_certificate(authority.value().find(asked.serial).value(), authority.value().now());
    tell_publish_next(asked.folder);
    return 0;
}

int run_pki_publish(const PkiArguments& asked) {
    const auto passphrase = read_passphrase(asked.passphrase_file);
    if (!passphrase.ok()) {
        return tell_pki_failure(passphrase.error());
    }
    signer::PublishOrder order{asked.out, passphrase.value(), std::nullopt, asked.ocsp_hours,
                               asked.crl_hours};
    if (!asked.root_passphrase_file.empty()) {
        const auto root = read_passphrase(asked.root_passphrase_file);
        if (!root.ok()) {
            return tell_pki_failure(root.error());
        }
        order.root = root.value();
    }
    PkiDesk desk;
    auto authority = desk.open_to_sign(asked);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const auto report = signer::publish(authority.value(), order);
    if (!report.ok()) {
        return tell_pki_failure(report.error());
    }
    tell_published(asked, report.value(), authority.value().now());
    return 0;
}

int run_pki_check(const PkiArguments& asked) {
    PkiDesk desk;
    const auto authority = desk.open(asked.folder);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const auto findings = signer::audit(authority.value());
    for (const std::string& finding : findings) {
        fmt::print("  ✘ {}\n", finding);
    }
    fmt::print("证书 certificates {} · 问题 findings {} · 日志末行 last line of the journal {}\n",
               authority.value().book().entries.size(), findings.size(),
               authority.value().journal_head());
    return findings.empty() ? 0 : 1;
}

int run_pki_list(const PkiArguments& asked) {
    PkiDesk desk;
    const auto authority = desk.open(asked.folder);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const TimeMs now = authority.value().now();
    for (const signer::BookEntry& entry : authority.value().book().entries) {
        fmt::print("{}  {} — {}  {}  {}{}  {}\n", entry.serial.substr(0, serial_digits_shown),
                   to_text(china_date(entry.not_before)), to_text(china_date(entry.not_after)),
                   profile_words(entry.profile), entry.names.common_name,
                   entry.names.department.empty() ? "" : "（" + entry.names.department + "）",
                   standing_words(entry, now));
    }
    const signer::Publication& last = authority.value().book().last;
    if (last.crl_number == 0) {
        fmt::print("尚未公布 nothing is published yet\n");
    } else {
        fmt::print("上次公布 last publication {} · 吊销列表第 {} 号 revocation list number {}\n",
                   to_china_time(last.this_update), last.crl_number, last.crl_number);
    }
    fmt::print("日志末行 last line of the journal {}\n", authority.value().journal_head());
    return 0;
}

int run_pki_show(const PkiArguments& asked) {
    PkiDesk desk;
    const auto authority = desk.open(asked.folder);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const auto entry = authority.value().find(asked.serial);
    if (!entry.ok()) {
        return tell_pki_failure(entry.error());
    }
    if (!asked.pem) {
        tell_certificate(entry.value(), authority.value().now());
        return 0;
    }
    const auto chain = authority.value().chain_pem(entry.value());
    if (!chain.ok()) {
        return tell_pki_failure(chain.error());
    }
    fmt::print("{}", chain.value());
    return 0;
}

} // namespace songda::app
