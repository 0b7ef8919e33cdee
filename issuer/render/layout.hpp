#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/template.hpp"

/// Text to glyphs at places. Pure: no PDF here. Widths come from the fonts; nothing is guessed.
namespace songda::issuer {

/// One character with the face that has it.
struct SetGlyph {
    char32_t character = 0;
    const FontFace* face = nullptr;
    const Glyph* glyph = nullptr;
};

/// Glyphs on one baseline: `[begin, end)` of their layout's.
struct SetLine {
    std::size_t begin = 0;
    std::size_t end = 0;
    Centipoints x = 0;
    Centipoints y = 0;
    Centipoints size = 0;
    /// Added after each glyph, in 1/1000 of a centipoint so that justified lines end exactly.
    std::int64_t spacing_milli = 0;
    int page = 0; ///< of the document, from 0
};

/// A ruled line: a filled rectangle from its lower left corner.
struct SetRule {
    Centipoints x = 0;
    Centipoints y = 0;
    Centipoints width = 0;
    Centipoints height = 0;
    int page = 0;
};

/// Why a text cannot be set.
struct LayoutFault {
    std::string rule;  ///< `no_glyph`, `width`, `lines`, `page`, `pages`
    std::string value; ///< a code point or measures
};

struct Layout {
    std::vector<SetGlyph> glyphs;
    std::vector<SetLine> lines;
    std::vector<SetRule> rules;
    std::vector<LayoutFault> faults;

    [[nodiscard]] std::span<const SetGlyph> glyphs_of(const SetLine& line) const {
        return std::span(glyphs).subspan(line.begin, line.end - line.begin);
    }
};

/// Finds a glyph for each character along the style's chain; a character in no font is a fault.
[[nodiscard]] std::vector<SetGlyph> find_glyphs(std::string_view text, const FontStyle& style,
                                                std::vector<LayoutFault>& faults);

/// Natural width of glyphs, summed once for any number of sizes.
class NaturalWidth {
public:
    explicit NaturalWidth(std::span<const SetGlyph> glyphs);
    [[nodiscard]] Centipoints at(Centipoints size, Centipoints tracking) const {
        return static_cast<Centipoints>(units_ * size / 1000) + gaps_ * tracking;
    }

private:
    std::int64_t units_ = 0;
    Centipoints gaps_ = 0;
};

/// Natural width at one size.
[[nodiscard]] Centipoints width_of(std::span<const SetGlyph> glyphs, Centipoints size,
                                   Centipoints tracking);

/// Sets one text at its place by its declared rule.
[[nodiscard]] Layout set_text(std::string_view text, const TextLook& look, const FontStyle& style,
                              Centipoints x, Centipoints y, Centipoints width);

/// A flow with its closing; tells where the seal goes, always on the last page.
struct FlowLayout {
    Layout layout;
    int pages = 1;
    Centipoints seal_x = 0;
    Centipoints seal_y = 0;
};

/// An element of a field of several: `fields.items`, the second of five.
struct FlowElement {
    std::string_view field;
    std::size_t index = 0;
    std::size_t count = 1;
};

/// What a flow asks of its document.
struct FlowValues {
    /// `element` is null outside of repeated blocks.
    std::function<std::string(const Pattern&, const FlowElement* element)> expand;
    std::function<std::size_t(std::string_view field)> count_elements;
    std::function<bool(const Condition&)> holds;
    std::function<const FontStyle*(std::string_view)> style_of;
};

[[nodiscard]] FlowLayout set_flow(const Flow& flow, const FlowValues& values,
                                  Centipoints seal_diameter);

} // namespace songda::issuer
