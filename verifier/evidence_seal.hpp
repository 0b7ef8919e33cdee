#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

/// What the seals and time-stamps of a package of evidence are worth (docs/formats/evidence.md).
/// Pure; for bytes from anybody.
namespace songda::verifier {

struct EvidenceSealVerdict {
    Answer answer = Answer::no;
    Reason reason = Reason::signature_wrong;
    std::string who;      ///< fit to be shown; empty: nobody's name can be read
    Digest certificate{}; ///< SHA-256 of the signer's, once it signed those bytes
};

/// Does the seal sign those bytes, and does a chain lead from its certificate, which seals and was
/// not revoked, to a root? Judged at `proven`, before which something else proves that it was made,
/// or at `now`: then a certificate that was ever revoked seals nothing.
[[nodiscard]] EvidenceSealVerdict judge_evidence_seal(ByteView seal, ByteView about,
                                                      std::optional<TimeMs> proven,
                                                      const TrustStore& trust, TimeMs now);

struct EvidenceTokenVerdict {
    Answer answer = Answer::no;
    Reason reason = Reason::altered;
    TimeMs time;           ///< proven if the answer is yes
    std::string authority; ///< fit to be shown
};

/// Is the token about those bytes, by an authority under a root that was not revoked? As of `now`,
/// since nothing proves when the token itself was made.
[[nodiscard]] EvidenceTokenVerdict judge_evidence_token(ByteView token, ByteView about,
                                                        const TrustStore& trust, TimeMs now);

} // namespace songda::verifier
