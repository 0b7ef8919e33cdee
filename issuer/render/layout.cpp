#include "issuer/render/layout.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "issuer/render/line_break.hpp"

namespace songda::issuer {
namespace {

constexpr Centipoints shrink_step = 25; // a quarter of a point
constexpr Centipoints pitch_step = 10;
constexpr Centipoints seal_clearance = 400; // between the last line's baseline and the seal

std::string measures(Centipoints has, Centipoints room) {
    return fmt::format("{:.1f}mm > {:.1f}mm", has / 100.0 * 25.4 / 72, room / 100.0 * 25.4 / 72);
}

/// Puts one line of `room` at x by its alignment; a justified line is spread to fill the room.
SetLine place_line(std::span<const SetGlyph> glyphs, const TextLook& look, Centipoints size,
                   Centipoints x, Centipoints y, Centipoints room, bool last) {
    SetLine line;
    line.end = glyphs.size();
    const Centipoints width = width_of(glyphs, size, look.tracking);
    line.x = x;
    line.y = y;
    line.size = size;
    line.spacing_milli = look.tracking * std::int64_t{1000};
    if (look.align == Align::center) {
        line.x += (room - width) / 2;
    } else if (look.align == Align::right) {
        line.x += room - width;
    } else if (look.align == Align::justify && !last && glyphs.size() > 1) {
        line.spacing_milli +=
            (room - width) * std::int64_t{1000} / static_cast<std::int64_t>(glyphs.size() - 1);
    }
    return line;
}

/// The narrowest measure that still gives as few lines: a title's lines become alike (GB/T 9704
/// §7.3.1).
Centipoints balanced_room(std::span<const SetGlyph> glyphs, const TextLook& look,
                          Centipoints room) {
    const std::size_t lines = break_lines(glyphs, look.size, look.tracking, room, room).size();
    if (lines <= 1) {
        return room;
    }
    Centipoints narrow = room / 2;
    Centipoints wide = room;
    while (wide - narrow > 100) {
        const Centipoints middle = (narrow + wide) / 2;
        (break_lines(glyphs, look.size, look.tracking, middle, middle).size() > lines ? narrow
                                                                                      : wide) =
            middle;
    }
    return wide;
}

/// The line's glyphs stand `by` further on in their layout.
void shift_line(SetLine& line, std::size_t by) {
    line.begin += by;
    line.end += by;
}

struct Measure {
    Centipoints x = 0;
    Centipoints first_indent = 0;
    Centipoints room = 0;
};

/// Lines of a paragraph from `y` downwards.
std::vector<SetLine> set_paragraph(std::span<const SetGlyph> glyphs, const TextLook& look,
                                   const Measure& measure, Centipoints y, Centipoints pitch) {
    const Centipoints room =
        look.fit == Fit::balance ? balanced_room(glyphs, look, measure.room) : measure.room;
    const auto ends =
        break_lines(glyphs, look.size, look.tracking, room - measure.first_indent, room);
    std::vector<SetLine> lines;
    lines.reserve(ends.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const Centipoints indent = i == 0 ? measure.first_indent : 0;
        SetLine line =
            place_line(glyphs.subspan(begin, ends[i] - begin), look, look.size, measure.x + indent,
                       y, measure.room - indent, i + 1 == ends.size());
        shift_line(line, begin);
        lines.push_back(line);
        y -= pitch;
        begin = ends[i];
    }
    return lines;
}

/// Puts a text's lines behind what is set already.
void append_lines(Layout& layout, std::span<const SetGlyph> glyphs,
                  const std::vector<SetLine>& lines) {
    for (SetLine line : lines) {
        shift_line(line, layout.glyphs.size());
        layout.lines.push_back(line);
    }
    layout.glyphs.insert(layout.glyphs.end(), glyphs.begin(), glyphs.end());
}

/// What a flow has to find room for.
struct FlowNeeds {
    int text_rows = 0;
    int name_rows = 0;
    Centipoints seal_diameter = 0;
};

/// Where the rows of a flow and its closing stand.
struct FlowGrid {
    Centipoints pitch = 0;
    Centipoints date_y = 0;
    Centipoints seal_y = 0;
    bool fits = false;

