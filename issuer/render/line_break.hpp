#pragma once

#include <functional>
#include <vector>

#include "issuer/render/layout.hpp"

namespace songda::issuer {

/// Breaks by 禁则 (kinsoku): no closing mark, dash or slash at the start of a line, no opening mark
/// at its end, western words, numbers and days (`2026-11-24`) in one piece, numbers with the word
/// that they count; what has no such place breaks where the line is full. Greedy; widths in
/// the unit that `widths` has. `first` and `rest` are the room on the first and on further lines.
/// Returns where each line ends.
[[nodiscard]] std::vector<std::size_t> break_lines(std::span<const SetGlyph> glyphs,
                                                   Centipoints size, Centipoints tracking,
                                                   Centipoints first, Centipoints rest);

/// Would `break_lines` make at most so many lines of `room` each?
[[nodiscard]] bool fits_lines(std::span<const SetGlyph> glyphs, Centipoints size,
                              Centipoints tracking, Centipoints room, std::size_t lines);

} // namespace songda::issuer
