#pragma once

#include "base/bytes.hpp"
#include "verifier/inspection.hpp"

namespace songda::inspector {

/// What the bytes of `file` from `end` on change in the document that the bytes before are.
/// Everything that can be reached from the trailer is compared, object by object; what differs must
/// be on a short list of things that show nothing: the catalog's /DSS, and fields with a signature
/// or time-stamp whose place on the page is empty. Every object in the added bytes must be one that
/// the cross-reference table names, so that a reader with other habits finds no other document.
/// Each revision is
/// compared with the one before. Whatever cannot be told is `unknown`.
[[nodiscard]] verifier::LaterChange judge_changes(ByteView file, std::size_t end);

} // namespace songda::inspector
