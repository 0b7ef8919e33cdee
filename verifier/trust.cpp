#include "verifier/trust.hpp"

#include <algorithm>
#include <filesystem>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "base/certificate.hpp"
#include "base/sm2.hpp"

namespace songda::verifier {
namespace {

/// OpenSSL's level of 112 bits: RSA from 2048 on, no SHA-1 in a chain.
constexpr int security_level = 2;

Result<RevocationList> read_list(const std::string& path) {
    const openssl::Bio file(BIO_new_file(path.c_str(), "r"));
    RevocationList list(file ? PEM_read_bio_X509_CRL(file.get(), nullptr, nullptr, nullptr)
                             : nullptr);
    if (file && !list && BIO_reset(file.get()) == 0) {
        list.reset(d2i_X509_CRL_bio(file.get(), nullptr));
    }
    ERR_clear_error();
    if (!list) {
        return Error{Fault::invalid_input, path + ": is no revocation list"};
    }
    return list;
}

/// Paths of a folder with that ending, in order. Nothing if it cannot be read.
std::optional<std::vector<std::string>> files_of(const std::string& folder, const char* ending) {
    std::error_code failure;
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        if (entry.path().extension() == ending) {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return failure ? std::nullopt : std::optional(std::move(paths));
}

Reason reason_of(int openssl_error) {
    switch (openssl_error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return Reason::certificate_untrusted;
    default: return Reason::chain_wrong;
    }
}

Certificates chain_of(X509_STORE_CTX* context) {
    Certificates chain;
    STACK_OF(X509)* const found = X509_STORE_CTX_get0_chain(context);
    for (int at = 0; at < sk_X509_num(found); ++at) {
        X509* const each = sk_X509_value(found, at);
        X509_up_ref(each);
        chain.emplace_back(each);
    }
    return chain;
}

/// The first certificate that is not valid at that time decides.
std::optional<Reason> out_of_time(const Certificates& chain, TimeMs at) {
    for (const auto& certificate : chain) {
        const Validity validity = validity_of(certificate.get());
        if (at < validity.not_before) {
            return Reason::certificate_not_yet_valid;
        }
        if (validity.not_after < at) {
            return Reason::certificate_expired;
        }
    }
    return std::nullopt;
}

} // namespace

Result<TrustStore> TrustStore::load(const std::string& folder) {
    return load(std::vector<std::string>{folder});
}

Result<TrustStore> TrustStore::load(const std::vector<std::string>& folders) {
    TrustStore store;
    for (const std::string& folder : folders) {
        const auto added = store.add(folder);
        if (!added.ok()) {
            return added.error();
        }
    }
    return store;
}

Result<void> TrustStore::add(const std::string& folder) {
    const auto roots = files_of(folder, ".pem");
    const auto lists = files_of(folder, ".crl");
    if (!roots || !lists) {
        return Error{Fault::not_found, folder + ": cannot be read"};
    }
    for (const std::string& path : *roots) {
        auto certificates = read_certificates(path);
        if (!certificates.ok()) {
            return certificates.error();
        }
        for (auto& certificate : certificates.value()) {
            name_sm2_user(certificate.get());
            knows_sm2_ = knows_sm2_ || is_sm2(X509_get0_pubkey(certificate.get()));
            samples_only_ = samples_only_ && is_sample_certificate(certificate.get());
            roots_.push_back(std::move(certificate));
        }
    }
    for (const std::string& path : *lists) {
        auto list = read_list(path);
        if (!list.ok()) {
            return list.error();
        }
        lists_.push_back(std::move(list).value());
    }
    return {};
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

ChainVerdict TrustStore::judge(X509* certificate, const Certificates& others, TimeMs at) const {
    ChainVerdict verdict{{Answer::no, Reason::certificate_untrusted, at}, {}};
    if (roots_.empty()) {
        verdict.answer = {Answer::unknown, Reason::no_trust_list, at};
        return verdict;
    }
    const openssl::CertificateStore store = store_at(at);
    name_sm2_user(certificate);
    STACK_OF(X509)* const between = sk_X509_new_null();
    for (const auto& other : others) {
        name_sm2_user(other.get());
        sk_X509_push(between, other.get());
    }
    const openssl::CertificateStoreContext context(X509_STORE_CTX_new());
    bool trusted = X509_STORE_CTX_init(context.get(), store.get(), certificate, between) == 1;
    if (trusted) {
        X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
        // OpenSSL 3.0 has no purpose for documentSigning; the caller looks at the usage. Time is
        // looked at below, so that what is only out of date is told from what is foreign.
        X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
        X509_VERIFY_PARAM_clear_flags(parameters, X509_V_FLAG_USE_CHECK_TIME); // would win
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
        X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
        trusted = X509_verify_cert(context.get()) == 1;
        verdict.answer.reason = reason_of(X509_STORE_CTX_get_error(context.get()));
    }
    if (trusted) {
        verdict.chain = chain_of(context.get());
        const auto late = out_of_time(verdict.chain, at);
        verdict.answer = late ? AxisAnswer{Answer::unknown, *late, at}
                              : AxisAnswer{Answer::yes, Reason::seal_certificate_trusted, at};
        if (!samples_only_ && is_sample_certificate(certificate)) {
            verdict.answer = {Answer::no, Reason::sample_certificate, at};
        }
    }
    sk_X509_free(between);
    ERR_clear_error();
    return verdict;
}

} // namespace songda::verifier
