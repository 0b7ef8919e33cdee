#pragma once

#include <string>
#include <vector>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "signer/pki/profile.hpp"

namespace songda::signer {

/// A certificate that an outside authority made for a key of ours, with what came beside it.
struct OutsideCertificate {
    const X509* certificate;
    std::vector<const X509*> chain; ///< authorities between it and the root
    std::vector<const X509*> roots; ///< those that we trust
    EVP_PKEY* key;
    Profile profile = Profile::seal; ///< seal or timestamp
    std::string department;          ///< of a seal
};

/// May the service work with it? Another authority's profile is its own affair, so only what the
/// service and the verifiers rest on is asked for: the key, a chain to a trusted root, uses, the
/// department, validity now. Faults: invalid_input (which of them is not so), forbidden (not valid
/// now).
[[nodiscard]] Result<void> check_outside(const OutsideCertificate& given, TimeMs now);

} // namespace songda::signer
