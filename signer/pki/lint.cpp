#include "signer/pki/lint.hpp"

#include <algorithm>
#include <set>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "base/utf8.hpp"
#include "signer/pki/key_file.hpp"

namespace songda::signer {
namespace {

template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

using Uses = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using Policies = Owned<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free>;
using Constraints = Owned<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;
using Points = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;
using Access = Owned<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free>;
using KeyId = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using AuthorityId = Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using OtherNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

struct ExpectedExtension {
    int nid;
    bool critical;
    bool required = true;
};

std::vector<ExpectedExtension> expected_extensions(Profile profile) {
    std::vector<ExpectedExtension> expected = {
        {NID_basic_constraints, true}, {NID_key_usage, true}, {NID_subject_key_identifier, false}};
    if (profile == Profile::root) {
        return expected;
    }
    expected.push_back({NID_authority_key_identifier, false});
    expected.push_back({NID_crl_distribution_points, false});
    expected.push_back({NID_info_access, false});
    if (profile == Profile::issuing) {
        expected.push_back({NID_name_constraints, true});
    } else {
        expected.push_back({NID_ext_key_usage, profile == Profile::timestamp});
    }
    if (profile == Profile::ocsp_signer) {
        expected.push_back({NID_id_pkix_OCSP_noCheck, false});
    } else {
        expected.push_back({NID_certificate_policies, false});
    }
    if (profile == Profile::seal) {
        expected.push_back({NID_subject_alt_name, false, false});
    }
    return expected;
}

std::uint32_t expected_usage(Profile profile) {
    switch (profile) {
    case Profile::root:
    case Profile::issuing: return KU_KEY_CERT_SIGN | KU_CRL_SIGN;
    case Profile::seal: return KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
    case Profile::timestamp:
    case Profile::ocsp_signer: return KU_DIGITAL_SIGNATURE;
    }
    SONGDA_CHECK(false);
}

std::multiset<std::string> expected_uses(Profile profile) {
    switch (profile) {
    case Profile::seal: return {"1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"};
    case Profile::timestamp: return {"1.3.6.1.5.5.7.3.8"};
    case Profile::ocsp_signer: return {"1.3.6.1.5.5.7.3.9"};
    default: return {};
    }
}

std::string oid_text(const ASN1_OBJECT* object) {
    char text[80] = {};
    OBJ_obj2txt(text, sizeof text, object, 1);
    return text;
}

std::string ia5_text(const ASN1_STRING* string) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_of(const GENERAL_NAME* name) {
    return name != nullptr && name->type == GEN_URI ? ia5_text(name->d.uniformResourceIdentifier)
                                                    : std::string();
}

/// One certificate under the lens; the findings in the order of the checks.
class Lens {
public:
    Lens(const X509* certificate, Profile profile, const X509* issuer, const AuthorityTerms& terms)
        : certificate_(const_cast<X509*>(certificate)), // OpenSSL caches what it read from it
          profile_(profile), issuer_(issuer == nullptr ? certificate : issuer), terms_(terms) {}

    std::vector<std::string> look() {
        check_frame();
        check_serial();
        check_time();
        check_names();
        check_key();
        check_extension_set();
        check_usage();
        check_key_ids();
        check_policies();
        check_constraints();
        check_addresses();
        ERR_clear_error();
        return std::move(findings_);
    }

private:
    void expect(bool holds, std::string finding) {
        if (!holds) {
            findings_.push_back(std::move(finding));
        }
    }

    template <class Owner>
    [[nodiscard]] Owner read(int nid) const {
        return Owner(static_cast<typename Owner::pointer>(
            X509_get_ext_d2i(certificate_, nid, nullptr, nullptr)));
    }

    [[nodiscard]] bool is_authority() const {
        return profile_ == Profile::root || profile_ == Profile::issuing;
    }

