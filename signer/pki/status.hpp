#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ocsp.hpp"
#include "signer/pki/authority.hpp"

/// What a relying party is told about certificates: revocation lists and OCSP answers, signed ahead
/// (RFC 5280 §5, RFC 6960, RFC 5019).
namespace songda::signer {

struct CrlPlan {
    const X509* issuer;
    EVP_PKEY* key;
    std::uint64_t number;
    ocsp::Times times;
    std::vector<const BookEntry*> revoked;
    TimeMs since; ///< the issuer's beginning, under whatever certificate
};

/// A version 2 list in DER with authorityKeyIdentifier, cRLNumber and expiredCertsOnCRL (X.509
/// §9.5.2.8): a certificate that expired stays on it, since a document is asked about when its
/// certificate is long gone. Checked against the issuer's key before it is given. Fault internal.
[[nodiscard]] Result<Bytes> make_crl(const CrlPlan& plan);

/// What a list says of itself; nothing when the issuer did not sign it.
struct CrlFacts {
    std::uint64_t number;
    ocsp::Times times;
};
[[nodiscard]] std::optional<CrlFacts> read_crl(ByteView der, const X509* issuer);

struct OcspPlan {
    const BookEntry& subject;
    const X509* issuer; ///< of the subject and of the responder
    const X509* responder;
    EVP_PKEY* key; ///< the responder's
    ocsp::Times times;
    TimeMs since; ///< the issuer's beginning, under whatever certificate
};

/// An answer, and the name of its file.
struct OcspAnswer {
    std::string file_name;
    Bytes der;
};

/// One answer for a CertID of each hash. With archiveCutoff (RFC 6960 §4.4.4) back to the issuer's
/// beginning, for the reason above. Fault internal.
[[nodiscard]] Result<std::vector<OcspAnswer>> make_ocsp_answers(const OcspPlan& plan);

} // namespace songda::signer
