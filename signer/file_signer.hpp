#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "signer/signer.hpp"
#include "signer/signing_key.hpp"

namespace songda::signer {

/// Files of one department's seal. Keys are PKCS#8 PEM, P-256; encrypted ones need the passphrase.
struct SealFiles {
    DepartmentCode department;
    std::string seal_key;
    std::string seal_certificate; ///< PEM: the seal certificate first, then its issuers
    std::string qr_key;
    std::string passphrase; ///< empty: not encrypted
};

/// A key from a PKCS#8 PEM file (p256_key.hpp), with its faults.
[[nodiscard]] Result<std::unique_ptr<const SigningKey>> open_key_file(const std::string& path,
                                                                      std::string_view passphrase);

/// A signer over a cupboard of this process (seal_cupboard.hpp), all of whose keys are files.
/// Faults as of both.
[[nodiscard]] Result<std::unique_ptr<Signer>> open_file_signer(const std::vector<SealFiles>& seals,
                                                               bool production, const Clock& clock);

/// No core dumps, no tracing by others, keys in locked memory. Call before any key is read. False
/// if no memory could be locked: then keys may get into swap.
bool harden_process();

} // namespace songda::signer
