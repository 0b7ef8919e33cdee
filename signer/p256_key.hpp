#pragma once

#include <string>

#include "signer/signing_key.hpp"

namespace songda::signer {

/// A key from a PKCS#8 PEM file, parsed once, in OpenSSL's secure heap. Signing does not change it,
/// so threads share it. Move-only.
class P256Key final : public SigningKey {
public:
    /// An empty passphrase means that the file is not encrypted. Faults: not_found, invalid_input
    /// (not a key, another kind of key, the wrong passphrase).
    [[nodiscard]] static Result<P256Key> read(const std::string& path,
                                              const std::string& passphrase);

    [[nodiscard]] Result<EcdsaSignature> sign(const Digest& digest) const override;
    [[nodiscard]] Bytes public_key() const override;

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
