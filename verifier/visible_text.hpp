#pragma once

#include <string>
#include <string_view>

namespace songda::verifier {

/// Somebody else's words, to be shown: well-formed UTF-8 of at most 200 characters, with `?` for
/// bytes that are none and for characters that move the cursor, break the line or turn its
/// direction. A certificate may name itself anything.
[[nodiscard]] std::string visible_text(std::string_view text);

} // namespace songda::verifier
