#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// Which private key of which token (RFC 7512), as the configuration names it.
struct Pkcs11Uri {
    std::string token;  ///< label of the token
    std::string serial; ///< its serial number; empty: any
    std::string object; ///< CKA_LABEL of the key; empty: any
    Bytes id;           ///< CKA_ID of the key; empty: any
};

/// Does the configuration mean a token, not a file?
[[nodiscard]] bool is_pkcs11_uri(std::string_view text);

/// Takes token, serial, object, id and type=private; a token and one of object and id must be
/// there. Everything else is refused rather than passed over, a PIN above all: the configuration is
/// read by many. Fault: invalid_input; the words never repeat a value.
[[nodiscard]] Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text);

} // namespace songda::signer
