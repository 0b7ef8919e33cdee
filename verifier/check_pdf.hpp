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
/// signature, CMS, certificate chain at `at`, or when a trusted archive time-stamp behind the
/// issued bytes says that it was there. Nothing if it has another frame or another form of CMS. No
/// PDF parser is involved, so it is safe for bytes from anybody. Offline: the status axis stays
/// unknown.
[[nodiscard]] std::optional<Report> check_own(ByteView file, const TrustStore& trust, TimeMs at);

/// The same for any file: what `check_own` does not know is taken apart by the inspector, in a
/// process of its own. Takes up to some seconds then. Faults: those of `Inspector::inspect`.
[[nodiscard]] Result<Report> check_pdf(ByteView file, const TrustStore& trust, TimeMs at,
                                       const Inspector& inspector);

/// Adds to the report of `archived.issued`, if it found that whole, what stands behind it in
/// `file`.
void note_archive(Report& report, ByteView file, const ArchivedFile& archived,
                  const TrustStore& trust, TimeMs at);

} // namespace songda::verifier
