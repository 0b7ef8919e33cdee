#pragma once

#include "base/bytes.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// One private P-256 key, wherever it is kept: a file (p256_key.hpp) or a token (pkcs11_token.hpp).
/// Everything that Songda signs goes through `sign`. Safe to call from several threads.
/// tests/unit/signer/signing_key_test.cpp runs on every kind.
class SigningKey {
public:
    SigningKey() = default;
    virtual ~SigningKey() = default;

    /// ECDSA over a SHA-256 value, always with the low s. Faults: unavailable (the key is away and
    /// may come back: try again later), internal.
    [[nodiscard]] virtual Result<EcdsaSignature> sign(const Digest& digest) const = 0;

    /// SubjectPublicKeyInfo, DER. Known from the opening on, whether the key is away or not.
    [[nodiscard]] virtual Bytes public_key() const = 0;

    [[nodiscard]] bool belongs_to(const X509* certificate) const;

protected:
    SigningKey(const SigningKey&) = default;
    SigningKey(SigningKey&&) = default;
    SigningKey& operator=(const SigningKey&) = default;
    SigningKey& operator=(SigningKey&&) = default;
};

} // namespace songda::signer
