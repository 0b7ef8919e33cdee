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
        CMS_is_detached(cms.get()) != 1) {
        return not_ours("not a detached CMS SignedData");
    }
    STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms.get());
    if (sk_CMS_SignerInfo_num(signers) != 1) {
        return not_ours("not exactly one signer");
    }
    CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
    if (CMS_unsigned_get_attr_count(signer) > 0) {
        return not_ours("unsigned attributes");
    }
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
        if (hash == attributes->certificate_hash &&
            CMS_SignerInfo_cert_cmp(signer, certificate.get()) == 0) {
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
