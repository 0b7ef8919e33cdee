#pragma once

#include <string>

#include "base/sm2.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// A SignedData of the SM2 suite, taken apart. Views point into the message.
struct Sm2Cms {
    Sm2Shape shape = Sm2Shape::gbt_35275;
    Sm2Algorithm algorithm = Sm2Algorithm::sm2_with_sm3;
    std::vector<ByteView> certificates; ///< each whole, in ascending order
    ByteView signer_id;                 ///< IssuerAndSerialNumber, whole
    ByteView content;                   ///< 32 bytes: SM3 of what it is about
    ByteView attributes;       ///< of the CAdES shape: without the head around them; else empty
    ByteView certificate_hash; ///< of the CAdES shape: SM3 of the signer certificate; else empty
    ByteView signature;
};

/// Reads the two shapes that the signer writes, with either algorithm (docs/formats/sm2.md), and no
/// other spelling of them. Pure; for bytes from anybody. Fault corrupt.
[[nodiscard]] Result<Sm2Cms> read_sm2_cms(ByteView der);

/// What such a message says of `content`. Never a yes for another content or by another key.
struct Sm2Finding {
    AxisAnswer integrity; ///< yes: the certificate that it names signed this content
    AxisAnswer authority; ///< yes: that certificate may seal, and a chain leads to a root
    Sm2Shape shape = Sm2Shape::gbt_35275;
    std::string signer;     ///< the certificate's name for itself; empty: none was found
    std::string department; ///< its organizationIdentifier; empty: it names none
    Revocation revocation = Revocation::not_asked; ///< by the lists beside the roots
};

/// `at`: chains are looked at as of then, and whether the certificate was revoked: nothing proves
/// that a message was there before it was. A message that cannot be read is no answer:
/// `signature_unreadable`. Pure; for bytes from anybody.
[[nodiscard]] Sm2Finding check_sm2_cms(ByteView der, ByteView content, const TrustStore& trust,
                                       TimeMs at);

} // namespace songda::verifier
