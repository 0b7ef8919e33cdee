#include "verifier/cms_check.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/pkcs7.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::verifier {
namespace {

Error not_ours(const char* why) {
    ERR_clear_error();
    return {Fault::corrupt, why};
}

/// contentType id-data, then messageDigest, then signingCertificateV2 with the default hash and no
/// issuerSerial: 132 bytes, nothing else (RFC 5652 §11, RFC 5035 §3; no signingTime).
constexpr std::string_view content_type_hex =
    "301806092a864886f70d010903310b06092a864886f70d010701";
constexpr std::string_view digest_head_hex = "302f06092a864886f70d01090431220420";
constexpr std::string_view certificate_head_hex =
    "3037060b2a864886f70d010910022f31283026302430220420";

struct Attributes {
    Digest message_digest{};
    Digest certificate_hash{};
};

std::optional<Attributes> read_attributes(ByteView set) {
    static const Bytes head =
        *from_hex("318184" + std::string(content_type_hex) + std::string(digest_head_hex));
    static const Bytes middle = *from_hex(certificate_head_hex);
    Attributes attributes;
    const std::size_t size = head.size() + 32 + middle.size() + 32;
    if (set.size() != size || !std::equal(head.begin(), head.end(), set.begin()) ||
        !std::equal(middle.begin(), middle.end(),
                    set.begin() + static_cast<std::ptrdiff_t>(head.size() + 32))) {
        return std::nullopt;
    }
    std::copy_n(set.begin() + static_cast<std::ptrdiff_t>(head.size()), 32,
                attributes.message_digest.begin());
    std::copy_n(set.end() - 32, 32, attributes.certificate_hash.begin());
    return attributes;
}

/// The parts of a SignedData that no signature covers must be the constants that our signer writes,
/// or the same document could be spelled in many ways: version 1, SHA-256, detached id-data.
bool has_our_head(ByteView der) {
    static const Bytes type = *from_hex("06092a864886f70d010702");
    static const Bytes constants =
        *from_hex("020101310d300b0609608648016503040201300b06092a864886f70d010701");
    // Three long-form heads of four bytes each: ContentInfo, [0], SignedData.
    constexpr std::size_t type_at = 4;
    const std::size_t constants_at = type_at + type.size() + 8;
    return der.size() > constants_at + constants.size() &&
           std::equal(type.begin(), type.end(), der.begin() + type_at) &&
           std::equal(constants.begin(), constants.end(),
                      der.begin() + static_cast<std::ptrdiff_t>(constants_at));
}

Bytes issuer_and_serial(const X509* certificate) {
    const X509_NAME* const name = X509_get_issuer_name(certificate);
    const ASN1_INTEGER* const number = X509_get0_serialNumber(certificate);
    Bytes content(static_cast<std::size_t>(i2d_X509_NAME(name, nullptr)) +
                  static_cast<std::size_t>(i2d_ASN1_INTEGER(number, nullptr)));
    unsigned char* at = content.data();
    i2d_X509_NAME(name, &at);
    i2d_ASN1_INTEGER(number, &at);
    Bytes sequence = {0x30};
    if (content.size() >= 0x100) {
        sequence.push_back(0x82);
        sequence.push_back(static_cast<std::uint8_t>(content.size() >> 8U));
    } else if (content.size() >= 0x80) {
        sequence.push_back(0x81);
    }
    sequence.push_back(static_cast<std::uint8_t>(content.size()));
    append(sequence, content);
    return sequence;
}

/// The SignerInfo ends the message; written again from its parts it must be the same bytes: version
/// 1, this certificate's issuer and serial, SHA-256, the attributes, ECDSA with SHA-256, the
/// signature.
bool has_our_signer_info(ByteView der, const SignedDocument& document) {
    static const Bytes version = *from_hex("020101");
    static const Bytes digest_algorithm = *from_hex("300b0609608648016503040201");
    static const Bytes signature_algorithm = *from_hex("300a06082a8648ce3d040302");
    Bytes expected = version;
    append(expected, issuer_and_serial(document.signer.get()));
    append(expected, digest_algorithm);
    expected.push_back(0xA0);
    append(expected, ByteView(document.signed_attributes).subspan(1));
    append(expected, signature_algorithm);
    expected.push_back(0x04);
    expected.push_back(static_cast<std::uint8_t>(document.signature.size()));
    append(expected, document.signature);
    return der.size() > expected.size() &&
           std::equal(expected.rbegin(), expected.rend(), der.rbegin());
}

/// DER has one spelling: what we read must encode to what we got.
bool is_canonical(CMS_ContentInfo* cms, ByteView der) {
    unsigned char* encoded = nullptr;
    const int size = i2d_CMS_ContentInfo(cms, &encoded);
    const bool same = size > 0 && static_cast<std::size_t>(size) == der.size() &&
                      std::equal(der.begin(), der.end(), encoded);
    OPENSSL_free(encoded);
    return same;
}

/// The signed attributes as they are hashed: re-encoded as SET OF.
Bytes encode_attributes(const CMS_SignerInfo* signer) {
    STACK_OF(X509_ATTRIBUTE)* const stack = sk_X509_ATTRIBUTE_new_null();
    for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i) {
        sk_X509_ATTRIBUTE_push(stack, CMS_signed_get_attr(signer, i));
    }
    unsigned char* der = nullptr;
    const int size =
        ASN1_item_i2d(reinterpret_cast<ASN1_VALUE*>(stack), &der, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN));
    Bytes bytes(der, der + (size > 0 ? size : 0));
    OPENSSL_free(der);
    sk_X509_ATTRIBUTE_free(stack);
    return bytes;
}

} // namespace

