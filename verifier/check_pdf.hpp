#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "verifier/archive.hpp"
#include "verifier/inspector.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// Checks one file by itself, if it is of our writer's one frame: digest of everything around the
/// signature, CMS, certificate chain and revocation at `at`, or when the archive time-stamps behind
/// the issued bytes prove that it was there, with what the file has to prove it. Nothing if it has
/// another frame or another form of CMS. No PDF parser is involved, so it is safe for bytes from
/// anybody. Offline: the status axis stays unknown.
[[nodiscard]] std::optional<Report> check_own(ByteView file, const TrustStore& trust, TimeMs at);

/// The same for any file: what `check_own` does not know is taken apart by the inspector, in a
/// process of its own. Takes up to some seconds then. Faults: those of `Inspector::inspect`.
[[nodiscard]] Result<Report> check_pdf(ByteView file, const TrustStore& trust, TimeMs at,
                                       const Inspector& inspector);

/// Adds to the report of an issued file that is whole what stands behind it, and its level.
void note_archive(Report& report, const ArchivedFile& archived, const TrustStore& trust, TimeMs at);

} // namespace songda::verifier
