#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace songda::postal {

/// A Code 128 symbol (ISO/IEC 15417), from its start to its stop.
struct Code128 {
    /// Of bars and spaces in turn, a bar first, in modules. Quiet zones are not in it.
    std::vector<std::uint8_t> widths;
    unsigned modules = 0; ///< their sum
    unsigned symbols = 0; ///< with start, check and stop
};

/// Free modules that a reader needs on each side.
inline constexpr unsigned code128_quiet_modules = 10;
inline constexpr std::size_t code128_characters_max = 80;

/// Code sets B and C, changed where that makes the symbol shortest. Faults: invalid_input (empty,
/// longer than code128_characters_max, not printable ASCII).
[[nodiscard]] Result<Code128> encode_code128(std::string_view text);

} // namespace songda::postal
