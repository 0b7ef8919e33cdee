#pragma once

#include <optional>

#include "verifier/archive.hpp"
#include "verifier/report.hpp"
#include "verifier/revocation.hpp"
#include "verifier/signed_ranges.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// What an electronic seal is held against. Its certificates are to be good when it is proven to
/// have been there, else at `at`, and then never revoked: nothing proves that it came before that.
struct SealDemand {
    SignedRanges about;           ///< SM3 of it must be what is sealed
    std::optional<TimeMs> proven; ///< a trusted time-stamp: it was there then
    TimeMs at;                    ///< now, or the day that is asked about
    const StatusProofs& proofs;   ///< of the file
    const Certificates& others;   ///< may stand between: a SES_Signature has no chain
};

/// What a SES_Signature says (GB/T 38540, in the order of GM/T 0031 §6.1.2 and §6.2.3): hash,
/// signature, the seal as its maker signed it, the signer among those that it names; then whose
/// certificates those are, and whether the seal was valid when it was used. Never a yes for other
/// bytes or another key. A certificate for sealing counts for a maker too: GB/T knows no use of its
/// own for one. Pure; for bytes from anybody.
[[nodiscard]] ElectronicSealFinding check_seal_signature(ByteView der, const SealDemand& demand,
                                                         const TrustStore& trust);

/// The one behind a file of ours, judged as of the oldest trusted time-stamp that covers it;
/// nothing: there is none. Beside that it must be spelt as ours are and of the time that the PDF
/// names, and be the seal of who issued the file. `proof` has its time-stamps and what proves
/// certificates.
[[nodiscard]] std::optional<ElectronicSealFinding>
check_electronic_seal(const ArchivedFile& archived, const ArchiveProof& proof,
                      const TrustStore& trust, TimeMs at);

} // namespace songda::verifier
