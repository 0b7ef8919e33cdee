#pragma once

#include "base/bytes.hpp"
#include "verifier/inspection.hpp"

namespace songda::inspector {

/// Takes a PDF apart with libqpdf and says what signatures it holds and what came after them.
/// Throws nothing; a file that asks for too much is `costly`. Memory is bounded by the process.
[[nodiscard]] verifier::Inspection inspect(ByteView file);

} // namespace songda::inspector
