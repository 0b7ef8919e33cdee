#pragma once

#include <cstddef>
#include <set>

#include "base/bytes.hpp"

namespace songda::inspector {

/// Are the bytes from `end` on whole revisions of a PDF and nothing else (ISO 32000-1 §7.5.6):
/// objects whose heads stand at `named` offsets, a cross-reference section, `startxref`, `%%EOF`?
/// Every other `1 0 obj`, in whatever it is wrapped, and every byte between the parts is a no: a
/// reader with other habits might see another document there. Pure; for bytes from anybody.
[[nodiscard]] bool are_revisions(ByteView file, std::size_t end,
                                 const std::set<std::size_t>& named);

} // namespace songda::inspector
