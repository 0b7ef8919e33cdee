#pragma once

#include <string>
#include <vector>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "verifier/report.hpp"

namespace songda::verifier {

using Certificates = std::vector<openssl::Certificate>;
using RevocationList = std::unique_ptr<X509_CRL, openssl::Deleter<X509_CRL_free>>;

/// Whether a certificate is believed, and by which chain.
struct ChainVerdict {
    AxisAnswer answer;  ///< `seal_certificate_trusted` is the yes
    Certificates chain; ///< from the certificate to the root, where there is one
};

/// Whose signatures are believed: the roots that the verifier was given, and the revocation lists
/// that lay beside them. Immutable; safe to share.
class TrustStore {
public:
    /// Every PEM file (`*.pem`) of a folder is a root, every `*.crl` (PEM or DER) a revocation
    /// list. Faults: not_found, invalid_input. An empty folder gives a store that trusts nobody.
    [[nodiscard]] static Result<TrustStore> load(const std::string& folder);
    /// The roots and lists of several folders together.
    [[nodiscard]] static Result<TrustStore> load(const std::vector<std::string>& folders);
    TrustStore() = default;

    [[nodiscard]] bool empty() const { return roots_.empty(); }
    /// Is one of the roots of the SM2 suite? Else nothing is known of that suite's certificates.
    [[nodiscard]] bool knows_sm2() const { return knows_sm2_; }
    [[nodiscard]] const std::vector<RevocationList>& revocation_lists() const { return lists_; }

    /// Does a chain lead from it to a root, with no weak key or hash, each certificate valid at
    /// `at`? `others` may stand between. What it may sign is for the caller to look at. A sample
    /// certificate is not believed beside roots that are none.
    [[nodiscard]] ChainVerdict judge(X509* certificate, const Certificates& others,
                                     TimeMs at) const;

    /// The roots for OpenSSL, chains to be looked at as of `at`.
    [[nodiscard]] openssl::CertificateStore store_at(TimeMs at) const;

private:
    [[nodiscard]] Result<void> add(const std::string& folder);

    Certificates roots_;
    std::vector<RevocationList> lists_;
    bool samples_only_ = true; ///< no root is a real one
    bool knows_sm2_ = false;
};

/// Whose word counts for what.
struct Roots {
    const TrustStore& seals;
    const TrustStore& timestamps;
};

} // namespace songda::verifier
