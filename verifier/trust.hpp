#pragma once

#include <string>
#include <vector>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "verifier/cms_check.hpp"

namespace songda::verifier {

/// Whose seals are believed: the roots that the verifier was given. Immutable; safe to share.
class TrustStore {
public:
    /// Every PEM file of a folder is a root. Faults: not_found, invalid_input. An empty folder
    /// gives a store that trusts nobody.
    [[nodiscard]] static Result<TrustStore> load(const std::string& folder);
    TrustStore() = default;

    [[nodiscard]] bool empty() const { return roots_.empty(); }

    /// Is the signer a seal certificate (base/certificate.hpp) from which a chain leads to a root,
    /// each certificate valid at `at`?
    [[nodiscard]] bool trusts(const SignedDocument& document, TimeMs at) const;

    /// The roots for OpenSSL, chains to be looked at as of `at`.
    [[nodiscard]] openssl::CertificateStore store_at(TimeMs at) const;

private:
    std::vector<openssl::Certificate> roots_;
};

} // namespace songda::verifier
