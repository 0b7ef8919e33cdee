#include "signer/key_scalar.hpp"

#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/dead_stack.hpp"
#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "signer/secret.hpp"

namespace songda::signer {
namespace {

using PrivateKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedKeyInfo = std::unique_ptr<X509_SIG, Deleter<X509_SIG_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;

constexpr std::size_t point_bytes = 65;

/// The default would ask at the terminal; an empty passphrase must fail instead.
int tell_passphrase(char* to, int size, int /*writing*/, void* passphrase) {
    const auto& text = *static_cast<const std::string_view*>(passphrase);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(text.begin(), text.end(), to);
    return static_cast<int>(text.size());
}

/// The DER of a key file; nothing of it is left when this goes.
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

std::optional<KeyCurve> curve_of(int nid) {
    return nid == NID_X9_62_prime256v1 ? std::optional(KeyCurve::p256)
           : nid == NID_sm2            ? std::optional(KeyCurve::sm2)
                                       : std::nullopt;
}

std::optional<KeyCurve> curve_of(ByteView oid) {
    static const Bytes p256 = *from_hex("06082a8648ce3d030107");
    static const Bytes sm2 = *from_hex("06082a811ccf5501822d");
    return as_text(oid) == as_text(p256)  ? std::optional(KeyCurve::p256)
           : as_text(oid) == as_text(sm2) ? std::optional(KeyCurve::sm2)
                                          : std::nullopt;
}

struct Found {
    std::optional<KeyCurve> curve;
    ByteView number;
};

/// ECPrivateKey (RFC 5915). `named`: what stands around it has said the curve.
Found read_ec_key(ByteView der, std::optional<KeyCurve> named) {
    static const Bytes version = {der::tag_integer, 1, 1};
    if (!der::enter(der, der::tag_sequence) || !der::take(der, version)) {
        return {};
    }
    const auto number = der::take_value(der, der::tag_octets);
    const auto curve = der::take_value(der, der::tag_context_0);
    if (!number || number->size() > 32) {
        return {};
    }
    const auto said = curve ? curve_of(*curve) : named;
    return {named && named != said ? std::nullopt : said, *number};
}

/// PrivateKeyInfo (RFC 5208), which wipes its content when it goes.
Found read_info(const PKCS8_PRIV_KEY_INFO* info) {
    const unsigned char* key = nullptr;
    int size = 0;
    const X509_ALGOR* algorithm = nullptr;
    if (PKCS8_pkey_get0(nullptr, &key, &size, &algorithm, info) != 1) {
        return {};
    }
    const ASN1_OBJECT* kind = nullptr;
    const void* curve = nullptr;
    int curve_type = 0;
    X509_ALGOR_get0(&kind, &curve_type, &curve, algorithm);
    const auto named = OBJ_obj2nid(kind) == NID_X9_62_id_ecPublicKey && curve_type == V_ASN1_OBJECT
                           ? curve_of(OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(curve)))
                           : std::nullopt;
    return named ? read_ec_key({key, static_cast<std::size_t>(size)}, named) : Found{};
}

PrivateKeyInfo open_info(const KeyDer& der, std::string_view passphrase) {
    const unsigned char* at = der.bytes().data();
    const auto size = static_cast<long>(der.bytes().size());
    if (der.name() == PEM_STRING_PKCS8INF) {
        return PrivateKeyInfo(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, size));
    }
    const EncryptedKeyInfo encrypted(
        der.name() == PEM_STRING_PKCS8 ? d2i_X509_SIG(nullptr, &at, size) : nullptr);
    return PrivateKeyInfo(
        encrypted && !passphrase.empty()
            ? PKCS8_decrypt(encrypted.get(), passphrase.data(), static_cast<int>(passphrase.size()))
            : nullptr);
}

} // namespace

struct KeyScalar::Memory {
    Memory(std::string_view pem, std::string_view passphrase)
        : der(pem, passphrase), info(open_info(der, passphrase)) {}

