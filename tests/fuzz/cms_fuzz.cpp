// sources: verifier/cms_check.cpp verifier/cms_parts.cpp base/certificate.cpp
// The CMS reader on any bytes. What it accepts OpenSSL reads as the same message: a detached
// SignedData with one signer whose DER is, byte for byte, this one; and its certificate is really
// the one that the signed attributes name.
#include "verifier/cms_check.hpp"

#include <openssl/cms.h>

#include "base/certificate.hpp"
#include "base/check.hpp"
#include "base/sha256.hpp"

namespace songda {
namespace {

void openssl_agrees(ByteView der, const verifier::SignedDocument& document) {
    const unsigned char* at = der.data();
    const openssl::Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
    SONGDA_CHECK(cms && at == der.data() + der.size());
    SONGDA_CHECK(OBJ_obj2nid(CMS_get0_type(cms.get())) == NID_pkcs7_signed);
    SONGDA_CHECK(CMS_is_detached(cms.get()) == 1);
    STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms.get());
    SONGDA_CHECK(sk_CMS_SignerInfo_num(signers) == 1);
    CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
    SONGDA_CHECK(CMS_signed_get_attr_count(signer) == 3);
    SONGDA_CHECK(CMS_unsigned_get_attr_count(signer) <= 0);
    SONGDA_CHECK(CMS_SignerInfo_cert_cmp(signer, document.signer.get()) == 0);
    unsigned char* encoded = nullptr;
    const int size = i2d_CMS_ContentInfo(cms.get(), &encoded);
    SONGDA_CHECK(size > 0 && as_text({encoded, static_cast<std::size_t>(size)}) == as_text(der));
    OPENSSL_free(encoded);
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView der(data, size);
    const auto document = verifier::read_cms(der);
    if (!document.ok()) {
        SONGDA_CHECK(document.error().fault == Fault::corrupt);
        return 0;
    }
    X509* const signer = document.value().signer.get();
    SONGDA_CHECK(sha256(certificate_der(signer)) == document.value().signer_hash);
    openssl_agrees(der, document.value());
    (void)is_seal_certificate(signer);
    (void)verifier::signature_fits(document.value(), X509_get0_pubkey(signer));
    return 0;
}
