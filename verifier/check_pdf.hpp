#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// Checks one file by itself: strict frame, digest of everything around the signature, CMS,
/// certificate chain at `at`. No PDF parser is involved, so it is safe for bytes from anybody.
/// Offline: the status axis stays unknown.
[[nodiscard]] Report check_pdf(ByteView file, const TrustStore& trust, TimeMs at);

} // namespace songda::verifier
