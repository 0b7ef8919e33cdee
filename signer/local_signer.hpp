#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "signer/signer.hpp"
#include "signer/signing_key.hpp"

namespace songda::signer {

/// One department's seal: its keys, wherever they are kept, and the file of its certificate.
struct SealKeys {
    DepartmentCode department;
    std::unique_ptr<const SigningKey> document_key;
    std::string certificate; ///< PEM: the seal certificate first, then its issuers
    std::unique_ptr<const SigningKey> qr_key;
};

/// Signs in this process with whatever keys it is given. Production refuses sample keys here, at
/// start (design §7.11). The clock outlives it.
/// Faults: not_found (file), invalid_input (key and certificate differ, not a seal certificate,
/// another department's, a department twice, sample key in production), forbidden (certificate not
/// valid now).
[[nodiscard]] Result<std::unique_ptr<Signer>>
open_local_signer(std::vector<SealKeys> seals, bool production, const Clock& clock);

} // namespace songda::signer
