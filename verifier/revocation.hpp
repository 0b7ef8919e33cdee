#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <openssl/ocsp.h>

#include "base/time.hpp"
#include "verifier/inspection.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

using OcspAnswer = std::unique_ptr<OCSP_BASICRESP, openssl::Deleter<OCSP_BASICRESP_free>>;

/// Answers and lists of a file, read once: a file from anybody may have many, and large ones.
struct StatusProofs {
    std::vector<OcspAnswer> answers;
    std::vector<RevocationList> lists;

    /// Takes an answer or a list in; false if it cannot be read to its last byte.
    [[nodiscard]] bool add(const Evidence& item);
};

/// What is at hand about revoked certificates.
struct RevocationSources {
    std::span<const Evidence> evidence;    ///< of the file
    std::span<const RevocationList> lists; ///< of the message
    const TrustStore& trust;               ///< with its own lists
    bool own_lists = true;                 ///< are they asked?
    std::span<const OcspAnswer> answers{};
};

struct RevocationVerdict {
    Revocation state = Revocation::unknown;
    std::optional<TimeMs> revoked_at;

    /// Revoked, and not known to be so only after `when`.
    [[nodiscard]] bool revoked_by(TimeMs when) const {
        return state == Revocation::revoked && !(revoked_at && when < *revoked_at);
    }
};

/// Was the first certificate of `chain` revoked by `when`, as far as `sources` know at `now`? Only
/// lists and answers that its own issuer signed count (RFC 5280 §6.3, RFC 6960 §4.2.2.2), and
/// `good` only such as were current at `when`, or later. A certificate that is revoked stays so.
[[nodiscard]] RevocationVerdict find_revocation(const Certificates& chain,
                                                const RevocationSources& sources, TimeMs when,
                                                TimeMs now);

/// How a chain stood at a time, all of it but the root.
struct ChainStanding {
    RevocationVerdict first;   ///< of the first certificate
    RevocationVerdict revoked; ///< which certificate was first, if one was
    /// Each certificate that names a place to ask has an answer among the proofs which is good for
    /// that time: nobody need be asked.
    bool proven = false;
};
[[nodiscard]] ChainStanding find_standing(const Certificates& chain, const StatusProofs& proofs,
                                          const TrustStore& trust, TimeMs when, TimeMs now);

/// The chain from its certificate at `from` on.
[[nodiscard]] Certificates chain_from(const Certificates& chain, std::size_t from);

} // namespace songda::verifier
