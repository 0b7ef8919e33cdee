#include "signer/sm2_key.hpp"

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "signer/key_scalar.hpp"

namespace songda::signer {

Result<Sm2Key> Sm2Key::read(const std::string& path, std::string_view passphrase) {
    const auto scalar = KeyScalar::read(path, passphrase);
    return scalar.ok() ? take(make_pkey(scalar.value()), path) : scalar.error();
}

Result<Sm2Key> Sm2Key::make() {
    // EVP_EC_gen("SM2") would give an EC key, which signs ECDSA.
    openssl::Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2"));
    ERR_clear_error();
    if (!key) {
        return Error{Fault::internal, "no SM2 key could be made"};
    }
    return take(std::move(key), "a new key");
}

Result<Sm2Key> Sm2Key::take(openssl::Pkey key, const std::string& name) {
    auto known = Sm2PublicKey::of(key.get());
    if (!known.ok()) {
        return Error{known.error().fault, name + ": " + known.error().detail};
    }
    return Sm2Key(std::move(key), std::move(known).value());
}

Result<Bytes> Sm2Key::sign(ByteView message) const {
    const auto made = sign_hash(public_.hash(message));
    return made.ok() ? Result(write_ecdsa_der(made.value())) : made.error();
}

Result<EcdsaSignature> Sm2Key::sign_hash(const Digest& e) const {
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    Bytes signature(sm2_signature_bytes_max);
    std::size_t size = signature.size();
    const bool made =
        context && EVP_PKEY_sign_init(context.get()) == 1 &&
        EVP_PKEY_sign(context.get(), signature.data(), &size, e.data(), e.size()) == 1;
    ERR_clear_error();
    signature.resize(made ? size : 0);
    const auto read = read_ecdsa_der(signature);
    return read ? Result(*read) : Error{Fault::internal, "the SM2 key did not sign"};
}

Bytes Sm2Key::public_key() const {
    return public_key_der(key_.get());
}

bool Sm2Key::belongs_to(const X509* certificate) const {
    const bool fits = certificate != nullptr && X509_get0_pubkey(certificate) != nullptr &&
                      EVP_PKEY_eq(key_.get(), X509_get0_pubkey(certificate)) == 1;
    ERR_clear_error();
    return fits;
}

} // namespace songda::signer
