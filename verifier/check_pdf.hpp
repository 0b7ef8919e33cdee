#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "verifier/archive.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// Checks one file by itself: strict frame, digest of everything around the signature, CMS,
/// certificate chain at `at`. No PDF parser is involved, so it is safe for bytes from anybody.
/// Archive time-stamps behind the issued bytes are looked at too. Offline: the status axis stays
/// unknown.
[[nodiscard]] Report check_pdf(ByteView file, const TrustStore& trust, TimeMs at);

/// Adds to the report of `archived.issued`, if it found that whole, what stands behind it in
/// `file`.
void note_archive(Report& report, ByteView file, const ArchivedFile& archived,
                  const TrustStore& trust, TimeMs at);

} // namespace songda::verifier
