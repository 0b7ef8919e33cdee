#include "issuer/render/layout.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "issuer/render/detail/paragraph.hpp"
#include "issuer/render/line_break.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

constexpr Centipoints shrink_step = 25; // a quarter of a point

/// The largest size at which the lines are few enough, their leading with it; the least, if none.
std::vector<SetLine> set_smaller(std::span<const SetGlyph> glyphs, TextLook look,
                                 const Measure& measure, Centipoints y) {
    const Centipoints size = look.size;
    const auto lines_max = static_cast<std::size_t>(look.lines_max);
    const NaturalWidth natural(glyphs);
    // What is too long for that many full lines needs no breaking to be found too long.
    const std::int64_t full = look.lines_max * std::int64_t{measure.room + look.tracking};
    do {
        look.size = std::max(look.least_size, look.size - shrink_step);
    } while (look.size > look.least_size &&
             (natural.at(look.size, look.tracking) > full ||
              !fits_lines(glyphs, look.size, look.tracking, measure.room, lines_max)));
    look.leading = static_cast<Centipoints>(std::int64_t{look.leading} * look.size / size);
    return set_paragraph(glyphs, look, measure, y, look.leading);
}

} // namespace

std::vector<SetGlyph> find_glyphs(std::string_view text, const FontStyle& style,
                                  std::vector<LayoutFault>& faults) {
    std::vector<SetGlyph> glyphs;
    glyphs.reserve(text.size() / 2);
    while (!text.empty()) {
        const char32_t character = take_code_point(text);
        SetGlyph found{character, nullptr, nullptr};
        for (const FontFace* const face : style.chain) {
            found.glyph = face->find_glyph(character);
            if (found.glyph != nullptr) {
                found.face = face;
                break;
            }
        }
        if (found.glyph == nullptr) {
            std::string name = code_point_name(character);
            if (!is_forbidden_in_documents(character)) { // would act on whoever shows the message
                name += ' ';
                append_utf8(name, character);
            }
            faults.push_back({"no_glyph", name});
        } else {
            glyphs.push_back(found);
        }
    }
    return glyphs;
}

NaturalWidth::NaturalWidth(std::span<const SetGlyph> glyphs)
    : gaps_(glyphs.empty() ? 0 : static_cast<Centipoints>(glyphs.size() - 1)) {
    for (const SetGlyph& glyph : glyphs) {
        units_ += glyph.glyph->advance;
    }
}

Centipoints width_of(std::span<const SetGlyph> glyphs, Centipoints size, Centipoints tracking) {
    return NaturalWidth(glyphs).at(size, tracking);
}

Layout set_text(std::string_view text, const TextLook& look, const FontStyle& style, Centipoints x,
                Centipoints y, Centipoints width) {
    Layout layout;
    layout.glyphs = find_glyphs(text, style, layout.faults);
    const std::span<const SetGlyph> glyphs(layout.glyphs);
    if (glyphs.empty()) {
        return layout;
    }
    if (look.fit == Fit::wrap || look.fit == Fit::balance) {
        layout.lines = set_paragraph(glyphs, look, {x, 0, width}, y, look.leading);
        if (layout.lines.size() > static_cast<std::size_t>(look.lines_max) &&
            look.least_size != 0 && look.least_size < look.size) {
            layout.lines = set_smaller(glyphs, look, {x, 0, width}, y);
        }
        if (layout.lines.size() > static_cast<std::size_t>(look.lines_max)) {
            layout.faults.push_back(
                {"lines", fmt::format("{} > {}", layout.lines.size(), look.lines_max)});
        }
        return layout;
    }
    const NaturalWidth natural(glyphs);
    Centipoints size = look.size;
    while (look.fit == Fit::shrink && size > look.least_size &&
           natural.at(size, look.tracking) > width) {
        size = std::max(look.least_size, size - shrink_step);
    }
    const Centipoints has = natural.at(size, look.tracking);
    if (has > width) {
        layout.faults.push_back({"width", measures(has, width)});
    }
    layout.lines.push_back(place_line(glyphs, look, size, x, y, width, true));
    return layout;
}

} // namespace songda::issuer
