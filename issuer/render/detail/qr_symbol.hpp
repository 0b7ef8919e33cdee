#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::issuer::detail {

/// A QR symbol: one bit a module, most significant first, 1 = dark; each row begins a byte, as an
/// image mask wants it.
struct QrSymbol {
    int modules = 0; ///< along one side, without quiet zone
    Bytes rows;

    [[nodiscard]] std::size_t row_bytes() const {
        return (static_cast<std::size_t>(modules) + 7) / 8;
    }
    [[nodiscard]] bool dark(std::size_t x, std::size_t y) const {
        return (unsigned{rows[y * row_bytes() + x / 8]} >> (7 - x % 8) & 1U) != 0;
    }
};

/// Byte segment `head`, alphanumeric segment `payload`, ECC M, mask 2
/// (docs/decisions/libqrencode-fixed-mask.md). Drawn by the plan of its version where there is one
/// (qr_plan.hpp), by libqrencode otherwise; both draw the same. Safe from several threads.
/// Fault invalid_input: too long for any symbol or not alphanumeric.
[[nodiscard]] Result<QrSymbol> make_qr(std::string_view head, std::string_view payload);

/// The same, always by libqrencode: what the plans are learnt from and tests compare with.
[[nodiscard]] Result<QrSymbol> make_qr_by_library(std::string_view head, std::string_view payload);

} // namespace songda::issuer::detail
