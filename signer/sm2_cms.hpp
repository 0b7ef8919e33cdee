#pragma once

#include <vector>

#include "base/sm2.hpp"

namespace songda::signer {

/// Writes the SignedData of one SM2 certificate by hand: OpenSSL 3.0 writes one only with an
/// algorithm patched in, and never with the object identifiers of GB/T 35275. Immutable; share it.
/// docs/formats/sm2.md has the bytes.
class Sm2CmsBuilder {
public:
    /// `chain`: the signer certificate first, then its issuers. Fault invalid_input: none, or not
    /// of an SM2 key.
    [[nodiscard]] static Result<Sm2CmsBuilder>
    make(const std::vector<openssl::Certificate>& chain, Sm2Shape shape,
         Sm2Algorithm algorithm = Sm2Algorithm::sm2_with_sm3);

    /// What the key signs. `content`: SM3 of what the message is about.
    [[nodiscard]] Bytes to_sign(const Digest& content) const;
    /// The finished ContentInfo, DER. `signature`: of `to_sign`, at most sm2_signature_bytes_max.
    [[nodiscard]] Bytes build(const Digest& content, ByteView signature) const;

private:
    [[nodiscard]] Bytes attributes(const Digest& content) const;

    Sm2Shape shape_ = Sm2Shape::gbt_35275;
    Bytes algorithm_;           ///< of the signer info
    Bytes certificates_;        ///< [0] IMPLICIT
    Bytes signer_id_;           ///< IssuerAndSerialNumber
    Digest certificate_hash_{}; ///< SM3 of the signer certificate
};

} // namespace songda::signer
