#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// Longest ECDSA-Sig-Value of P-256 in DER.
inline constexpr std::size_t signature_bytes_max = 72;

/// What a message is about; the numbers of RFC 5652 follow from it.
enum class CmsContent {
    document,  ///< id-data, detached, version 1: PAdES B-B
    timestamp, ///< id-ct-TSTInfo, attached, version 3: a time-stamp token (RFC 3161 §2.4.2)
};

/// [0] IMPLICIT CertificateSet (RFC 5652 §10.2.2), in the order that DER gives a SET OF: of the
/// encodings.
[[nodiscard]] Bytes certificate_set(const std::vector<openssl::Certificate>& chain);

/// Writes the CMS SignedData of one signer certificate (RFC 5652): ECDSA P-256 with SHA-256, signed
/// attributes contentType, messageDigest and signingCertificateV2 (RFC 5035), no signingTime
/// (PAdES, ETSI EN 319 142-1 §6.3, forbids it, a token carries its own time, and OpenSSL 3.0 cannot
/// leave it out). Everything but the digest, the signature and what is attached is constant for one
/// certificate and kept as DER. Immutable; share it.
class CmsBuilder {
public:
    /// `chain`: the signer certificate first, then its issuers. Fault: invalid_input.
    [[nodiscard]] static Result<CmsBuilder> make(const std::vector<openssl::Certificate>& chain,
                                                 CmsContent kind = CmsContent::document);

    /// The attributes to be hashed and signed, as SET OF (tag 31). `content`: SHA-256 of what the
    /// message is about.
    [[nodiscard]] Bytes signed_attributes(const Digest& content) const;

    /// The finished ContentInfo of a document. `signature` is DER, at most signature_bytes_max.
    [[nodiscard]] Bytes build(const Digest& document, ByteView signature) const;
    /// Size of the longest ContentInfo that `build` can return.
    [[nodiscard]] std::size_t bytes_max() const;

    /// The finished ContentInfo of a token. `info` is the TSTInfo whose SHA-256 was signed;
    /// `with_certificates` is the request's certReq.
    [[nodiscard]] Bytes build_token(ByteView info, ByteView signature,
                                    bool with_certificates) const;

private:
    struct Message {
        const Digest& digest;
        ByteView signature;
        ByteView attached; ///< eContent with its head; empty: detached
        bool with_certificates = true;
    };
    [[nodiscard]] Bytes assemble(const Message& message) const;
    [[nodiscard]] Bytes attribute_content(const Digest& content) const;

    CmsContent kind_ = CmsContent::document;
    Bytes certificates_;     ///< [0] IMPLICIT CertificateSet
    Bytes signer_id_;        ///< IssuerAndSerialNumber
    Bytes certificate_hash_; ///< attribute signingCertificateV2
};

} // namespace songda::signer