Result<SignedDocument> read_cms(ByteView der) {
    const unsigned char* at = der.data();
    const openssl::Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
    if (!cms || at != der.data() + der.size() ||
        OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed ||
        CMS_is_detached(cms.get()) != 1 || !has_our_head(der) || !is_canonical(cms.get(), der)) {
        return not_ours("not a detached CMS SignedData");
    }
    STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms.get());
    if (sk_CMS_SignerInfo_num(signers) != 1) {
        return not_ours("not exactly one signer");
    }
    CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
    SignedDocument document;
    document.signed_attributes = encode_attributes(signer);
    const auto attributes = read_attributes(document.signed_attributes);
    if (!attributes) {
        return not_ours("not the three signed attributes");
    }
    document.message_digest = attributes->message_digest;
    STACK_OF(X509)* const certificates = CMS_get1_certs(cms.get());
    for (int i = 0; i < sk_X509_num(certificates); ++i) {
        openssl::Certificate certificate(sk_X509_value(certificates, i));
        const Digest hash = sha256(certificate_der(certificate.get()));
        if (hash == attributes->certificate_hash) {
            document.signer = std::move(certificate);
            document.signer_hash = hash;
        } else {
            document.others.push_back(std::move(certificate));
        }
    }
    sk_X509_free(certificates); // the certificates themselves have owners now
    if (!document.signer) {
        return not_ours("the signer certificate is missing");
    }
    const ASN1_OCTET_STRING* const signature = CMS_SignerInfo_get0_signature(signer);
    const unsigned char* const bytes = ASN1_STRING_get0_data(signature);
    document.signature.assign(bytes, bytes + ASN1_STRING_length(signature));
    if (!has_our_signer_info(der, document)) {
        return not_ours("a signer info that ours is not");
    }
    return document;
}

bool signature_fits(const SignedDocument& document, EVP_PKEY* key) {
    if (!is_p256(key)) {
        return false;
    }
    const Digest hash = sha256(document.signed_attributes);
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    const bool fits = context && EVP_PKEY_verify_init(context.get()) == 1 &&
                      EVP_PKEY_verify(context.get(), document.signature.data(),
                                      document.signature.size(), hash.data(), hash.size()) == 1;
    ERR_clear_error();
    return fits;
}

} // namespace songda::verifier
