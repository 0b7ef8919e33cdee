#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "ledger/evidence_record.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// One thing that was looked at in a package of evidence, in plain words. Chinese first.
struct EvidenceFinding {
    Answer answer = Answer::unknown;
    std::string zh;
    std::string en;
};

struct EvidenceReport {
    std::vector<EvidenceFinding> findings;
    std::vector<ledger::EvidenceRecord> records; ///< those that could be read, in their order
    ByteView document;                           ///< a view of the package; empty: it has none
    std::optional<TimeMs> as_of; ///< the records are all that there were then; says its manifest

    /// The worst of them: `no` before `unknown` before `yes`.
    [[nodiscard]] Answer answer() const;
};

/// Checks a package of evidence (docs/formats/evidence.md) with nothing but itself and the roots:
/// its structure, its sealed manifest, the chain of records, that they are about the document in
/// it, each record's place in its sealed batch, seals, time-stamps, raw traces. Whether the
/// document itself is signed is check_pdf's question. Pure; for bytes from anybody. `now`: for
/// seals that no time-stamp proves earlier. `seals`: the certificates that the service is known to
/// seal evidence with; empty: any certificate under a root could be somebody else's seal, so who
/// sealed stays unknown.
[[nodiscard]] EvidenceReport check_evidence(ByteView package, const TrustStore& trust, TimeMs now,
                                            const Certificates& seals = {});

} // namespace songda::verifier
