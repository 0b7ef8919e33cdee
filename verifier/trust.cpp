#include "verifier/trust.hpp"

#include <algorithm>
#include <filesystem>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "base/certificate.hpp"

namespace songda::verifier {

Result<TrustStore> TrustStore::load(const std::string& folder) {
    std::error_code failure;
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        if (entry.path().extension() == ".pem") {
            paths.push_back(entry.path().string());
        }
    }
    if (failure) {
        return Error{Fault::not_found, folder + ": cannot be read"};
    }
    std::sort(paths.begin(), paths.end());
    TrustStore store;
    for (const std::string& path : paths) {
        auto certificates = read_certificates(path);
        if (!certificates.ok()) {
            return certificates.error();
        }
        for (auto& certificate : certificates.value()) {
            store.roots_.push_back(std::move(certificate));
        }
    }
    return store;
}

openssl::CertificateStore TrustStore::store_at(TimeMs at) const {
    openssl::CertificateStore store(X509_STORE_new());
    for (const auto& root : roots_) {
        X509_STORE_add_cert(store.get(), root.get());
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()),
                               static_cast<time_t>(at.value / 1000));
    return store;
}

bool TrustStore::trusts(const SignedDocument& document, TimeMs at) const {
    if (!is_seal_certificate(document.signer.get())) {
        return false;
    }
    const openssl::CertificateStore store = store_at(at);
    STACK_OF(X509)* const others = sk_X509_new_null();
    for (const auto& other : document.others) {
        sk_X509_push(others, other.get());
    }
    const openssl::CertificateStoreContext context(X509_STORE_CTX_new());
    bool trusted =
        X509_STORE_CTX_init(context.get(), store.get(), document.signer.get(), others) == 1;
    if (trusted) {
        X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
        // OpenSSL 3.0 has no purpose for documentSigning; is_seal_certificate looked at the usage.
        X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
        trusted = X509_verify_cert(context.get()) == 1;
    }
    sk_X509_free(others);
    ERR_clear_error();
    return trusted;
}

} // namespace songda::verifier
