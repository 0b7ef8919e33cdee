#pragma once

#include "base/bytes.hpp"

namespace songda {

/// What proves that a signature's certificate was good: a certificate (RFC 5280), a revocation list
/// (RFC 5280) or an OCSPResponse (RFC 6960), DER. As bytes; nothing is verified.
struct Evidence {
    enum class Kind { certificate, crl, ocsp };
    Kind kind = Kind::certificate;
    Bytes der;
    bool operator==(const Evidence&) const = default;
};

} // namespace songda
