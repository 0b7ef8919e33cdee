#pragma once

#include <string>

#include "base/result.hpp"
#include "issuer/fonts/font_set.hpp"

namespace songda::issuer::detail {

/// A round official seal as drawing operators in a box of ±60: ring, five-pointed star, the name on
/// an arc. The name is outlines, not text, so that copying the page's text does not mix it in.
/// Fault invalid_input: a character that the style's fonts do not have, or a name of more than 24
/// characters.
[[nodiscard]] Result<std::string> draw_seal(std::string_view name, const FontStyle& style);

/// Where the seal will stand, on a preview: a dashed ring in the same box.
[[nodiscard]] std::string draw_seal_place();

} // namespace songda::issuer::detail
