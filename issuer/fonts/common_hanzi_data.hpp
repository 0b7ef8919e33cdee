#pragma once

#include <string_view>

namespace songda::issuer::detail {

/// A bit for each of U+4E00 to U+9FFF, the first in the lowest bit of the first byte; base64.
extern const std::string_view common_hanzi_bits;
extern const std::u32string_view common_hanzi_others;

} // namespace songda::issuer::detail
