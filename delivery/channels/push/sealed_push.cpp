#include "delivery/channels/push/sealed_push.hpp"

#include <array>
#include <optional>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "base/sha256.hpp"

namespace songda::delivery::push {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

constexpr std::size_t key_bytes = 16;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::array<std::uint8_t, 4> record_size = {0, 0, 0x10, 0};
constexpr std::uint8_t last_record = 2;

/// HKDF (RFC 5869) with SHA-256, of which one block is always enough here.
Digest hkdf(ByteView salt, ByteView secret, Bytes info) {
    const Digest key = hmac_sha256(salt, secret);
    info.push_back(1);
    return hmac_sha256(key, info);
}

Bytes info_of(std::string_view text) {
    Bytes info;
    append(info, text);
    info.push_back(0);
    return info;
}

openssl::Pkey parse_point(ByteView point) {
    const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    std::string group = "P-256";
    Bytes bytes(point.begin(), point.end());
    std::array<OSSL_PARAM, 3> fields = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    const bool done =
        point.size() == point_bytes && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, fields.data()) == 1;
    openssl::Pkey key(done ? made : nullptr);
    ERR_clear_error();
    return key;
}

std::optional<Digest> agree(EVP_PKEY* own, EVP_PKEY* other) {
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(own, nullptr));
    Digest shared{};
    std::size_t size = shared.size();
    // It checks that the other's point is on the curve (NIST SP 800-56A §5.6.2.3).
    const bool done = context && EVP_PKEY_derive_init(context.get()) == 1 &&
                      EVP_PKEY_derive_set_peer(context.get(), other) == 1 &&
                      EVP_PKEY_derive(context.get(), shared.data(), &size) == 1 &&
                      size == shared.size();
    ERR_clear_error();
    return done ? std::optional(shared) : std::nullopt;
}

/// AES-128-GCM of `text` and the byte that says that no record follows, with its tag.
std::optional<Bytes> encrypt(const Digest& key, const Digest& nonce, ByteView text) {
    static_assert(sizeof(Digest) >= key_bytes && sizeof(Digest) >= nonce_bytes);
    Bytes plain(text.begin(), text.end());
    plain.push_back(last_record);
    Bytes out(plain.size() + tag_bytes);
    const CipherContext context(EVP_CIPHER_CTX_new());
    int size = 0;
    int rest = 0;
    const bool done = context &&
                      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(),
                                         nonce.data()) == 1 &&
                      EVP_EncryptUpdate(context.get(), out.data(), &size, plain.data(),
                                        static_cast<int>(plain.size())) == 1 &&
                      EVP_EncryptFinal_ex(context.get(), out.data() + size, &rest) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                                          out.data() + plain.size()) == 1;
    ERR_clear_error();
    return done ? std::optional(std::move(out)) : std::nullopt;
}

Error not_sealed() {
    return {Fault::internal, "a push message was not encrypted"};
}

} // namespace

bool is_point(ByteView bytes) {
    return parse_point(bytes) != nullptr;
}

Bytes point_of(const EVP_PKEY* key) {
    unsigned char* encoded = nullptr;
    const std::size_t size =
        key == nullptr ? 0 : EVP_PKEY_get1_encoded_public_key(const_cast<EVP_PKEY*>(key), &encoded);
    Bytes point;
    if (size == point_bytes) {
        point.assign(encoded, encoded + size);
    }
    OPENSSL_free(encoded);
    ERR_clear_error();
    return point;
}

openssl::Pkey make_sender_key() {
    openssl::Pkey key(EVP_EC_gen("P-256"));
    ERR_clear_error();
    return key;
}

Result<Bytes> seal_push(ByteView text, const Reader& reader, EVP_PKEY* sender, ByteView salt) {
    const openssl::Pkey other = parse_point(reader.key);
    if (!other || reader.secret.size() != secret_bytes || text.size() > text_bytes_max) {
        return Error{Fault::invalid_input, "a push message or its subscription"};
    }
    const Bytes own = point_of(sender);
    const auto shared = own.empty() ? std::nullopt : agree(sender, other.get());
    if (!shared || salt.size() != salt_bytes) {
        return not_sealed();
    }
    Bytes parties = info_of("WebPush: info");
    append(parties, reader.key);
    append(parties, ByteView(own));
    const Digest secret = hkdf(reader.secret, *shared, std::move(parties));
    const auto sealed = encrypt(hkdf(salt, secret, info_of("Content-Encoding: aes128gcm")),
                                hkdf(salt, secret, info_of("Content-Encoding: nonce")), text);
    if (!sealed) {
        return not_sealed();
    }
    Bytes body(salt.begin(), salt.end());
    append(body, ByteView(record_size));
    body.push_back(static_cast<std::uint8_t>(own.size()));
    append(body, ByteView(own));
    append(body, ByteView(*sealed));
    return body;
}

} // namespace songda::delivery::push
