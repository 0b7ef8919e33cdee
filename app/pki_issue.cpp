// songda pki init, seal, timestamp, ocsp-signer, renew, csr, import: what makes certificates.

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/pki_desk.hpp"
#include "app/terminal.hpp"
#include "base/certificate.hpp"
#include "base/durable_file.hpp"
#include "base/folder.hpp"
#include "catalogue/codes.hpp"
#include "signer/pki/outside.hpp"

namespace songda::app {
namespace {

using signer::IssuedCertificate;
using signer::IssueOrder;
using signer::Names;
using signer::Profile;

constexpr std::size_t request_bytes_max = 64U << 10U;
constexpr std::string_view sample_organization = "SONGDA SAMPLE 样本（不得用于生产）";
constexpr std::string_view sample_policy = "1.3.6.1.4.1.55555.1"; // a test arc

/// Name of a profile's files in the folder that they are given to.
std::string file_stem(Profile profile) {
    return profile == Profile::seal ? "seal" : profile == Profile::timestamp ? "tsa" : "ocsp";
}

/// The public key to certify: of the request, or of the key in the folder, which is made if there
/// is none. A key that an ended command left is used.
Result<openssl::Pkey> key_to_certify(const PkiArguments& asked, Profile profile,
                                     signer::Suite suite, const signer::Passphrase& passphrase) {
    if (!asked.csr.empty()) {
        const auto pem = read_whole(asked.csr, request_bytes_max);
        if (!pem.ok()) {
            return pem.error();
        }
        auto key = signer::read_request(as_text(pem.value()));
        return key.ok() ? std::move(key)
                        : Result<openssl::Pkey>(
                              Error{key.error().fault, asked.csr + ": " + key.error().detail});
    }
    return signer::keep_key(asked.out + '/' + file_stem(profile) + ".key", passphrase, suite);
}

/// The key that seals QR codes stands beside a new seal; it is of P-256 always.
Result<void> keep_qr_key(const PkiArguments& asked, const IssueOrder& order, signer::Suite suite,
                         const signer::Passphrase& passphrase) {
    if (suite != signer::Suite::p256 || order.profile != Profile::seal || !asked.csr.empty() ||
        !order.renews.empty()) {
        return {};
    }
    const auto key = signer::keep_key(asked.out + "/qr.key", passphrase);
    return key.ok() ? Result<void>() : key.error();
}

void tell_issued(const PkiArguments& asked, const IssuedCertificate& issued, signer::Suite suite,
                 TimeMs now) {
    const std::string stem = asked.out + '/' + file_stem(issued.entry.profile);
    fmt::print("{}\n", issued.again ? "该密钥已有此证书，再次交出 this key has this certificate "
                                      "already; here it is again"
                                    : "已签发 issued");
    tell_certificate(issued.entry, now);
    fmt::print("  文件 files    {0}.pem（证书链 chain）{1}\n", stem,
               asked.csr.empty() ? ", " + stem + ".key（私钥 private key）" : "");
    if (asked.csr.empty() && asked.key_passphrase_file.empty()) {
        fmt::print(
            "  私钥未加密，仅属主可读，请妥善保管 the private key is not encrypted; only its "
            "owner may read it\n");
    }
    fmt::print(
        "下一步 next: songda pki publish --folder {} --out …（公布状态 publish its status）\n",
        asked.folder);
    if (issued.entry.profile == Profile::seal && suite == signer::Suite::p256) {
        fmt::print("  再写入 songda.toml 的 [[department]] then in songda.toml: seal_key, "
                   "seal_certificate{}，重启服务 restart the service\n",
                   issued.entry.renews.empty() ? ", qr_key" : "");
    }
}

int issue_to_folder(const PkiArguments& asked, signer::Authority& authority,
                    const IssueOrder& order) {
    const std::string stem = asked.out + '/' + file_stem(order.profile);
    const std::string certificate = stem + ".pem";
    const bool there = is_there(certificate);
    const Error refusal{Fault::conflict, certificate + ": 已有证书，请换一个文件夹 there is a "
                                                       "certificate already; take another folder"};
    if (there && asked.csr.empty() && !is_there(stem + ".key")) {
        return tell_pki_failure(refusal);
    }
    const auto passphrase = read_passphrase(asked.passphrase_file);
    // Read once: a pipe says it only once.
    const auto own = read_key_passphrase(asked.key_passphrase_file);
    if (!passphrase.ok() || !own.ok()) {
        return tell_pki_failure(!passphrase.ok() ? passphrase.error() : own.error());
    }
    const signer::Suite suite = authority.terms().suite;
    const auto made = make_folder(asked.out, 0700);
    const auto qr = made.ok() ? keep_qr_key(asked, order, suite, own.value()) : made;
    if (!qr.ok()) {
        return tell_pki_failure(qr.error());
    }
    const auto key = key_to_certify(asked, order.profile, suite, own.value());
    if (!key.ok()) {
        return tell_pki_failure(key.error());
    }
    const auto known = authority.find_issued(order, key.value().get());
    if (there && !(known.ok() && known.value())) {
        return tell_pki_failure(refusal);
    }
    const auto issued = authority.issue(order, key.value().get(), passphrase.value());
    if (!issued.ok()) {
        return tell_pki_failure(issued.error());
    }
    const auto chain = authority.chain_pem(issued.value().entry);
    if (!chain.ok()) {
        return tell_pki_failure(chain.error());
    }
    const auto written = replace_file(certificate, chain.value(), 0644);
    if (!written.ok()) {
        return tell_pki_failure(written.error());
    }
    tell_issued(asked, issued.value(), suite, authority.now());
    return 0;
}

Result<void> check_department(const std::string& code) {
    const auto verdict = catalogue::check_credit_code(code);
    return verdict == catalogue::CodeVerdict::good
               ? Result<void>()
               : Error{Fault::invalid_input, fmt::format("--department {}: {} {}", code,
                                                         catalogue::verdict_text_zh(verdict),
                                                         catalogue::verdict_text_en(verdict))};
}

/// O is the mark in a sample, else what was asked, else `otherwise`.
std::string organization_of(const PkiArguments& asked, const signer::AuthorityTerms& terms,
                            const std::string& otherwise) {
    return terms.sample                  ? std::string(sample_organization)
           : !asked.organization.empty() ? asked.organization
                                         : otherwise;
}

/// An authority that serves the whole of `songda pki X` to a folder.
int issue_new(const PkiArguments& asked, Profile profile) {
    if (profile == Profile::seal) {
        const auto code = check_department(asked.department);
        if (!code.ok()) {
            return tell_pki_failure(code.error());
        }
    }
    PkiDesk desk;
    auto authority = desk.open_to_sign(asked);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const signer::AuthorityTerms& terms = authority.value().terms();
    const std::string organization =
        organization_of(asked, terms, profile == Profile::seal ? asked.name : terms.organization);
    return issue_to_folder(
        asked, authority.value(),
        {profile, Names{organization, asked.department, asked.name, asked.email}, asked.days, ""});
}

signer::AuthorityTerms terms_of(const PkiArguments& asked) {
    return {asked.name,
            asked.issuing_name,
            asked.sample ? std::string(sample_organization) : asked.organization,
            asked.address,
            asked.domain,
            asked.sample && asked.policy.empty() ? std::string(sample_policy) : asked.policy,
            asked.sample,
            *signer::parse_suite(asked.suite)};
}

/// The department's name as the CSR carries it; an outside authority may take or change it.
Result<std::string> request_pem(const PkiArguments& asked, EVP_PKEY* key) {
    const std::string organization = asked.organization.empty() ? asked.name : asked.organization;
    const auto name = signer::make_name({organization, asked.department, asked.name, ""});
    return name.ok() ? signer::write_request(key, name.value().get())
                     : Result<std::string>(name.error());
}

std::vector<const X509*> views(const std::vector<openssl::Certificate>& all, std::size_t from) {
    std::vector<const X509*> seen;
    for (std::size_t i = from; i < all.size(); ++i) {
        seen.push_back(all[i].get());
    }
    return seen;
}

/// Every certificate of several PEM files, in order.
Result<std::vector<openssl::Certificate>> read_all(const std::vector<std::string>& paths) {
    std::vector<openssl::Certificate> all;
    for (const std::string& path : paths) {
        auto read = read_certificates(path);
        if (!read.ok()) {
            return read.error();
        }
        for (auto& each : read.value()) {
            all.push_back(std::move(each));
        }
    }
    return all;
}

/// The files as they came, which a reader of PEM takes one behind the other.
Result<std::string> join_files(const std::vector<std::string>& paths) {
    std::string all;
    for (const std::string& path : paths) {
        const auto read = read_whole(path, request_bytes_max);
        if (!read.ok()) {
            return read.error();
        }
        all += as_text(read.value());
        all += all.ends_with('\n') ? "" : "\n";
    }
    return all;
}

} // namespace

int run_pki_init(const PkiArguments& asked) {
    if (!asked.sample && (asked.organization.empty() || asked.policy.empty())) {
        return tell_failure("请给出 --organization 与 --policy，样本机构用 --sample",
                            "--organization and --policy are needed; --sample makes a sample");
    }
    const auto issuing = read_new_passphrase(asked.passphrase_file);
    const auto root = asked.root_passphrase_file.empty()
                          ? issuing
                          : read_new_passphrase(asked.root_passphrase_file);
    if (!issuing.ok() || !root.ok()) {
        return tell_pki_failure(!issuing.ok() ? issuing.error() : root.error());
    }
    PkiDesk desk;
    const auto made = desk.init(asked.folder, terms_of(asked), {root.value(), issuing.value()});
    if (!made.ok()) {
        return tell_pki_failure(made.error());
    }
    const signer::Authority& authority = made.value();
    fmt::print("已建立证书机构 made an authority → {}\n", asked.folder);
    for (const Profile profile : {Profile::root, Profile::issuing}) {
        tell_certificate(*authority.book().newest(profile), authority.now());
    }
    fmt::print(
        "  根证书 root certificate  songda pki show root --pem --folder {0}\n"
        "  根私钥 root key          {0}/root.key：请移至保险柜 take it away to the safe now; only "
        "its list ({0}/root.crl, 一年 a year) needs it\n"
        "  日志 journal             {1}（末行，请另存 the last line: keep it elsewhere）\n"
        "下一步 next: songda pki seal --folder {0} --department … --name … --out …\n",
        asked.folder, authority.journal_head());
    return 0;
}

int run_pki_seal(const PkiArguments& asked) {
    return issue_new(asked, Profile::seal);
}

int run_pki_timestamp(const PkiArguments& asked) {
    return issue_new(asked, Profile::timestamp);
}

int run_pki_ocsp_signer(const PkiArguments& asked) {
    return issue_new(asked, Profile::ocsp_signer);
}

int run_pki_renew(const PkiArguments& asked) {
    PkiDesk desk;
    auto authority = desk.open_to_sign(asked);
    if (!authority.ok()) {
        return tell_pki_failure(authority.error());
    }
    const auto old = authority.value().find(asked.serial);
    if (!old.ok()) {
        return tell_pki_failure(old.error());
    }
    if (old.value().revocation) {
        return tell_failure("已吊销或暂停的证书不能换发",
                            "a certificate that is revoked or on hold is not renewed; issue a new "
                            "one with songda pki seal");
    }
    if (old.value().profile == Profile::root || old.value().profile == Profile::issuing) {
        return tell_failure("签发证书请用 songda pki renew-issuing；根证书不换发，另建机构",
                            "the issuing authority: songda pki renew-issuing; a root is not "
                            "renewed, another authority is made");
    }
    const int done =
        issue_to_folder(asked, authority.value(),
                        {old.value().profile, old.value().names, asked.days, old.value().serial});
    if (done == 0) {
        fmt::print("  旧证书 {} 有效至 {}，未吊销 the old certificate stays valid until then\n",
                   old.value().serial, to_text(china_date(old.value().not_after)));
    }
    return done;
}

int run_pki_renew_issuing(const PkiArguments& asked) {
    const auto passphrase = read_passphrase(asked.root_passphrase_file);
    PkiDesk desk;
    auto authority = desk.open_to_sign(asked);
    if (!passphrase.ok() || !authority.ok()) {
        return tell_pki_failure(!passphrase.ok() ? passphrase.error() : authority.error());
    }
    const auto renewed = authority.value().renew_issuing(asked.days, passphrase.value());
    if (!renewed.ok()) {
        return tell_pki_failure(renewed.error());
    }
    fmt::print("已换发 renewed\n");
    tell_certificate(renewed.value(), authority.value().now());
    fmt::print("  已签发的证书照旧有效，无需更换 certificates under it stay as they are\n"
               "下一步 next: songda pki publish --folder {0} --out …；再移走 {0}/root.key publish "
               "it, then take the root key away again\n",
               asked.folder);
    return 0;
}

int run_pki_csr(const PkiArguments& asked) {
    const auto profile = signer::parse_profile(asked.profile);
    const auto code =
        *profile == Profile::seal ? check_department(asked.department) : Result<void>();
    const auto made = code.ok() ? make_folder(asked.out, 0700) : code;
    const auto own = read_key_passphrase(asked.key_passphrase_file);
    if (!made.ok() || !own.ok()) {
        return tell_pki_failure(!made.ok() ? made.error() : own.error());
    }
    const auto key =
        key_to_certify(asked, *profile, *signer::parse_suite(asked.suite), own.value());
    if (!key.ok()) {
        return tell_pki_failure(key.error());
    }
    const auto pem = request_pem(asked, key.value().get());
    if (!pem.ok()) {
        return tell_pki_failure(pem.error());
    }
    const std::string path = asked.out + '/' + file_stem(*profile) + ".csr";
    const auto written = replace_file(path, pem.value(), 0644);
    if (!written.ok()) {
        return tell_pki_failure(written.error());
    }
    fmt::print("已生成证书请求 made a certificate request\n  {0}（送外部机构 for the outside "
               "authority）\n  {1}/{2}.key（私钥，勿外传 private key, it stays here）\n"
               "下一步 next: songda pki import CERTIFICATE.pem --trust ROOT.pem --out {1}\n",
               path, asked.out, file_stem(*profile));
    return 0;
}

int run_pki_import(const PkiArguments& asked) {
    const auto profile = *signer::parse_profile(asked.profile);
    const std::string stem = asked.out + '/' + file_stem(profile);
    if (is_there(stem + ".pem")) {
        return tell_failure("该文件夹已有证书", stem + ".pem: there is a certificate already");
    }
    const auto passphrase = read_key_passphrase(asked.key_passphrase_file);
    const auto key = passphrase.ok() ? signer::read_key(stem + ".key", passphrase.value())
                                     : Result<openssl::Pkey>(passphrase.error());
    if (!key.ok()) {
        return tell_pki_failure(key.error());
    }
    std::vector<std::string> files = {asked.certificate};
    if (!asked.chain.empty()) {
        files.push_back(asked.chain);
    }
    const auto given = read_all(files);
    const auto roots = read_all(asked.trust);
    if (!given.ok() || !roots.ok()) {
        return tell_pki_failure(!given.ok() ? given.error() : roots.error());
    }
    const SystemClock clock;
    const auto checked = signer::check_outside({given.value().front().get(),
                                                views(given.value(), 1), views(roots.value(), 0),
                                                key.value().get(), profile, asked.department},
                                               clock.now());
    if (!checked.ok()) {
        return tell_pki_failure(checked.error());
    }
    const auto chain = join_files(files);
    const auto written =
        chain.ok() ? replace_file(stem + ".pem", chain.value(), 0644) : Result<void>(chain.error());
    if (!written.ok()) {
        return tell_pki_failure(written.error());
    }
    const X509* const certificate = given.value().front().get();
    const Validity validity = validity_of(certificate);
    fmt::print("已导入 imported → {0}.pem\n  主体 subject {1} · 有效期 valid {2} — {3}\n"
               "下一步 next: 写入 songda.toml 并重启服务 name it in songda.toml and restart the "
               "service\n",
               stem, subject_text(certificate, "CN"), to_text(china_date(validity.not_before)),
               to_text(china_date(validity.not_after)));
    return 0;
}

} // namespace songda::app