    void check_frame() {
        expect(X509_get_version(certificate_) == X509_VERSION_3, "the version is not 3");
        const X509_ALGOR* outer = nullptr;
        X509_get0_signature(nullptr, &outer, certificate_);
        const X509_ALGOR* const inner = X509_get0_tbs_sigalg(certificate_);
        expect(X509_ALGOR_cmp(inner, outer) == 0,
               "the signature algorithm inside differs from the one outside");
        expect(OBJ_obj2nid(inner->algorithm) == signature_nid(terms_.suite),
               terms_.suite == Suite::sm2 ? "the signature algorithm is not SM2-with-SM3"
                                          : "the signature algorithm is not ecdsa-with-SHA256");
        const ASN1_BIT_STRING* issuer_id = nullptr;
        const ASN1_BIT_STRING* subject_id = nullptr;
        X509_get0_uids(certificate_, &issuer_id, &subject_id);
        expect(issuer_id == nullptr && subject_id == nullptr,
               "unique identifiers are not allowed (RFC 5280 §4.1.2.8)");
    }

    void check_serial() {
        const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate_);
        const int bytes = ASN1_STRING_length(serial);
        expect(ASN1_STRING_type(serial) == V_ASN1_INTEGER && bytes > 0 &&
                   ASN1_STRING_get0_data(serial)[0] != 0,
               "the serial number is not positive");
        // The content octets have one more when the first bit is set.
        const bool padded = bytes > 0 && ASN1_STRING_get0_data(serial)[0] >= 0x80;
        expect(bytes >= 9 && bytes + (padded ? 1 : 0) <= 20,
               "the serial number has not 9 to 20 octets (RFC 5280 §4.1.2.2)");
    }

    void check_time() {
        const Validity own = validity_of(certificate_);
        const Validity above = validity_of(issuer_);
        expect(own.not_before < own.not_after, "it ends before it begins");
        expect(above.not_before <= own.not_before && own.not_after <= above.not_after,
               "it is valid when its issuer is not");
        for (const ASN1_TIME* const time :
             {X509_get0_notBefore(certificate_), X509_get0_notAfter(certificate_)}) {
            constexpr std::int64_t year_2050_ms = 2'524'608'000'000;
            const bool late =
                (time == X509_get0_notBefore(certificate_) ? own.not_before : own.not_after)
                    .value >= year_2050_ms;
            expect(ASN1_STRING_type(time) == (late ? V_ASN1_GENERALIZEDTIME : V_ASN1_UTCTIME),
                   "a time is UTCTime to 2049 and GeneralizedTime from 2050 (RFC 5280 §4.1.2.5)");
        }
    }

