#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "signer/pki/suite.hpp"

/// What the authority issues, and how each certificate looks (docs/formats/pki.md).
namespace songda::signer {

/// The names are in the journal; never rename.
enum class Profile { root, issuing, seal, timestamp, ocsp_signer };

[[nodiscard]] std::string_view profile_name(Profile profile);
[[nodiscard]] std::string_view profile_zh(Profile profile);
[[nodiscard]] std::optional<Profile> parse_profile(std::string_view name);
/// How long a certificate of the profile lives unless told otherwise.
[[nodiscard]] int profile_days(Profile profile);

/// What an authority is, decided once by `songda pki init`.
struct AuthorityTerms {
    std::string root_name;    ///< CN of the root
    std::string issuing_name; ///< CN of the issuing authority
    std::string organization; ///< O of both
    std::string base_url;     ///< `http://HOST`: where status is published
    std::string domain;       ///< the only one that e-mail, DNS and URI names may be in
    std::string policy;       ///< arc of its policies: `.1` seals, `.2` time-stamps
    bool sample = false;      ///< its certificates carry the mark that production refuses
    Suite suite = Suite::p256;
};
/// Fault invalid_input: what does not fit a certificate, the first fault.
[[nodiscard]] Result<void> check_terms(const AuthorityTerms& terms);

/// Who the subject is. C is CN.
struct Names {
    std::string organization;
    std::string department; ///< 18 characters, organizationIdentifier; of seals only
    std::string common_name;
    std::string email; ///< subjectAltName; may be empty
    bool operator==(const Names&) const = default;
};
[[nodiscard]] Result<void> check_names(const Names& names, Profile profile,
                                       const AuthorityTerms& terms);

/// One certificate that is to be.
struct CertificatePlan {
    Profile profile;
    Names names;
    TimeMs not_before;
    TimeMs not_after; ///< inclusive, whole seconds
    Bytes serial;     ///< at least 8 bytes, the first from 0x01 to 0x7F
};

/// The distinguished name, in UTF8String but for the country.
[[nodiscard]] Result<std::unique_ptr<X509_NAME, openssl::Deleter<X509_NAME_free>>>
make_name(const Names& names);

/// Everything but the signature. `issuer` is null for a root. Fault internal.
[[nodiscard]] Result<openssl::Certificate> plan_certificate(const CertificatePlan& plan,
                                                            EVP_PKEY* subject_key,
                                                            const X509* issuer,
                                                            const AuthorityTerms& terms);

/// The bytes that are signed.
[[nodiscard]] Bytes to_be_signed(const X509* certificate);

/// By the suite of the key. Fault internal.
[[nodiscard]] Result<void> sign_certificate(X509* certificate, EVP_PKEY* key);

} // namespace songda::signer
