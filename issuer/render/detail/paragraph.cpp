#include "issuer/render/detail/paragraph.hpp"

#include <fmt/format.h>

#include "issuer/render/line_break.hpp"

namespace songda::issuer::detail {
namespace {

/// The narrowest measure that still gives as few lines: a title's lines become alike (GB/T 9704
/// §7.3.1).
Centipoints balanced_room(std::span<const SetGlyph> glyphs, const TextLook& look,
                          Centipoints room) {
    if (fits_lines(glyphs, look.size, look.tracking, room, 1)) {
        return room;
    }
    const std::size_t lines = break_lines(glyphs, look.size, look.tracking, room, room).size();
    // No narrower than full lines would be, and hardly wider: looked for from there, by characters.
    Centipoints narrow =
        width_of(glyphs, look.size, look.tracking) / static_cast<Centipoints>(lines) -
        look.tracking - 1;
    Centipoints wide = room;
    for (Centipoints step = look.size; narrow + step < wide; step *= 2) {
        if (fits_lines(glyphs, look.size, look.tracking, narrow + step, lines)) {
            wide = narrow + step;
            break;
        }
        narrow += step;
    }
    while (wide - narrow > look.size / 4) { // lines break between characters
        const Centipoints middle = (narrow + wide) / 2;
        (fits_lines(glyphs, look.size, look.tracking, middle, lines) ? wide : narrow) = middle;
    }
    return wide;
}

/// The line's glyphs stand `by` further on in their layout.
void shift_line(SetLine& line, std::size_t by) {
    line.begin += by;
    line.end += by;
}

} // namespace

std::string measures(Centipoints has, Centipoints room) {
    return fmt::format("{:.1f}mm > {:.1f}mm", has / 100.0 * 25.4 / 72, room / 100.0 * 25.4 / 72);
}

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

void append_lines(Layout& layout, std::span<const SetGlyph> glyphs,
                  const std::vector<SetLine>& lines) {
    for (SetLine line : lines) {
        shift_line(line, layout.glyphs.size());
        layout.lines.push_back(line);
    }
    layout.glyphs.insert(layout.glyphs.end(), glyphs.begin(), glyphs.end());
}

} // namespace songda::issuer::detail