    void check_name(const X509_NAME* name) {
        expect(X509_NAME_entry_count(name) >= 3, "the name lacks country, organisation or name");
        int last_set = -1;
        for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
            const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, i);
            const ASN1_STRING* const value = X509_NAME_ENTRY_get_data(entry);
            const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
            // Readers differ in which of two they believe.
            expect(X509_NAME_get_index_by_NID(name, nid, -1) == i, "the name has a part twice");
            expect(X509_NAME_ENTRY_set(entry) != last_set, "a part of the name has two values");
            last_set = X509_NAME_ENTRY_set(entry);
            const std::string text = ia5_text(value);
            if (nid == NID_countryName) {
                expect(i == 0 && ASN1_STRING_type(value) == V_ASN1_PRINTABLESTRING && text == "CN",
                       "the country is not CN, first, as PrintableString");
            } else {
                expect(nid == NID_organizationName || nid == NID_commonName ||
                           nid == NID_organizationIdentifier,
                       "the name has a part that the profile does not know");
                expect(ASN1_STRING_type(value) == V_ASN1_UTF8STRING,
                       "a part of the name is not UTF8String");
                expect(!text.empty() && !find_bad_utf8(text) && count_code_points(text) <= 64,
                       "a part of the name is empty, ill-formed or longer than 64 characters");
            }
        }
    }

    void check_names() {
        expect(X509_NAME_cmp(X509_get_issuer_name(certificate_), X509_get_subject_name(issuer_)) ==
                   0,
               "the issuer's name is not the issuer's");
        check_name(X509_get_subject_name(certificate_));
        const std::string department = subject_text(certificate_, "organizationIdentifier");
        expect(profile_ == Profile::seal ? department.size() == 18 : department.empty(),
               profile_ == Profile::seal ? "the seal does not name its department by 18 characters"
                                         : "only a seal names a department");
        expect(is_sample_certificate(certificate_) == terms_.sample,
               terms_.sample ? "the sample mark is missing" : "it carries the sample mark");
        const auto other = read<OtherNames>(NID_subject_alt_name);
        for (int i = 0; other && i < sk_GENERAL_NAME_num(other.get()); ++i) {
            expect(sk_GENERAL_NAME_value(other.get(), i)->type == GEN_EMAIL,
                   "another name of the subject is not a mailbox");
        }
    }

    void check_key() {
        const EVP_PKEY* const key = X509_get0_pubkey(certificate_);
        expect(suite_of(key) == terms_.suite,
               terms_.suite == Suite::sm2 ? "the key is not SM2" : "the key is not P-256");
    }

    void check_extension_set() {
        std::vector<ExpectedExtension> open = expected_extensions(profile_);
        for (int i = 0; i < X509_get_ext_count(certificate_); ++i) {
            X509_EXTENSION* const extension = X509_get_ext(certificate_, i);
            const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
            const auto found =
                std::find_if(open.begin(), open.end(),
                             [nid](const ExpectedExtension& one) { return one.nid == nid; });
            const std::string name = oid_text(X509_EXTENSION_get_object(extension));
            if (found == open.end()) {
                expect(false, "extension " + name + " is not of this profile, or there twice");
                continue;
            }
            expect((X509_EXTENSION_get_critical(extension) == 1) == found->critical,
                   std::string("extension ") + OBJ_nid2ln(nid) +
                       (found->critical ? " must be critical" : " must not be critical"));
            open.erase(found);
        }
        for (const ExpectedExtension& missing : open) {
            expect(!missing.required,
                   std::string("extension ") + OBJ_nid2ln(missing.nid) + " is missing");
        }
    }

    void check_usage() {
        const std::uint32_t flags = X509_get_extension_flags(certificate_);
        expect((flags & EXFLAG_INVALID) == 0, "an extension cannot be read");
        expect(((flags & EXFLAG_CA) != 0) == is_authority(),
               is_authority() ? "it is not an authority" : "it is an authority");
        const long path = X509_get_pathlen(certificate_);
        expect(path == (profile_ == Profile::issuing ? 0 : -1),
               "the path length is not that of the profile");
        expect((flags & EXFLAG_KUSAGE) != 0 &&
                   X509_get_key_usage(certificate_) == expected_usage(profile_),
               "the key usage is not exactly that of the profile");
        const auto uses = read<Uses>(NID_ext_key_usage);
        std::multiset<std::string> found;
        for (int i = 0; uses && i < sk_ASN1_OBJECT_num(uses.get()); ++i) {
            found.insert(oid_text(sk_ASN1_OBJECT_value(uses.get(), i)));
        }
        expect(found == expected_uses(profile_),
               "the extended key usage is not exactly that of the profile");
    }

    void check_key_ids() {
        const auto own = read<KeyId>(NID_subject_key_identifier);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        expect(own && X509_pubkey_digest(certificate_, EVP_sha1(), digest, &size) == 1 &&
                   ia5_text(own.get()) == std::string(reinterpret_cast<char*>(digest), size),
               "the subject key identifier is not the hash of the key (RFC 5280 §4.2.1.2)");
        if (profile_ == Profile::root) {
            return;
        }
        const auto above = read<AuthorityId>(NID_authority_key_identifier);
        const ASN1_OCTET_STRING* const issuer_key =
            X509_get0_subject_key_id(const_cast<X509*>(issuer_));
        expect(above && above->keyid != nullptr && above->issuer == nullptr &&
                   above->serial == nullptr && issuer_key != nullptr &&
                   ASN1_OCTET_STRING_cmp(above->keyid, issuer_key) == 0,
               "the authority key identifier is not the issuer's key");
    }

    void check_policies() {
        const auto policies = read<Policies>(NID_certificate_policies);
        std::multiset<std::string> found;
        for (int i = 0; policies && i < sk_POLICYINFO_num(policies.get()); ++i) {
            found.insert(oid_text(sk_POLICYINFO_value(policies.get(), i)->policyid));
        }
        std::multiset<std::string> expected;
        if (profile_ == Profile::issuing || profile_ == Profile::seal) {
            expected.insert(terms_.policy + ".1");
        }
        if (profile_ == Profile::issuing || profile_ == Profile::timestamp) {
            expected.insert(terms_.policy + ".2");
        }
        expect(found == expected, "the certificate policies are not exactly those of the profile");
    }

    void check_constraints() {
        if (profile_ != Profile::issuing) {
            return;
        }
        const auto constraints = read<Constraints>(NID_name_constraints);
        std::set<int> kinds;
        for (int i = 0; constraints && i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees);
             ++i) {
            kinds.insert(sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base->type);
        }
        expect(kinds == std::set<int>{GEN_DIRNAME, GEN_DNS, GEN_URI, GEN_EMAIL} &&
                   sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees) <= 0,
               "the name constraints do not bound directory, DNS, URI and e-mail names");
    }

    void check_addresses() {
        const std::string issuer = profile_ == Profile::issuing ? "root" : "issuing";
        const std::string base = terms_.base_url + "/pki/";
        std::multiset<std::string> found;
        const auto points = read<Points>(NID_crl_distribution_points);
        for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
            const DIST_POINT* const point = sk_DIST_POINT_value(points.get(), i);
            expect(point->reasons == nullptr && point->CRLissuer == nullptr &&
                       point->distpoint != nullptr && point->distpoint->type == 0 &&
                       sk_GENERAL_NAME_num(point->distpoint->name.fullname) == 1,
                   "a distribution point is not one plain address");
            if (point->distpoint != nullptr && point->distpoint->type == 0) {
                found.insert(address_of(sk_GENERAL_NAME_value(point->distpoint->name.fullname, 0)));
            }
        }
        const auto access = read<Access>(NID_info_access);
        for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
            const ACCESS_DESCRIPTION* const one = sk_ACCESS_DESCRIPTION_value(access.get(), i);
            found.insert(std::string(OBJ_nid2sn(OBJ_obj2nid(one->method))) + ' ' +
                         address_of(one->location));
        }
        std::multiset<std::string> expected;
        if (profile_ != Profile::root) {
            expected = {base + "crl/" + issuer + ".crl",
                        "caIssuers " + base + "ca/" + issuer + ".cer"};
        }
        if (profile_ == Profile::seal || profile_ == Profile::timestamp) {
            expected.insert("OCSP " + base + "ocsp");
        }
        expect(found == expected, "the addresses of status are not those of the authority");
    }

    X509* certificate_;
    Profile profile_;
    const X509* issuer_;
    const AuthorityTerms& terms_;
    std::vector<std::string> findings_;
};

} // namespace

std::vector<std::string> lint(const X509* certificate, Profile profile, const X509* issuer,
                              const AuthorityTerms& terms) {
    return Lens(certificate, profile, issuer, terms).look();
}

std::vector<std::string> lint_plan(const X509* planned, Profile profile, const X509* issuer,
                                   const AuthorityTerms& terms) {
    const openssl::Certificate copy(X509_dup(const_cast<X509*>(planned)));
    const auto throwaway = make_key(terms.suite);
    if (!copy || !throwaway.ok() || !sign_certificate(copy.get(), throwaway.value().get()).ok()) {
        return {"it cannot be encoded"};
    }
    // Parsed anew, so that nothing that OpenSSL kept from before is looked at.
    const openssl::Certificate read = parse_certificate(certificate_der(copy.get()));
    return read ? lint(read.get(), profile, issuer, terms)
                : std::vector<std::string>{"it cannot be read again"};
}

bool signature_holds(const X509* certificate, const X509* issuer) {
    X509* const checked = const_cast<X509*>(certificate);
    return is_signed_by(checked, X509_get0_pubkey(issuer));
}

} // namespace songda::signer
