#pragma once

#include <string>
#include <string_view>

#include "base/ecdsa_signature.hpp"
#include "base/sm2.hpp"

namespace songda::signer {

/// An SM2 key from a PKCS#8 PEM file, in OpenSSL's secure heap. Not a SigningKey: those sign a
/// SHA-256 value by ECDSA, this one a message whose hash takes in who signs. Signing does not
/// change it, so threads share it. Move-only. No token is known here that signs SM2: SoftHSM has no
/// such mechanism.
class Sm2Key {
public:
    /// An empty passphrase means that the file is not encrypted. Faults: not_found, invalid_input
    /// (another kind of key), forbidden (not a key, the wrong passphrase).
    [[nodiscard]] static Result<Sm2Key> read(const std::string& path, std::string_view passphrase);
    [[nodiscard]] static Result<Sm2Key> make();

    /// SEQUENCE { r, s } in DER over SM3(Z ‖ message). Fault internal.
    [[nodiscard]] Result<Bytes> sign(ByteView message) const;
    /// r and s over such a hash (Sm2PublicKey::hash). Fault internal.
    [[nodiscard]] Result<EcdsaSignature> sign_hash(const Digest& e) const;
    /// SubjectPublicKeyInfo, DER.
    [[nodiscard]] Bytes public_key() const;
    [[nodiscard]] bool belongs_to(const X509* certificate) const;
    [[nodiscard]] EVP_PKEY* handle() const { return key_.get(); }

private:
    Sm2Key(openssl::Pkey key, Sm2PublicKey known)
        : key_(std::move(key)), public_(std::move(known)) {}
    [[nodiscard]] static Result<Sm2Key> take(openssl::Pkey key, const std::string& name);

    openssl::Pkey key_;
    Sm2PublicKey public_; ///< for its Z
};

} // namespace songda::signer
