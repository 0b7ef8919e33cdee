#pragma once

#include <optional>
#include <span>

#include "base/time.hpp"
#include "verifier/inspection.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// What is at hand about revoked certificates.
struct RevocationSources {
    std::span<const Evidence> evidence;    ///< of the file
    std::span<const RevocationList> lists; ///< of the message
    const TrustStore& trust;               ///< with its own lists
};

struct RevocationVerdict {
    Revocation state = Revocation::unknown;
    std::optional<TimeMs> revoked_at;
};

/// Was the first certificate of `chain` revoked by `when`, as far as `sources` know at `now`? Only
/// lists and answers that its own issuer signed count (RFC 5280 §6.3, RFC 6960 §4.2.2.2), and
/// `good` only such as were current at `when`, or later. A certificate that is revoked stays so.
[[nodiscard]] RevocationVerdict find_revocation(const Certificates& chain,
                                                const RevocationSources& sources, TimeMs when,
                                                TimeMs now);

} // namespace songda::verifier
