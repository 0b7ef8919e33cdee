#pragma once

#include <optional>
#include <vector>

#include "base/archive_revision.hpp"
#include "base/signature_level.hpp"
#include "base/timestamp.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/report.hpp"
#include "verifier/revocation.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// A file taken apart: what was issued, and the archive revisions behind it.
struct ArchivedFile {
    ByteView whole;
    ByteView issued;
    std::vector<ArchiveRevision> revisions;
};

/// By what the first signature says that it covers. A file with nothing of the kind behind it, or
/// with anything else behind it, is taken whole. Pure; for bytes from anybody; nothing is verified.
[[nodiscard]] ArchivedFile split_archived(ByteView file);

/// Who made a signature, as of a time.
struct SignatureChain {
    AxisAnswer answer;      ///< is the certificate believed?
    Certificates chain;     ///< empty: none leads to a root
    Certificates carried;   ///< what comes with the signature itself, the certificate among it
    ChainStanding standing; ///< by all that the file has, and the lists beside the roots
};

/// One archive time-stamp, judged as of the time that the next trusted one proves, the newest as of
/// now: by then its certificates were still good, and what was signed with them was there (past
/// signature validation, ETSI EN 319 102-1 §5.6, with time-stamps as the only proofs of existence).
struct ProvenStamp {
    std::size_t revision = 0; ///< its index
    TimestampProof token;
    bool trusted = false;
    SignatureChain signer; ///< its chain: of a trusted one
};

/// What the revisions behind a file prove.
struct ArchiveProof {
    std::vector<ProvenStamp> stamps; ///< oldest first
    std::optional<TimeMs> time;      ///< of the oldest that is trusted: the file was there then
    StatusProofs status;             ///< of all revisions
    Certificates certificates;
    std::optional<ElectronicSealFinding> electronic_seal; ///< its integrity is a yes
};

/// Nothing if one of them is not what it says it is: a time-stamp or an electronic seal that is not
/// about these bytes, a certificate or answer that cannot be read. The file was changed behind what
/// was issued.
[[nodiscard]] std::optional<ArchiveProof> prove_archive(const ArchivedFile& archived,
                                                        const TrustStore& trust, TimeMs at);

/// Of the seal, as of the time that the time-stamps prove, else `at`.
[[nodiscard]] SignatureChain seal_chain(const SignedDocument& seal, const ArchiveProof& proof,
                                        const TrustStore& trust, TimeMs at);

/// The level that a file has by its content, for who trusts those roots (docs/formats/pdf.md,
/// "Levels").
[[nodiscard]] SignatureLevel level_of(const ArchivedFile& archived, const ArchiveProof& proof,
                                      const SignatureChain& seal, const Roots& roots, TimeMs at);

/// Those of a chain that are in none of the two.
[[nodiscard]] Certificates missing_of(const Certificates& chain, const Certificates& carried,
                                      const Certificates& stored);

/// The same certificates once more.
[[nodiscard]] Certificates share(const Certificates& first, const Certificates& second);

} // namespace songda::verifier
