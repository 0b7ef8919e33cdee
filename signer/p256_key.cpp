// ECDSA_do_sign is deprecated in OpenSSL 3.0, but gives the two numbers: EVP writes them as DER,
// which is read again at once, and looks the algorithm up for each signature (a thirtieth of its
// time).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signer/p256_key.hpp"

#include <algorithm>
#include <array>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "signer/secret.hpp"

namespace songda::signer {
namespace {

using EcSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

/// The default would ask at the terminal; an empty passphrase must fail instead.
int tell_passphrase(char* to, int size, int /*writing*/, void* passphrase) {
    const auto& text = *static_cast<const std::string_view*>(passphrase);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(text.begin(), text.end(), to);
    return static_cast<int>(text.size());
}

using EcKey = P256Key::EcKey;
using PrivateKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedKeyInfo = std::unique_ptr<X509_SIG, Deleter<X509_SIG_free>>;

EcKey make_key(ByteView scalar) {
    EcKey key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
    const std::unique_ptr<BIGNUM, Deleter<BN_clear_free>> number(BN_secure_new());
    if (!key || !number ||
        BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), number.get()) == nullptr) {
        return nullptr;
    }
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    const EC_GROUP* const group = EC_KEY_get0_group(key.get());
    const std::unique_ptr<EC_POINT, Deleter<EC_POINT_free>> point(EC_POINT_new(group));
    const bool whole =
        point && EC_POINT_mul(group, point.get(), number.get(), nullptr, nullptr, nullptr) == 1 &&
        EC_KEY_set_private_key(key.get(), number.get()) == 1 &&
        EC_KEY_set_public_key(key.get(), point.get()) == 1 && EC_KEY_check_key(key.get()) == 1;
    return whole ? std::move(key) : nullptr;
}

/// ECPrivateKey (RFC 5915). `named`: what stands around it has said the curve.
EcKey read_ec_key(ByteView der, bool named) {
    static const Bytes version = {der::tag_integer, 1, 1};
    static const Bytes p256 = *from_hex("06082a8648ce3d030107");
    if (!der::enter(der, der::tag_sequence) || !der::take(der, version)) {
        return nullptr;
    }
    const auto scalar = der::take_value(der, der::tag_octets);
    const auto curve = der::take_value(der, der::tag_context_0);
    if (!scalar || scalar->size() > 32 ||
        (curve ? !std::equal(curve->begin(), curve->end(), p256.begin(), p256.end()) : !named)) {
        return nullptr;
    }
    return make_key(*scalar);
}

/// PrivateKeyInfo (RFC 5208), which wipes its content when it goes.
EcKey read_info(const PrivateKeyInfo& info) {
    const unsigned char* key = nullptr;
    int size = 0;
    const X509_ALGOR* algorithm = nullptr;
    if (!info || PKCS8_pkey_get0(nullptr, &key, &size, &algorithm, info.get()) != 1) {
        return nullptr;
    }
    const ASN1_OBJECT* kind = nullptr;
    const void* curve = nullptr;
    int curve_type = 0;
    X509_ALGOR_get0(&kind, &curve_type, &curve, algorithm);
    const bool fits = OBJ_obj2nid(kind) == NID_X9_62_id_ecPublicKey &&
                      curve_type == V_ASN1_OBJECT &&
                      OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(curve)) == NID_X9_62_prime256v1;
    return fits ? read_ec_key({key, static_cast<std::size_t>(size)}, true) : nullptr;
}

/// The DER of a key file; nothing of it is left when this goes. OpenSSL's own reading of a whole
/// key lets copies go in the ordinary heap without wiping them (secret_test.cpp).
class KeyDer {
public:
    KeyDer(std::string_view pem, std::string_view passphrase) {
        const openssl::Bio file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
        char* name = nullptr;
        long size = 0;
        if (PEM_bytes_read_bio_secmem(&der_, &size, &name, PEM_STRING_EVP_PKEY, file.get(),
                                      &tell_passphrase, &passphrase) == 1) {
            size_ = static_cast<std::size_t>(size);
            name_ = name;
            OPENSSL_secure_free(name);
        }
    }
    KeyDer(const KeyDer&) = delete;
    KeyDer& operator=(const KeyDer&) = delete;
    ~KeyDer() { OPENSSL_secure_clear_free(der_, size_); }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] ByteView bytes() const { return {der_, size_}; }

private:
    unsigned char* der_ = nullptr;
    std::size_t size_ = 0;
    std::string name_; ///< empty: there is no key in the file
};

Result<EcKey> read_key(const std::string& path, std::string_view pem, std::string_view passphrase) {
    const Error no_key{Fault::invalid_input,
                       path + ": not a private key, or the passphrase is wrong"};
    const KeyDer der(pem, passphrase);
    const unsigned char* at = der.bytes().data();
    const auto size = static_cast<long>(der.bytes().size());
    EcKey key;
    if (der.name() == PEM_STRING_PKCS8) {
        const EncryptedKeyInfo encrypted(d2i_X509_SIG(nullptr, &at, size));
        const PrivateKeyInfo info(encrypted && !passphrase.empty()
                                      ? PKCS8_decrypt(encrypted.get(), passphrase.data(),
                                                      static_cast<int>(passphrase.size()))
                                      : nullptr);
        if (!info) {
            return no_key;
        }
        key = read_info(info);
    } else if (der.name() == PEM_STRING_PKCS8INF) {
        key = read_info(PrivateKeyInfo(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, size)));
    } else if (der.name() == PEM_STRING_ECPRIVATEKEY) {
        key = read_ec_key(der.bytes(), false);
    } else if (der.name().empty()) {
        return no_key;
    }
    return key ? Result<EcKey>(std::move(key))
               : Result<EcKey>(Error{Fault::invalid_input, path + ": not a P-256 key"});
}

bool write(const BIGNUM* number, std::array<std::uint8_t, 32>& to) {
    const int size = static_cast<int>(to.size());
    return BN_bn2binpad(number, to.data(), size) == size;
}

} // namespace

Result<P256Key> P256Key::read(const std::string& path, std::string_view passphrase) {
    const auto text = Secret::read_file(path);
    if (!text.ok()) {
        return text.error();
    }
    auto key = read_key(path, text.value().reveal(), passphrase);
    ERR_clear_error();
    if (!key.ok()) {
        return key.error();
    }
    unsigned char* spki = nullptr;
    const int size = i2d_EC_PUBKEY(key.value().get(), &spki);
    if (size <= 0) {
        ERR_clear_error();
        return Error{Fault::internal, path + ": its public half cannot be written"};
    }
    P256Key made(std::move(key).value(), Bytes(spki, spki + size));
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
