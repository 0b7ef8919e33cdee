#pragma once

#include <functional>
#include <vector>

#include "issuer/render/layout.hpp"

namespace songda::issuer {

/// Breaks by 禁则 (kinsoku): no closing mark at the start of a line, no opening mark at its end,
/// western words and numbers in one piece, numbers with the word that they count. Greedy; widths in
/// the unit that `widths` has. `first` and `rest` are the room on the first and on further lines.
/// Returns where each line ends.
[[nodiscard]] std::vector<std::size_t> break_lines(std::span<const SetGlyph> glyphs,
                                                   Centipoints size, Centipoints tracking,
                                                   Centipoints first, Centipoints rest);

} // namespace songda::issuer
