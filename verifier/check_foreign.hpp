#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "verifier/inspection.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// Checks the signatures of a PDF that Songda's writer did not make, as far as `inspection` found
/// them: digest and signature of each, its certificate at `at` or when a trusted time-stamp says
/// that it was there, revocation from what the file and the trust store bring. The file's answer is
/// that of its weakest signature. Offline: the status stays unknown. Pure; for bytes from anybody,
/// the inspection too.
[[nodiscard]] Report check_foreign(ByteView file, const Inspection& inspection,
                                   const TrustStore& trust, TimeMs at);

} // namespace songda::verifier
