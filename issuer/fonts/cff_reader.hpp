#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace songda::issuer {

/// What a subset needs of a CFF table (Adobe Technical Note 5176). Views point into the table.
struct CffParts {
    std::vector<ByteView> charstrings;
    /// Private DICT of each Font DICT, reduced to defaultWidthX and nominalWidthX.
    std::vector<Bytes> private_dicts;
    std::vector<std::uint8_t> font_dict_of; ///< by glyph
};

/// Nothing if the table is not what HarfBuzz writes: subroutines left, an unknown FDSelect format,
/// bounds.
[[nodiscard]] std::optional<CffParts> read_cff(ByteView table);

} // namespace songda::issuer
