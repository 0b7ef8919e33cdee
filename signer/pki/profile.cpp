#include "signer/pki/profile.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/text_codec.hpp"
#include "base/utf8.hpp"

namespace songda::signer {
namespace {

using Name = std::unique_ptr<X509_NAME, Deleter<X509_NAME_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using Conf = std::unique_ptr<CONF, Deleter<NCONF_free>>;

/// ub-common-name and ub-organization-name, RFC 5280 appendix A.1.
constexpr std::size_t name_characters_max = 64;
constexpr std::size_t department_characters = 18;

struct ProfileRow {
    Profile profile;
    std::string_view name;
    std::string_view zh;
    int days;
};
constexpr std::array profiles = {
    ProfileRow{Profile::root, "root", "根证书", 7305},
    ProfileRow{Profile::issuing, "issuing", "签发证书", 3652},
    ProfileRow{Profile::seal, "seal", "印章证书", 730},
    ProfileRow{Profile::timestamp, "timestamp", "时间戳证书", 1826},
    ProfileRow{Profile::ocsp_signer, "ocsp-signer", "在线状态签名证书", 30},
};

const ProfileRow& row_of(Profile profile) {
    return *std::find_if(profiles.begin(), profiles.end(),
                         [profile](const ProfileRow& row) { return row.profile == profile; });
}

Error openssl_failed(std::string_view what) {
    ERR_clear_error();
    return Error{Fault::internal, std::string(what)};
}

bool is_made_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view host_characters = "abcdefghijklmnopqrstuvwxyz0123456789.-";

bool is_host(std::string_view text) {
    return is_made_of(text, host_characters) && text.size() <= 253 && text.front() != '.' &&
           text.front() != '-' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

/// `http://HOST[:PORT]`: status is fetched by plain http, since it is signed itself and a TLS
/// certificate could not be checked without it (RFC 5280 §8).
bool is_base_url(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    if (!text.starts_with(scheme)) {
        return false;
    }
    text.remove_prefix(scheme.size());
    const std::size_t colon = text.find(':');
    return is_host(text.substr(0, colon)) &&
           (colon == std::string_view::npos ||
            (is_made_of(text.substr(colon + 1), "0123456789") && text.size() - colon <= 6));
}

bool is_policy(std::string_view text) {
    return text.size() <= 60 && is_made_of(text, "0123456789.") && text.front() != '.' &&
           text.back() != '.' && text.find("..") == std::string_view::npos &&
           std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>>(
               OBJ_txt2obj(std::string(text).c_str(), 1)) != nullptr;
}

/// Something to read, without control characters, that fits.
bool is_name(std::string_view text) {
    if (text.empty() || find_bad_utf8(text) || text.front() == ' ' || text.back() == ' ') {
        return false;
    }
    const std::u32string characters = to_code_points(text);
    return characters.size() <= name_characters_max &&
           std::none_of(characters.begin(), characters.end(), [](char32_t c) {
               return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
                      (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
           });
}

bool is_mailbox_in(std::string_view text, std::string_view domain) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || !is_host(text.substr(at + 1)) ||
        !is_made_of(text.substr(0, at), "abcdefghijklmnopqrstuvwxyz0123456789.-_+")) {
        return false;
    }
    const std::string_view host = text.substr(at + 1);
    return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                              host[host.size() - domain.size() - 1] == '.');
}

Result<void> refuse_unless(bool fits, std::string_view why) {
    return fits ? Result<void>() : Error{Fault::invalid_input, std::string(why)};
}

bool set_time(ASN1_TIME* to, TimeMs time) {
    return ASN1_TIME_set(to, static_cast<time_t>(time.value / 1000)) != nullptr;
}

bool add_entry(X509_NAME* name, const char* attribute, const std::string& text, int type) {
    return text.empty() ||
           X509_NAME_add_entry_by_txt(name, attribute, type,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
}

/// The extensions of one certificate as openssl.cnf writes them: the one form in which OpenSSL
/// builds all of them. Everything that goes into a value was checked by check_terms and
/// check_names, so that nothing in it can be read as more than itself.
std::vector<std::pair<int, std::string>> extensions_of(const CertificatePlan& plan,
                                                       const AuthorityTerms& terms) {
    const std::string issuer = plan.profile == Profile::issuing ? "root" : "issuing";
    const std::string crl = "URI:" + terms.base_url + "/pki/crl/" + issuer + ".crl";
    const std::string authority = "caIssuers;URI:" + terms.base_url + "/pki/ca/" + issuer + ".cer";
    const std::string ocsp = ",OCSP;URI:" + terms.base_url + "/pki/ocsp";
    const std::string key_id = "keyid:always";
    switch (plan.profile) {
    case Profile::root:
        return {{NID_basic_constraints, "critical,CA:TRUE"},
                {NID_key_usage, "critical,keyCertSign,cRLSign"},
                {NID_subject_key_identifier, "hash"}};
    case Profile::issuing:
        return {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                {NID_key_usage, "critical,keyCertSign,cRLSign"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, key_id},
                {NID_certificate_policies, terms.policy + ".1," + terms.policy + ".2"},
                {NID_name_constraints,
                 "critical,permitted;dirName:country,permitted;DNS:" + terms.domain +
                     ",permitted;URI:" + terms.domain + ",permitted;URI:." + terms.domain +
                     ",permitted;email:" + terms.domain + ",permitted;email:." + terms.domain},
                {NID_crl_distribution_points, crl},
                {NID_info_access, authority}};
    case Profile::seal: {
        // emailProtection beside documentSigning (RFC 9336): NSS, and with it pdfsig and other
        // readers, trusts no signer without it.
        std::vector<std::pair<int, std::string>> all = {
            {NID_basic_constraints, "critical,CA:FALSE"},
            {NID_key_usage, "critical,digitalSignature,nonRepudiation"},
            {NID_ext_key_usage, "1.3.6.1.5.5.7.3.36,emailProtection"},
            {NID_subject_key_identifier, "hash"},
            {NID_authority_key_identifier, key_id},
            {NID_certificate_policies, terms.policy + ".1"},
            {NID_crl_distribution_points, crl},
            {NID_info_access, authority + ocsp}};
        if (!plan.names.email.empty()) {
            all.emplace_back(NID_subject_alt_name, "email:" + plan.names.email);
        }
        return all;
    }
    case Profile::timestamp:
        return {{NID_basic_constraints, "critical,CA:FALSE"},
                {NID_key_usage, "critical,digitalSignature"},
                {NID_ext_key_usage, "critical,timeStamping"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, key_id},
                {NID_certificate_policies, terms.policy + ".2"},
                {NID_crl_distribution_points, crl},
                {NID_info_access, authority + ocsp}};
    case Profile::ocsp_signer: break;
    }
    return {{NID_basic_constraints, "critical,CA:FALSE"},
            {NID_key_usage, "critical,digitalSignature"},
            {NID_ext_key_usage, "OCSPSigning"},
            {NID_subject_key_identifier, "hash"},
            {NID_authority_key_identifier, key_id},
            {NID_crl_distribution_points, crl},
            {NID_info_access, authority},
            {NID_id_pkix_OCSP_noCheck, "yes"}};
}

Result<void> add_extensions(X509* certificate, const X509* issuer, const CertificatePlan& plan,
                            const AuthorityTerms& terms) {
    const Conf conf(NCONF_new(nullptr));
    constexpr std::string_view sections = "[country]\nC = CN\n";
    const openssl::Bio text(BIO_new_mem_buf(sections.data(), static_cast<int>(sections.size())));
    long line = 0;
    if (!conf || !text || NCONF_load_bio(conf.get(), text.get(), &line) != 1) {
        return openssl_failed("the extensions cannot be made");
    }
    X509V3_CTX context;
    X509V3_set_ctx(&context, const_cast<X509*>(issuer == nullptr ? certificate : issuer),
                   certificate, nullptr, nullptr, 0);
    X509V3_set_nconf(&context, conf.get());
    for (const auto& [nid, value] : extensions_of(plan, terms)) {
        const Extension extension(X509V3_EXT_nconf_nid(conf.get(), &context, nid, value.c_str()));
        if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
            return openssl_failed(std::string("the extension cannot be made: ") + OBJ_nid2ln(nid));
        }
    }
    return {};
}

} // namespace

