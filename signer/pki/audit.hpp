#pragma once

#include <string>
#include <vector>

#include "signer/pki/authority.hpp"

namespace songda::signer {

/// What an auditor finds in an authority's folder, whose journal `Authority::open` has checked
/// already: every certificate that was issued is there, is the one that the journal names, is
/// signed by its issuer and what its profile says; no file is there that was never issued; no key
/// was certified twice. Nobody's passphrase is needed. Empty when all is well.
[[nodiscard]] std::vector<std::string> audit(const Authority& authority);

} // namespace songda::signer
