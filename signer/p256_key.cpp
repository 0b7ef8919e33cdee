// ECDSA_do_sign is deprecated in OpenSSL 3.0, but gives the two numbers: EVP writes them as DER,
// which is read again at once, and looks the algorithm up for each signature (a thirtieth of its
// time).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signer/p256_key.hpp"

#include <array>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/certificate.hpp"

namespace songda::signer {
namespace {

using EcSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

bool write(const BIGNUM* number, std::array<std::uint8_t, 32>& to) {
    const int size = static_cast<int>(to.size());
    return BN_bn2binpad(number, to.data(), size) == size;
}

} // namespace

Result<P256Key> P256Key::read(const std::string& path, const std::string& passphrase) {
    const openssl::Bio file(BIO_new_file(path.c_str(), "r"));
    if (!file) {
        ERR_clear_error();
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    // The default callback would ask at the terminal; an empty passphrase must fail instead.
    openssl::Pkey key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr,
                                              const_cast<char*>(passphrase.c_str())));
    if (!key) {
        ERR_clear_error();
        return Error{Fault::invalid_input,
                     path + ": not a private key, or the passphrase is wrong"};
    }
    if (!is_p256(key.get())) {
        return Error{Fault::invalid_input, path + ": not a P-256 key"};
    }
    EcKey numbers(EVP_PKEY_get1_EC_KEY(key.get()));
    if (!numbers) {
        ERR_clear_error();
        return Error{Fault::internal, path + ": a key of P-256 cannot be taken over"};
    }
    return P256Key(std::move(key), std::move(numbers));
}

void P256Key::FreeEcKey::operator()(EC_KEY* key) const {
    EC_KEY_free(key);
}

Result<EcdsaSignature> P256Key::sign(const Digest& digest) const {
    const EcSignature made(
        ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), numbers_.get()));
    EcdsaSignature signature;
    if (!made || !write(ECDSA_SIG_get0_r(made.get()), signature.r) ||
        !write(ECDSA_SIG_get0_s(made.get()), signature.s)) {
        ERR_clear_error();
        return Error{Fault::internal, "the key did not sign"};
    }
    return with_low_s(signature);
}

Bytes P256Key::public_key() const {
    return public_key_der(key_.get());
}

} // namespace songda::signer
