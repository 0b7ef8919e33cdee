#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "issuer/render/layout.hpp"

/// Pages that go with documents and are never signed: a waybill's label, a list of what was handed
/// over. What stands on one is found once and then written as PDF or drawn in dots. Pure.
namespace songda::issuer {

/// A text that was set, in its colour (operands of `rg`).
struct SheetText {
    Layout layout;
    std::string colour = "0 0 0";
};

/// A bar code: modules of black and white in turn, black first. Its own thing, and no rules,
/// since each module must be as many dots of a printer as the next.
struct SheetBars {
    Centipoints x = 0; ///< lower left corner
    Centipoints y = 0;
    Centipoints height = 0;
    Centipoints module = 0;
    std::vector<std::uint8_t> widths;
};

/// One page. All lengths from its lower left corner; `page` of lines and rules counts for nothing.
struct Sheet {
    Centipoints width = 0;
    Centipoints height = 0;
    std::vector<SheetText> texts;
    std::vector<SetRule> rules; ///< black
    std::vector<SheetBars> bars;
};

/// A PDF of these pages, whose fonts hold what they show and nothing else. The same sheets and
/// title give the same bytes. At least one sheet; their fonts outlive the call.
[[nodiscard]] Bytes write_sheets(std::span<const Sheet> sheets, std::string_view title);

/// Black and white, rows from above, each of whole bytes, the highest bit at the left; 1 is black.
struct Bitmap {
    unsigned width = 0;
    unsigned height = 0;
    Bytes bits;
    [[nodiscard]] unsigned row_bytes() const { return (width + 7) / 8; }
};

/// A sheet in the dots of a printer: `dpi` of 150 to 600.
[[nodiscard]] Bitmap draw_sheet(const Sheet& sheet, unsigned dpi);

/// The picture as a thermal printer takes it (ZPL II, one ^GFA graphic of the whole sheet, packed
/// as :Z64:), so that no printer needs a Chinese font. `note` stands in its comment: visible ASCII.
[[nodiscard]] std::string write_zpl(const Bitmap& picture, unsigned copies, std::string_view note);

} // namespace songda::issuer
