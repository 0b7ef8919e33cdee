#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::verifier {

/// A CMS SignedData taken apart: exactly one signer with exactly the three attributes of PAdES B-B
/// as our signer writes them. Nothing about it is verified yet.
struct SignedDocument {
    openssl::Certificate signer;
    Digest signer_hash{};     ///< SHA-256 of the signer certificate
    Digest attributes_hash{}; ///< SHA-256 of the signed attributes
    Digest message_digest{};
    Bytes signature;
    std::vector<openssl::Certificate> others; ///< the other certificates of the message
};

/// Fault corrupt: not that shape. The signer certificate must be the one that both the signer id
/// and signingCertificateV2 name.
[[nodiscard]] Result<SignedDocument> read_cms(ByteView der);

/// Does the signature fit the attributes under `key`? False for no key and for another curve.
[[nodiscard]] bool signature_fits(const SignedDocument& document, EVP_PKEY* key);

} // namespace songda::verifier
