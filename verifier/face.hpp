#pragma once

#include <openssl/x509.h>

#include "verifier/report.hpp"

namespace songda::verifier {

/// What a trusted certificate says of its holder; the facts inside the file are for a PDF reader to
/// show.
[[nodiscard]] DocumentFace face_of(const X509* certificate);

} // namespace songda::verifier