    const KeyDer der;
    const PrivateKeyInfo info; ///< null: what the file has is no such thing
};

KeyScalar::KeyScalar(std::unique_ptr<const Memory> memory) : memory_(std::move(memory)) {
    const Found found = memory_->info ? read_info(memory_->info.get())
                        : memory_->der.name() == PEM_STRING_ECPRIVATEKEY
                            ? read_ec_key(memory_->der.bytes(), std::nullopt)
                            : Found{};
    curve_ = found.curve;
    number_ = found.number;
}

KeyScalar::KeyScalar(KeyScalar&&) noexcept = default;
KeyScalar& KeyScalar::operator=(KeyScalar&&) noexcept = default;
KeyScalar::~KeyScalar() = default;

Result<KeyScalar> KeyScalar::read(const std::string& path, std::string_view passphrase) {
    const auto text = Secret::read_file(path);
    if (!text.ok()) {
        return text.error();
    }
    auto memory = std::make_unique<const Memory>(text.value().reveal(), passphrase);
    ERR_clear_error();
    wipe_dead_stack();
    const std::string& name = memory->der.name();
    const bool wrapped = name == PEM_STRING_PKCS8 || name == PEM_STRING_PKCS8INF;
    if (name.empty() || (wrapped && !memory->info)) {
        return Error{Fault::forbidden, path + ": not a private key, or the passphrase is wrong"};
    }
    return KeyScalar(std::move(memory));
}

std::optional<KeyPair> make_key_pair(const KeyScalar& scalar) {
    if (!scalar.curve()) {
        return std::nullopt;
    }
    const int nid = scalar.curve() == KeyCurve::p256 ? NID_X9_62_prime256v1 : NID_sm2;
    KeyPair pair;
    pair.group.reset(EC_GROUP_new_by_curve_name(nid));
    pair.number.reset(BN_secure_new());
    const ByteView number = scalar.number();
    const bool read =
        pair.group && pair.number &&
        BN_bin2bn(number.data(), static_cast<int>(number.size()), pair.number.get()) != nullptr;
    if (read) {
        BN_set_flags(pair.number.get(), BN_FLG_CONSTTIME);
        pair.point.reset(EC_POINT_new(pair.group.get()));
    }
    const bool whole = read && BN_is_zero(pair.number.get()) == 0 &&
                       BN_cmp(pair.number.get(), EC_GROUP_get0_order(pair.group.get())) < 0 &&
                       pair.point &&
                       EC_POINT_mul(pair.group.get(), pair.point.get(), pair.number.get(), nullptr,
                                    nullptr, nullptr) == 1;
    ERR_clear_error();
    wipe_dead_stack();
    return whole ? std::optional(std::move(pair)) : std::nullopt;
}

openssl::Pkey make_pkey(const KeyScalar& scalar) {
    const auto pair = make_key_pair(scalar);
    if (!pair) {
        return nullptr;
    }
    const bool sm2 = scalar.curve() == KeyCurve::sm2;
    std::array<std::uint8_t, point_bytes> point{};
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    const bool put =
        builder &&
        EC_POINT_point2oct(pair->group.get(), pair->point.get(), POINT_CONVERSION_UNCOMPRESSED,
                           point.data(), point.size(), nullptr) == point.size() &&
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                        sm2 ? SN_sm2 : SN_X9_62_prime256v1, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) == 1 &&
        // A number of the secure heap is kept there, and wiped with the parameters.
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, pair->number.get()) == 1;
    const Params params(put ? OSSL_PARAM_BLD_to_param(builder.get()) : nullptr);
    const openssl::PkeyContext context(
        EVP_PKEY_CTX_new_from_name(nullptr, sm2 ? "SM2" : "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get());
    }
    ERR_clear_error();
    wipe_dead_stack();
    return openssl::Pkey(key);
}

} // namespace songda::signer
