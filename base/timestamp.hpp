#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace songda {

/// A time-stamp token (RFC 3161) that was checked: what it says, and who says it.
struct TimestampProof {
    Bytes token; ///< DER ContentInfo, as PAdES keeps it
    TimeMs time;
    std::string policy;    ///< dotted numbers
    std::string authority; ///< common name of the certificate that signed it
    TimeMs certificate_ends;
};

} // namespace songda
