#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "verifier/signed_ranges.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// More than any answer with a chain of certificates.
inline constexpr std::size_t timestamp_reply_bytes_max = 64U << 10U;

/// What an answer must fit.
struct TimestampDemand {
    ByteView request; ///< the TimeStampReq that was sent: imprint, nonce and policy bind the answer
    TimeMs at;        ///< our clock when the answer came
    std::int64_t tolerance_ms = 0; ///< how far its time may be from `at`
};

/// What a token must fit that is kept with what it is about.
struct TokenDemand {
    SignedRanges about; ///< by whichever of SHA-256, 384 and 512 the token names
    TimeMs at;          ///< when its certificates are to be valid
};

struct TokenVerdict {
    bool fits = false;           ///< a token about those bytes; nothing more is known
    TimestampProof claimed;      ///< what it says of itself; only if it fits
    Result<void> trusted;        ///< signed by an authority under a root, or why that is not known
    openssl::Certificate signer; ///< only if it fits
    Certificates others;         ///< the certificates of the token
};

/// Checks a token for itself. For bytes from anybody.
[[nodiscard]] TokenVerdict check_timestamp_token(ByteView token, const TokenDemand& demand,
                                                 const TrustStore& roots);

/// Checks what a time-stamp authority answered (RFC 3161 §2.2): granted, for this imprint and
/// nonce, under the policy that was asked for, signed by a certificate for time-stamps alone from
/// which a chain leads to a root of `roots`, each valid at `at`, at a time near `at`. For bytes
/// from anybody. Whether the certificate was revoked it cannot know. Faults: corrupt (not a
/// TimeStampResp), forbidden (refused, or not what was asked, or not trusted); `detail` says why,
/// with at most 200 printable characters of the other side's own words.
[[nodiscard]] Result<TimestampProof>
check_timestamp_reply(ByteView reply, const TimestampDemand& demand, const TrustStore& roots);

} // namespace songda::verifier
