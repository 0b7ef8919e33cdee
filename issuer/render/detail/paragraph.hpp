#pragma once

#include "issuer/render/layout.hpp"

/// Lines of one text, which texts at fixed places and flows are made of.
namespace songda::issuer::detail {

/// `110.1mm > 104.0mm`.
[[nodiscard]] std::string measures(Centipoints has, Centipoints room);

/// Puts one line of `room` at x by its alignment; a justified line is spread to fill the room.
[[nodiscard]] SetLine place_line(std::span<const SetGlyph> glyphs, const TextLook& look,
                                 Centipoints size, Centipoints x, Centipoints y, Centipoints room,
                                 bool last);

/// Where a paragraph's lines begin and how long they may be.
struct Measure {
    Centipoints x = 0;
    Centipoints first_indent = 0;
    Centipoints room = 0;
};

/// Lines of a paragraph from `y` downwards.
[[nodiscard]] std::vector<SetLine> set_paragraph(std::span<const SetGlyph> glyphs,
                                                 const TextLook& look, const Measure& measure,
                                                 Centipoints y, Centipoints pitch);

/// Puts a text's lines behind what is set already.
void append_lines(Layout& layout, std::span<const SetGlyph> glyphs,
                  const std::vector<SetLine>& lines);

} // namespace songda::issuer::detail