std::string_view profile_name(Profile profile) {
    return row_of(profile).name;
}

std::string_view profile_zh(Profile profile) {
    return row_of(profile).zh;
}

std::optional<Profile> parse_profile(std::string_view name) {
    const auto found = std::find_if(profiles.begin(), profiles.end(),
                                    [name](const ProfileRow& row) { return row.name == name; });
    return found == profiles.end() ? std::nullopt : std::optional(found->profile);
}

int profile_days(Profile profile) {
    return row_of(profile).days;
}

Result<void> check_terms(const AuthorityTerms& terms) {
    for (const auto& [fits, why] :
         {std::pair(is_name(terms.root_name) && is_name(terms.issuing_name) &&
                        is_name(terms.organization),
                    "names have 1 to 64 characters, none of them a control character"),
          std::pair(terms.root_name != terms.issuing_name,
                    "root and issuing authority need different names"),
          std::pair(is_base_url(terms.base_url), "the address must be http://HOST or "
                                                 "http://HOST:PORT, lower case, without a path"),
          std::pair(is_host(terms.domain), "the domain must be a host name in lower case"),
          std::pair(is_policy(terms.policy), "the policy must be an object identifier")}) {
        const auto fit = refuse_unless(fits, why);
        if (!fit.ok()) {
            return fit.error();
        }
    }
    return {};
}

