#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "signer/signer.hpp"

namespace songda::signer {

/// Files of one department's seal. Keys are PKCS#8 PEM, P-256; encrypted ones need the passphrase.
struct SealFiles {
    DepartmentCode department;
    std::string seal_key;
    std::string seal_certificate; ///< PEM: the seal certificate first, then its issuers
    std::string qr_key;
    std::string passphrase; ///< empty: not encrypted
};

/// Keys from files, parsed once, in OpenSSL's secure heap. Each thread keeps one context per key.
/// Production refuses sample keys here, at start (design §7.11).
/// Faults: not_found (file), invalid_input (not P-256, key and certificate differ, not a
/// seal certificate, another department's, a department twice, sample key in production), forbidden
/// (certificate not valid now).
[[nodiscard]] Result<std::unique_ptr<Signer>> open_file_signer(const std::vector<SealFiles>& seals,
                                                               bool production, const Clock& clock);

/// No core dumps, no tracing by others, keys in locked memory. Call once before any key is read.
void harden_process();

} // namespace songda::signer
