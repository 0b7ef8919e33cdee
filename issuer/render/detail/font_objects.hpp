#pragma once

#include <span>
#include <vector>

#include "issuer/fonts/font_face.hpp"
#include "issuer/render/detail/pdf_text.hpp"

namespace songda::issuer::detail {

/// A glyph of a subset with the character that it was set for.
struct SubsetGlyph {
    char32_t character = 0;
    const Glyph* glyph = nullptr;
};

inline constexpr std::size_t objects_per_font = 5;

/// Writes the five objects of one embedded subset font from `first` on: Type0, CIDFont, descriptor,
/// program, ToUnicode. CID = place in `glyphs` + 1. ToUnicode comes from the text that was set,
/// never from an inverted cmap, which would give Kangxi radicals. `tag` is the six letters before
/// the font's name.
void write_font(Objects& objects, ByteBuffer& to, std::size_t first, const FontFace& face,
                std::span<const SubsetGlyph> glyphs, std::string_view tag, bool compress);

} // namespace songda::issuer::detail
