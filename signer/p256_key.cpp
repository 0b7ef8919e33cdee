// ECDSA_do_sign is deprecated in OpenSSL 3.0, but gives the two numbers: EVP writes them as DER,
// which is read again at once, and looks the algorithm up for each signature (a thirtieth of its
// time).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signer/p256_key.hpp"

#include <array>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "signer/key_scalar.hpp"

namespace songda::signer {
namespace {

using EcSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

using EcKey = P256Key::EcKey;

EcKey make_key(const KeyScalar& scalar) {
    const auto pair = scalar.curve() == KeyCurve::p256 ? make_key_pair(scalar) : std::nullopt;
    EcKey key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
    const bool whole = pair && key && EC_KEY_set_private_key(key.get(), pair->number.get()) == 1 &&
                       EC_KEY_set_public_key(key.get(), pair->point.get()) == 1 &&
                       EC_KEY_check_key(key.get()) == 1;
    return whole ? std::move(key) : nullptr;
}

bool write(const BIGNUM* number, std::array<std::uint8_t, 32>& to) {
    const int size = static_cast<int>(to.size());
    return BN_bn2binpad(number, to.data(), size) == size;
}

} // namespace

Result<P256Key> P256Key::read(const std::string& path, std::string_view passphrase) {
    const auto scalar = KeyScalar::read(path, passphrase);
    if (!scalar.ok()) {
        return scalar.error();
    }
    EcKey key = make_key(scalar.value());
    ERR_clear_error();
    if (!key) {
        return Error{Fault::invalid_input, path + ": not a P-256 key"};
    }
    unsigned char* spki = nullptr;
    const int size = i2d_EC_PUBKEY(key.get(), &spki);
    if (size <= 0) {
        ERR_clear_error();
        return Error{Fault::internal, path + ": its public half cannot be written"};
    }
    P256Key made(std::move(key), Bytes(spki, spki + size));
    OPENSSL_free(spki);
    return made;
}

void P256Key::FreeEcKey::operator()(EC_KEY* key) const {
    EC_KEY_free(key);
}

Result<EcdsaSignature> P256Key::sign(const Digest& digest) const {
    const EcSignature made(
        ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), key_.get()));
    EcdsaSignature signature;
    if (!made || !write(ECDSA_SIG_get0_r(made.get()), signature.r) ||
        !write(ECDSA_SIG_get0_s(made.get()), signature.s)) {
        ERR_clear_error();
        return Error{Fault::internal, "the key did not sign"};
    }
    return with_low_s(signature);
}

Bytes P256Key::public_key() const {
    return public_key_;
}

} // namespace songda::signer
