#include "signer/pki/outside.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "base/sm2.hpp"

namespace songda::signer {
namespace {

using Chain =
    std::unique_ptr<STACK_OF(X509), Deleter<[](STACK_OF(X509) * all) { sk_X509_free(all); }>>;

Error refused(std::string why) {
    ERR_clear_error();
    return Error{Fault::invalid_input, "the certificate " + std::move(why)};
}

/// Empty when a chain leads to a root; else what openssl says.
std::string chain_fault(const OutsideCertificate& given, TimeMs now) {
    const openssl::CertificateStore store(X509_STORE_new());
    for (const X509* const root : given.roots) {
        name_sm2_user(const_cast<X509*>(root));
        X509_STORE_add_cert(store.get(), const_cast<X509*>(root));
    }
    const Chain between(sk_X509_new_null());
    for (const X509* const each : given.chain) {
        name_sm2_user(const_cast<X509*>(each));
        sk_X509_push(between.get(), const_cast<X509*>(each));
    }
    name_sm2_user(const_cast<X509*>(given.certificate));
    const openssl::CertificateStoreContext context(X509_STORE_CTX_new());
    if (X509_STORE_CTX_init(context.get(), store.get(), const_cast<X509*>(given.certificate),
                            between.get()) != 1) {
        return "cannot be checked";
    }
    X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(now.value / 1000));
    // OpenSSL 3.0 has no purpose for documentSigning; the uses are looked at beside this.
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
    return X509_verify_cert(context.get()) == 1
               ? std::string()
               : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

} // namespace

Result<void> check_outside(const OutsideCertificate& given, TimeMs now) {
    if (X509_check_private_key(given.certificate, given.key) != 1) {
        return refused("belongs to another key");
    }
    const Validity validity = validity_of(given.certificate);
    if (now < validity.not_before || validity.not_after < now) {
        return Error{Fault::forbidden, "the certificate is not valid now"};
    }
    if (given.profile == Profile::timestamp && !is_timestamp_certificate(given.certificate)) {
        return refused("is not for time-stamps alone, critically (RFC 3161 §2.3)");
    }
    if (given.profile == Profile::seal) {
        if (!is_seal_certificate(given.certificate)) {
            return refused("is not for sealing documents (digitalSignature with nonRepudiation, "
                           "documentSigning)");
        }
        const std::string named = subject_text(given.certificate, "organizationIdentifier");
        if (!named.empty() && !named.ends_with(given.department)) {
            return refused("names another department");
        }
    }
    const std::string fault = chain_fault(given, now);
    return fault.empty() ? Result<void>() : refused("has no chain to a trusted root: " + fault);
}

} // namespace songda::signer