Result<void> check_names(const Names& names, Profile profile, const AuthorityTerms& terms) {
    for (const auto& [fits, why] :
         {std::pair(is_name(names.organization) && is_name(names.common_name),
                    "names have 1 to 64 characters, none of them a control character"),
          std::pair(profile != Profile::seal ||
                        (names.department.size() == department_characters &&
                         is_made_of(names.department, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
                    "a seal names its department by 18 characters"),
          std::pair(profile == Profile::seal || names.department.empty(),
                    "only a seal names a department"),
          std::pair(names.email.empty() ||
                        (profile == Profile::seal && is_mailbox_in(names.email, terms.domain)),
                    "the mailbox must be in the authority's domain, lower case, and of a seal")}) {
        const auto fit = refuse_unless(fits, why);
        if (!fit.ok()) {
            return fit.error();
        }
    }
    return {};
}

Result<Name> make_name(const Names& names) {
    Name name(X509_NAME_new());
    if (!name || !add_entry(name.get(), "C", "CN", MBSTRING_ASC) ||
        !add_entry(name.get(), "O", names.organization, MBSTRING_UTF8) ||
        !add_entry(name.get(), "organizationIdentifier", names.department, MBSTRING_UTF8) ||
        !add_entry(name.get(), "CN", names.common_name, MBSTRING_UTF8)) {
        return openssl_failed("the name cannot be made");
    }
    return name;
}

Result<openssl::Certificate> plan_certificate(const CertificatePlan& plan, EVP_PKEY* subject_key,
                                              const X509* issuer, const AuthorityTerms& terms) {
    openssl::Certificate certificate(X509_new());
    const auto name = make_name(plan.names);
    if (!name.ok()) {
        return name.error();
    }
    X509* const made = certificate.get();
    const X509_NAME* const issuer_name =
        issuer == nullptr ? name.value().get() : X509_get_subject_name(issuer);
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> serial(
        BN_bin2bn(plan.serial.data(), static_cast<int>(plan.serial.size()), nullptr));
    // The algorithm is part of what is signed, so it is there before the signature is.
    const X509_ALGOR* outer = nullptr;
    X509_get0_signature(nullptr, &outer, made);
    for (const X509_ALGOR* const algorithm : {X509_get0_tbs_sigalg(made), outer}) {
        X509_ALGOR_set0(const_cast<X509_ALGOR*>(algorithm), OBJ_nid2obj(signature_nid(terms.suite)),
                        V_ASN1_UNDEF, nullptr);
    }
    if (!serial || X509_set_version(made, X509_VERSION_3) != 1 ||
        BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(made)) == nullptr ||
        X509_set_issuer_name(made, issuer_name) != 1 ||
        X509_set_subject_name(made, name.value().get()) != 1 ||
        !set_time(X509_getm_notBefore(made), plan.not_before) ||
        !set_time(X509_getm_notAfter(made), plan.not_after) ||
        X509_set_pubkey(made, subject_key) != 1) {
        return openssl_failed("the certificate cannot be made");
    }
    const auto added = add_extensions(made, issuer, plan, terms);
    return added.ok() ? Result(std::move(certificate)) : added.error();
}

Bytes to_be_signed(const X509* certificate) {
    X509* const encoded = const_cast<X509*>(certificate);
    Bytes der(static_cast<std::size_t>(std::max(i2d_re_X509_tbs(encoded, nullptr), 0)));
    unsigned char* at = der.data();
    i2d_re_X509_tbs(encoded, &at);
    return der;
}

Result<void> sign_certificate(X509* certificate, EVP_PKEY* key) {
    const SigningContext context = signing_context(key);
    return context && X509_sign_ctx(certificate, context.get()) > 0
               ? Result<void>()
               : openssl_failed("the key did not sign the certificate");
}

} // namespace songda::signer
