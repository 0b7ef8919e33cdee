#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/time.hpp"
#include "verifier/report.hpp"
#include "verifier/signed_ranges.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// A CMS SignedData that anybody may have made, held against what it should sign.
struct ForeignSigner {
    Answer answer = Answer::no; ///< does it sign those bytes?
    Reason reason = Reason::signature_unreadable;
    openssl::Certificate signer; ///< null: the message could not be taken apart so far
    Certificates others;
    std::vector<RevocationList> lists;
    std::string algorithm;            ///< `ECDSA P-256, SHA-256`
    std::optional<TimeMs> claimed_at; ///< signingTime
    Bytes signature;                  ///< what an embedded time-stamp covers
    Bytes timestamp;                  ///< token among the unsigned attributes; empty: none
};

struct ForeignDemand {
    bool must_name_signer = false; ///< PAdES: signing-certificate-v2 (ETSI EN 319 142-1 §6.3)
};

/// Reads the message at the front of `contents`, behind which only zeros may stand, and checks
/// digest and signature: SHA-256, 384 or 512; ECDSA on P-256, P-384 or P-521, or RSA of 2048 bits
/// and more. One signer with signed attributes. Says nothing about whom to trust. For bytes from
/// anybody.
[[nodiscard]] ForeignSigner check_foreign_cms(ByteView contents, SignedRanges ranges,
                                              const ForeignDemand& demand);

} // namespace songda::verifier
