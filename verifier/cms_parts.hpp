#pragma once

#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::verifier {

/// More than any chain that a seal carries.
inline constexpr std::size_t cms_certificates_max = 8;

/// The content of a CertificateSet, taken apart: 1 to cms_certificates_max, in ascending order and
/// none twice, as DER has a SET OF. Else nothing. Views point into it.
[[nodiscard]] std::optional<std::vector<ByteView>> split_certificate_set(ByteView set);

/// A CMS SignedData of our signer's one shape, taken apart. Views point into the message.
struct CmsParts {
    std::vector<ByteView> certificates; ///< each whole, in ascending order
    ByteView signer_id;                 ///< IssuerAndSerialNumber, whole
    ByteView attributes;       ///< the three signed attributes without the head around them
    ByteView message_digest;   ///< 32 bytes
    ByteView certificate_hash; ///< 32 bytes: SHA-256 of the signer certificate
    ByteView signature;        ///< ECDSA-Sig-Value

    /// SHA-256 of the attributes as they are signed: under the tag SET OF (RFC 5652 §5.4).
    [[nodiscard]] Digest attributes_hash() const;
};

/// Reads the shape that our signer writes (PAdES B-B: version 1, SHA-256, detached id-data, one
/// signer, contentType, messageDigest and signingCertificateV2, ECDSA) and no other spelling of it:
/// every part that no signature covers is compared with its constant, lengths are the shortest, the
/// certificates are a DER SET OF. No ASN.1 library, no allocation but one, so that checking our own
/// output costs little more than its ECDSA verification. Pure; for bytes from anybody. Does not
/// look into the certificates. Fault corrupt.
[[nodiscard]] Result<CmsParts> split_cms(ByteView der);

} // namespace songda::verifier
