#pragma once

#include <string>
#include <string_view>

#include "signer/signing_key.hpp"

namespace songda::signer {

/// A key from a PKCS#8 PEM file, parsed once, in OpenSSL's secure heap and nowhere else. Signing
/// does not change it, so threads share it. Move-only.
class P256Key final : public SigningKey {
public:
    /// An empty passphrase means that the file is not encrypted. Faults: not_found, invalid_input
    /// (another kind of key), forbidden (not a key, the wrong passphrase).
    [[nodiscard]] static Result<P256Key> read(const std::string& path, std::string_view passphrase);

    [[nodiscard]] Result<EcdsaSignature> sign(const Digest& digest) const override;
    [[nodiscard]] Bytes public_key() const override;

    struct FreeEcKey {
        void operator()(EC_KEY* key) const;
    };
    using EcKey = std::unique_ptr<EC_KEY, FreeEcKey>;

private:
    P256Key(EcKey key, Bytes public_key)
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    EcKey key_; ///< as ECDSA_do_sign takes it
    Bytes public_key_;
};

} // namespace songda::signer
