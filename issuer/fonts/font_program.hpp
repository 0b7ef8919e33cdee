#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "issuer/fonts/font_face.hpp"

/// Font programs made by concatenation of glyphs that were taken apart before (pdf.md §3.3, §3.4).
namespace songda::issuer {

/// A fresh CID-keyed CFF with .notdef and these glyphs. At least one glyph.
void append_cff_program(std::string_view name, const Glyph& notdef,
                        std::span<const Glyph* const> glyphs, std::span<const Bytes> private_dicts,
                        ByteBuffer& to);

/// A fresh TrueType file with .notdef, these glyphs and the components that they need.
void append_glyf_program(const Bytes& head, const Bytes& hhea, const Bytes& maxp,
                         const Glyph& notdef, std::span<const Glyph* const> glyphs, ByteBuffer& to);

/// One glyf entry: its bytes padded to 4, and where it names which component glyphs.
struct GlyfEntry {
    Bytes bytes;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> components;
};

/// Nothing if the tables do not fit together.
[[nodiscard]] std::optional<std::vector<GlyfEntry>> read_glyf(ByteView glyf, ByteView loca,
                                                              ByteView head);

} // namespace songda::issuer
