#include "issuer/render/detail/page_mark.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "issuer/render/layout.hpp"

namespace songda::issuer::detail {
namespace {

constexpr std::string_view label_colour = "0.820 0.070 0.090"; // the seal's
constexpr std::string_view mark_colour = "0.955 0.905 0.905";
/// A third of a millimetre where the mark is 30 mm high.
constexpr int outline_units = 100;

} // namespace

TextLook mark_label(const SamplePlace& place, std::string_view style) {
    TextLook look;
    look.style = style;
    look.size = place.size;
    look.leading = place.size;
    look.align = Align::center;
    look.colour = label_colour;
    return look;
}

Result<std::string> draw_mark(std::string_view words, const SamplePlace& place,
                              const FontStyle& style) {
    std::vector<LayoutFault> faults;
    const std::vector<SetGlyph> glyphs = find_glyphs(words, style, faults);
    if (!faults.empty()) {
        return Error{Fault::invalid_input, "no font has the page mark's " + faults[0].value};
    }
    // The place was chosen for the sample's words: longer ones are set smaller.
    const double usual =
        width_of(find_glyphs(mark_words(PageMark::sample), style, faults), 1000, 0);
    const double narrowed = std::min(1.0, usual / width_of(glyphs, 1000, 0));
    const double scale = narrowed * place.mark_size / 100.0 / outline_units;
    const double turn = place.mark_degrees * std::numbers::pi / 180;
    const double c = scale * std::cos(turn);
    const double s = scale * std::sin(turn);
    // Its middle lies half its width along its line and 0.38 em above it.
    const double width = outline_units * width_of(glyphs, 1000, 0) / 1000.0;
    const double height = outline_units * 0.38;
    std::string drawing =
        fmt::format("q {} rg {:.4f} {:.4f} {:.4f} {:.4f} {:.2f} {:.2f} cm\n", mark_colour, c, s, -s,
                    c, place.mark_x / 100.0 - c * width / 2 + s * height,
                    place.mark_y / 100.0 - s * width / 2 - c * height);
    for (const SetGlyph& glyph : glyphs) {
        const std::string outline = glyph.face->outline(glyph.character, outline_units);
        if (!outline.empty()) { // a space has none
            drawing += outline + "f\n";
        }
        drawing +=
            fmt::format("1 0 0 1 {:.2f} 0 cm\n", outline_units * glyph.glyph->advance / 1000.0);
    }
    return drawing + "Q\n";
}

} // namespace songda::issuer::detail
