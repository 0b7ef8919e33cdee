#include "app/pki_desk.hpp"

#include <map>

#include <fmt/core.h>

#include "app/operator.hpp"
#include "app/secret_file.hpp"
#include "base/utf8.hpp"
#include "signer/file_signer.hpp"

namespace songda::app {
namespace {

constexpr std::size_t passphrase_characters_min = 12;

void tell_recovery(const signer::Recovery& recovery) {
    if (recovery.torn_bytes != 0) {
        fmt::print(
            stderr,
            "  上次写日志中断，末行 {0} 字节不完整，未据其签发，下次写入时略去 the journal's "
            "last line was cut short ({0} bytes); nothing was signed on its word\n",
            recovery.torn_bytes);
    }
    for (const std::string& serial : recovery.finished) {
        fmt::print(stderr,
                   "  上次的命令中断，证书已完整，已补记 a command did not end, its certificate is "
                   "whole and is recorded now: {}\n",
                   serial);
    }
    for (const std::string& serial : recovery.abandoned) {
        fmt::print(stderr,
                   "  上次的命令中断，未签发，编号作废 a command did not end, nothing was issued, "
                   "its number stays void: {}\n",
                   serial);
    }
}

} // namespace

int tell_pki_failure(const Error& error) {
    static const std::map<Fault, std::string_view> kinds = {
        {Fault::invalid_input, "所给内容不合要求"},
        {Fault::not_found, "没有找到"},
        {Fault::conflict, "与已有记录不符"},
        {Fault::forbidden, "不允许，或口令不对"},
        {Fault::unavailable, "暂时不能进行，可再次运行"},
        {Fault::no_space, "磁盘空间不足，腾出后再次运行"},
        {Fault::corrupt, "内容已损坏或被改动，请勿继续，先与副本核对"},
    };
    const auto found = kinds.find(error.fault);
    fmt::print(stderr, "songda: {}：{} ({})\n", found == kinds.end() ? "未能完成" : found->second,
               error.detail, fault_name(error.fault));
    return 2;
}

Result<signer::Passphrase> read_passphrase(const std::string& path) {
    return read_secret_line(path);
}

Result<signer::Passphrase> read_new_passphrase(const std::string& path) {
    auto read = read_secret_line(path);
    if (read.ok() && count_code_points(read.value().reveal()) < passphrase_characters_min) {
        return Error{Fault::invalid_input, path + ": 口令至少 12 个字符 a passphrase has 12 "
                                                  "characters or more"};
    }
    return read;
}

Result<signer::Passphrase> read_key_passphrase(const std::string& path) {
    return path.empty() ? Result(signer::Passphrase()) : read_new_passphrase(path);
}

Result<signer::Authority> PkiDesk::open(const std::string& folder) {
    signer::harden_process();
    auto opened = signer::Authority::open(folder, clock_, random_, operator_name());
    if (opened.ok()) {
        tell_recovery(opened.value().recovery());
    }
    return opened;
}

Result<signer::Authority> PkiDesk::open_to_sign(const PkiArguments& arguments) {
    auto opened = open(arguments.folder);
    if (opened.ok() && !arguments.clock_is_right) {
        const auto looked = opened.value().check_clock();
        if (!looked.ok()) {
            return looked.error();
        }
    }
    return opened;
}

Result<signer::Authority> PkiDesk::init(const std::string& folder,
                                        const signer::AuthorityTerms& terms,
                                        const signer::Authority::Secrets& secrets) {
    signer::harden_process();
    auto made = signer::Authority::init(folder, terms, secrets, clock_, random_, operator_name());
    if (made.ok()) {
        tell_recovery(made.value().recovery());
    }
    return made;
}

std::string profile_words(signer::Profile profile) {
    return fmt::format("{} {}", signer::profile_zh(profile), signer::profile_name(profile));
}

std::string standing_words(const signer::BookEntry& entry, TimeMs now) {
    if (entry.standing != signer::Standing::issued) {
        return "作废 void";
    }
    if (entry.revocation) {
        return fmt::format("{}{} {} {}",
                           entry.revocation->reason->code == signer::hold_code ? "" : "已吊销：",
                           entry.revocation->reason->zh, entry.revocation->reason->name,
                           to_text(china_date(entry.revocation->at)));
    }
    return entry.not_after < now ? "已过期 expired" : "有效 valid";
}

void tell_certificate(const signer::BookEntry& entry, TimeMs now) {
    fmt::print("  类别 profile  {}\n  编号 serial   {}\n  主体 subject  {}{}\n"
               "  有效期 valid  {} — {}\n  状态 status   {}\n",
               profile_words(entry.profile), entry.serial, entry.names.common_name,
               entry.names.department.empty() ? "" : "（" + entry.names.department + "）",
               to_text(china_date(entry.not_before)), to_text(china_date(entry.not_after)),
               standing_words(entry, now));
    if (!entry.renews.empty()) {
        fmt::print("  接续 renews   {}\n", entry.renews);
    }
}

} // namespace songda::app
