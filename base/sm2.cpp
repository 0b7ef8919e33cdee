#include "base/sm2.hpp"

#include <optional>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "base/check.hpp"
#include "base/der.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

const EVP_MD* sm3_algorithm() {
    static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SM3", nullptr); // for the process
    SONGDA_CHECK(fetched != nullptr);
    return fetched;
}

Digest sm3_of(std::span<const ByteView> parts) {
    const DigestContext context(EVP_MD_CTX_new());
    SONGDA_CHECK(context && EVP_DigestInit_ex(context.get(), sm3_algorithm(), nullptr) == 1);
    for (const ByteView part : parts) {
        SONGDA_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    }
    Digest digest{};
    SONGDA_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
    return digest;
}

Digest sm3_of(std::initializer_list<ByteView> parts) {
    return sm3_of(std::span(parts.begin(), parts.size()));
}

/// 04 ‖ x ‖ y; nothing for a point that is not uncompressed.
std::optional<Bytes> point_of(const EVP_PKEY* key) {
    Bytes point(65);
    std::size_t size = 0;
    const bool read = EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                                      point.size(), &size) == 1 &&
                      size == point.size() && point.front() == 4;
    ERR_clear_error();
    return read ? std::optional(point) : std::nullopt;
}

/// The id's length in bits, the id, and a, b and the generator of the recommended curve (GB/T
/// 32918.5 §2): all of Z that is the same for every key.
const Bytes& identity_head() {
    static const Bytes made =
        der::join({Bytes{0x00, 0x80}, as_bytes(sm2_user_id),
                   *from_hex("fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
                             "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
                             "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
                             "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0")});
    return made;
}

} // namespace

Digest sm3(ByteView bytes) {
    return sm3_of({bytes});
}

Digest sm3(std::span<const ByteView> parts) {
    return sm3_of(parts);
}

bool is_sm2(const EVP_PKEY* key) {
    return key != nullptr && EVP_PKEY_is_a(key, "SM2") == 1;
}

Asn1Octets sm2_user_octets() {
    Asn1Octets id(ASN1_OCTET_STRING_new());
    SONGDA_CHECK(id && ASN1_OCTET_STRING_set(
                           id.get(), reinterpret_cast<const unsigned char*>(sm2_user_id.data()),
                           static_cast<int>(sm2_user_id.size())) == 1);
    return id;
}

void name_sm2_user(X509* certificate) {
    if (X509_get_signature_nid(certificate) != NID_SM2_with_SM3 ||
        X509_get0_distinguishing_id(certificate) != nullptr) {
        return;
    }
    X509_set0_distinguishing_id(certificate, sm2_user_octets().release()); // takes it
}

const Sm2Names& sm2_names() {
    static const Sm2Names made{
        *from_hex("300a06082a811ccf55018311"),
        *from_hex("300a06082a811ccf55018375"),
        *from_hex("300b06092a811ccf5501822d01"),
        *from_hex("060a2a811ccf550601040202"),
        *from_hex("060a2a811ccf550601040201"),
        *from_hex("301806092a864886f70d010903310b06092a864886f70d010701302f06092a864886f70d01090431"
                  "220420"),
        *from_hex("3043060b2a864886f70d010910022f313430323030302e300a06082a811ccf550183110420"),
    };
    return made;
}

Result<Sm2PublicKey> Sm2PublicKey::of(EVP_PKEY* key) {
    const auto point = is_sm2(key) ? point_of(key) : std::nullopt;
    if (!point) {
        return Error{Fault::invalid_input, "not an SM2 key"};
    }
    SONGDA_CHECK(EVP_PKEY_up_ref(key) == 1);
    return Sm2PublicKey(openssl::Pkey(key), sm3_of({identity_head(), ByteView(*point).subspan(1)}));
}

Digest Sm2PublicKey::hash(ByteView message) const {
    return sm3_of({identity_, message});
}

bool Sm2PublicKey::fits(ByteView message, ByteView signature) const {
    // Given the hash and no algorithm, OpenSSL checks the numbers alone and knows of no user id.
    const Digest e = hash(message);
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    const bool fits =
        context && EVP_PKEY_verify_init(context.get()) == 1 &&
        EVP_PKEY_verify(context.get(), signature.data(), signature.size(), e.data(), e.size()) == 1;
    ERR_clear_error();
    return fits;
}

} // namespace songda
