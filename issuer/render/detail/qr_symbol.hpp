#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace songda::issuer::detail {

/// A QR symbol: one byte a module, row by row, 1 = dark.
struct QrSymbol {
    int modules = 0; ///< along one side, without quiet zone
    std::vector<unsigned char> dark;
};

/// Byte segment `head`, alphanumeric segment `payload`, ECC M, mask 2
/// (docs/decisions/libqrencode-fixed-mask.md).
/// Fault invalid_input: too long for any symbol or not alphanumeric.
[[nodiscard]] Result<QrSymbol> make_qr(std::string_view head, std::string_view payload);

} // namespace songda::issuer::detail
