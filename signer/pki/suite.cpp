#include "signer/pki/suite.hpp"

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/sm2.hpp"

namespace songda::signer {

std::string_view suite_name(Suite suite) {
    return suite == Suite::sm2 ? "sm2" : "p256";
}

std::optional<Suite> parse_suite(std::string_view name) {
    for (const Suite suite : {Suite::p256, Suite::sm2}) {
        if (suite_name(suite) == name) {
            return suite;
        }
    }
    return std::nullopt;
}

std::optional<Suite> suite_of(const EVP_PKEY* key) {
    return is_sm2(key)                      ? std::optional(Suite::sm2)
           : key != nullptr && is_p256(key) ? std::optional(Suite::p256)
                                            : std::nullopt;
}

int signature_nid(Suite suite) {
    return suite == Suite::sm2 ? NID_SM2_with_SM3 : NID_ecdsa_with_SHA256;
}

SigningContext signing_context(EVP_PKEY* key) {
    const auto suite = suite_of(key);
    SigningContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* inner = nullptr;
    const char* const hash = suite == Suite::sm2 ? "SM3" : "SHA256";
    const bool ready =
        suite && context &&
        EVP_DigestSignInit_ex(context.get(), &inner, hash, nullptr, nullptr, key, nullptr) == 1 &&
        (*suite != Suite::sm2 || EVP_PKEY_CTX_set1_id(inner, sm2_user_id.data(),
                                                      static_cast<int>(sm2_user_id.size())) == 1);
    ERR_clear_error();
    return ready ? std::move(context) : nullptr;
}

bool is_signed_by(X509* certificate, EVP_PKEY* key) {
    name_sm2_user(certificate);
    const bool holds = X509_verify(certificate, key) == 1;
    ERR_clear_error();
    return holds;
}

bool is_signed_by(X509_REQ* request, EVP_PKEY* key) {
    if (is_sm2(key)) {
        X509_REQ_set0_distinguishing_id(request, sm2_user_octets().release()); // takes it
    }
    const bool holds = X509_REQ_verify(request, key) == 1;
    ERR_clear_error();
    return holds;
}

} // namespace songda::signer
