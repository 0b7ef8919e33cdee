#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// One private P-256 key from a PKCS#8 PEM file. Signing does not change it, so threads share it.
/// Move-only.
class P256Key {
public:
    /// An empty passphrase means that the file is not encrypted. Faults: not_found, invalid_input
    /// (not a key, another kind of key, the wrong passphrase).
    [[nodiscard]] static Result<P256Key> read(const std::string& path,
                                              const std::string& passphrase);

    /// ECDSA over a SHA-256 value, always with the low s. Fault: internal.
    [[nodiscard]] Result<EcdsaSignature> sign(const Digest& digest) const;

    [[nodiscard]] bool belongs_to(const X509* certificate) const;
    /// SubjectPublicKeyInfo, DER.
    [[nodiscard]] Bytes public_key() const;

private:
    struct FreeEcKey {
        void operator()(EC_KEY* key) const;
    };
    using EcKey = std::unique_ptr<EC_KEY, FreeEcKey>;

    P256Key(openssl::Pkey key, EcKey numbers)
        : key_(std::move(key)), numbers_(std::move(numbers)) {}

    openssl::Pkey key_;
    EcKey numbers_; ///< the same key as ECDSA_do_sign takes it
};

} // namespace songda::signer