    [[nodiscard]] Centipoints baseline(const Flow& flow, Centipoints row) const {
        return flow.top - pitch * 3 / 4 - pitch * row;
    }
};

/// GB/T 9704 §7.3.5.1: the seal stands upright over name and day, their baselines slightly below
/// its centre, its upper edge within a line of the text; never on the text.
FlowGrid grid_of(const Flow& flow, Centipoints pitch, const FlowNeeds& needs) {
    FlowGrid grid{pitch, 0, 0, false};
    const Centipoints text_y = grid.baseline(flow, needs.text_rows - 1);
    const Centipoints over_date = pitch / 2 + flow.closing_look.size / 2;
    grid.date_y = std::min(text_y - pitch * (flow.closing_gap_lines + 1 + needs.name_rows),
                           text_y - seal_clearance - needs.seal_diameter / 2 - over_date);
    grid.seal_y = grid.date_y + over_date;
    grid.fits = text_y >= flow.text_bottom && grid.seal_y - needs.seal_diameter / 2 >= flow.bottom;
    return grid;
}

/// The widest pitch at which text and closing fit on the page: where seal and day find no room the
/// standard narrows the pitch, never the characters (§7.3.5, 特殊情况说明).
FlowGrid fit_grid(const Flow& flow, const FlowNeeds& needs) {
    FlowGrid grid = grid_of(flow, flow.line_pitch, needs);
    while (!grid.fits && grid.pitch > flow.line_pitch_least) {
        grid = grid_of(flow, std::max(flow.line_pitch_least, grid.pitch - pitch_step), needs);
    }
    return grid;
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

Centipoints width_of(std::span<const SetGlyph> glyphs, Centipoints size, Centipoints tracking) {
    std::int64_t units = 0;
    for (const SetGlyph& glyph : glyphs) {
        units += glyph.glyph->advance;
    }
    const auto gaps = glyphs.empty() ? 0 : static_cast<Centipoints>(glyphs.size() - 1);
    return static_cast<Centipoints>(units * size / 1000) + gaps * tracking;
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
        if (layout.lines.size() > static_cast<std::size_t>(look.lines_max)) {
            layout.faults.push_back(
                {"lines", fmt::format("{} > {}", layout.lines.size(), look.lines_max)});
        }
        return layout;
    }
    Centipoints size = look.size;
    while (look.fit == Fit::shrink && size > look.least_size &&
           width_of(glyphs, size, look.tracking) > width) {
        size = std::max(look.least_size, size - shrink_step);
    }
    const Centipoints has = width_of(glyphs, size, look.tracking);
    if (has > width) {
        layout.faults.push_back({"width", measures(has, width)});
    }
    layout.lines.push_back(place_line(glyphs, look, size, x, y, width, true));
    return layout;
}

FlowLayout set_flow(const Flow& flow, const PatternText& expand, const StyleOf& style_of,
                    Centipoints seal_diameter) {
    FlowLayout made;
    Layout& layout = made.layout;
    const Centipoints column = flow.width / flow.columns;
    int rows = 0; // of the grid, counted downwards: the pitch is known when all are
    for (const FlowBlock& block : flow.blocks) {
        rows += block.gap_lines;
        const FontStyle* const style = style_of(block.look.style);
        const auto glyphs = find_glyphs(expand(block.pattern), *style, layout.faults);
        const auto lines = set_paragraph(glyphs, block.look,
                                         {flow.x, column * block.indent, flow.width}, rows, -1);
        rows += static_cast<int>(lines.size());
        append_lines(layout, glyphs, lines);
    }
    // §7.3.5.1: the day stands `right_indent` characters from the right, the name is centred on it,
    // the seal stands upright over both. A name that would reach under the code breaks.
    const FontStyle* const style = style_of(flow.closing_look.style);
    const auto name = find_glyphs(expand(flow.signature), *style, layout.faults);
    const auto date = find_glyphs(expand(flow.date), *style, layout.faults);
    const Centipoints name_room = flow.width / 2;
    const Centipoints date_width = width_of(date, flow.closing_look.size, 0);
    const Centipoints name_width = std::min(name_room, width_of(name, flow.closing_look.size, 0));
    const Centipoints right = flow.x + flow.width - column * flow.right_indent;
    const Centipoints centre = std::min(
        right - date_width / 2, flow.x + flow.width - std::max(name_width, seal_diameter) / 2);
    TextLook look = flow.closing_look;
    look.align = Align::center;
    look.fit = Fit::balance;
    auto name_lines = set_paragraph(name, look, {centre - name_room / 2, 0, name_room}, 0, 1);
    const int name_rows = static_cast<int>(name_lines.size());
    const FlowGrid grid = fit_grid(flow, {rows, name_rows, seal_diameter});
    for (SetLine& line : layout.lines) {
        line.y = grid.baseline(flow, line.y);
    }
    for (SetLine& line : name_lines) { // set as 0, -1 … downwards; the day stands below the last
        line.y = grid.date_y + grid.pitch * (line.y + name_rows);
    }
    append_lines(layout, name, name_lines);
    append_lines(layout, date,
                 {place_line(date, look, flow.closing_look.size, centre - date_width / 2,
                             grid.date_y, date_width, true)});
    made.seal_x = centre;
    made.seal_y = grid.seal_y;
    if (!grid.fits) {
        layout.faults.push_back({"page", measures(flow.top - grid.baseline(flow, rows - 1),
                                                  flow.top - flow.text_bottom)});
    }
    return made;
}

} // namespace songda::issuer
