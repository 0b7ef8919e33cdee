#pragma once

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"

/// Does an ECDSA signature on P-256 fit a SHA-256 value? The one place that asks OpenSSL. Which of
/// the two fitting values of s is allowed: ecdsa_signature.hpp. For bytes from anybody.
namespace songda {

/// `signature` is DER.
[[nodiscard]] bool ecdsa_fits(const Digest& hash, ByteView signature, EVP_PKEY* key);

/// `public_key` is a DER SubjectPublicKeyInfo; false when it is none.
[[nodiscard]] bool ecdsa_fits(const Digest& hash, ByteView signature, ByteView public_key);

} // namespace songda
