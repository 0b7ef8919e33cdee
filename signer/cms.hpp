#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// Longest ECDSA-Sig-Value of P-256 in DER.
inline constexpr std::size_t signature_bytes_max = 72;

/// Writes the CMS SignedData of one signer certificate (RFC 5652), PAdES baseline B-B (ETSI EN 319
/// 142-1): ECDSA P-256 with SHA-256, detached, signed attributes contentType, messageDigest and
/// signingCertificateV2 (RFC 5035), no signingTime (PAdES §6.3 forbids it, OpenSSL 3.0 cannot leave
/// it out). Everything but the digest and the signature is constant for one certificate and kept as
/// DER. Immutable; share it.
class CmsBuilder {
public:
    /// `chain`: the signer certificate first, then its issuers. Fault: invalid_input.
    [[nodiscard]] static Result<CmsBuilder> make(const std::vector<openssl::Certificate>& chain);

    /// The attributes to be hashed and signed, as SET OF (tag 31).
    [[nodiscard]] Bytes signed_attributes(const Digest& document) const;
    /// The finished ContentInfo. `signature` is DER, at most signature_bytes_max.
    [[nodiscard]] Bytes build(const Digest& document, ByteView signature) const;
    /// Size of the longest ContentInfo that `build` can return.
    [[nodiscard]] std::size_t bytes_max() const;

private:
    [[nodiscard]] Bytes attribute_content(const Digest& document) const;

    Bytes certificates_;     ///< [0] IMPLICIT CertificateSet
    Bytes signer_id_;        ///< IssuerAndSerialNumber
    Bytes certificate_hash_; ///< attribute signingCertificateV2
};

} // namespace songda::signer
