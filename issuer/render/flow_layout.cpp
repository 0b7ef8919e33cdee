#include <algorithm>

#include <fmt/format.h>

#include "issuer/render/detail/paragraph.hpp"
#include "issuer/render/layout.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

constexpr Centipoints pitch_step = 10;
constexpr Centipoints seal_clearance = 400; // between the last line's baseline and the seal
/// GB/T 9704 §7.3.5.5: no page has only the closing and its seal (不得出现空白印章).
constexpr std::size_t lines_with_closing = 2;

/// The room that one page gives the flow.
struct Frame {
    Centipoints top = 0;
    Centipoints text_bottom = 0; ///< lowest baseline of the text
    Centipoints bottom = 0;      ///< lowest edge of the seal

    [[nodiscard]] Centipoints baseline(Centipoints pitch, Centipoints row) const {
        return top - pitch * 3 / 4 - pitch * row;
    }
    [[nodiscard]] int rows(Centipoints pitch) const {
        return std::max(0, (baseline(pitch, 0) - text_bottom) / pitch + 1);
    }
};

Frame first_frame(const Flow& flow) {
    return {flow.top, flow.text_bottom, flow.bottom};
}
/// Later pages hold whole rows of the grid: a quarter of the last one lies below its baseline.
Frame later_frame(const Flow& flow, Centipoints pitch) {
    return {flow.later.top, flow.later.bottom + pitch / 4, flow.later.bottom};
}

/// What a page has to find room for beside its text.
struct ClosingNeeds {
    int name_rows = 0;
    Centipoints size = 0;
    int gap_lines = 0;
    Centipoints seal_diameter = 0;
};

/// Where the rows of a page and its closing stand.
struct ClosingGrid {
    Centipoints pitch = 0;
    Centipoints date_y = 0;
    Centipoints seal_y = 0;
    bool fits = false;
};

/// GB/T 9704 §7.3.5.1: the seal stands upright over name and day, their baselines slightly below
/// its centre, its upper edge within a line of the text; never on the text.
ClosingGrid grid_of(const Frame& frame, Centipoints pitch, int text_rows,
                    const ClosingNeeds& needs) {
    ClosingGrid grid{pitch, 0, 0, false};
    const Centipoints text_y = frame.baseline(pitch, text_rows - 1);
    const Centipoints over_date = pitch / 2 + needs.size / 2;
    grid.date_y = std::min(text_y - pitch * (needs.gap_lines + 1 + needs.name_rows),
                           text_y - seal_clearance - needs.seal_diameter / 2 - over_date);
    grid.seal_y = grid.date_y + over_date;
    grid.fits =
        text_y >= frame.text_bottom && grid.seal_y - needs.seal_diameter / 2 >= frame.bottom;
    return grid;
}

/// The widest pitch at which text and closing fit on one page: where seal and day find no room the
/// standard narrows the pitch, never the characters (§7.3.5, 特殊情况说明).
ClosingGrid fit_grid(const Flow& flow, int text_rows, const ClosingNeeds& needs) {
    const Frame frame = first_frame(flow);
    ClosingGrid grid = grid_of(frame, flow.line_pitch, text_rows, needs);
    while (!grid.fits && grid.pitch > flow.line_pitch_least) {
        grid = grid_of(frame, std::max(flow.line_pitch_least, grid.pitch - pitch_step), text_rows,
                       needs);
    }
    return grid;
}

/// A line's page, from 0, and its row on it.
struct RowPlace {
    int page = 0;
    int row = 0;
};

/// Shares lines out over pages. `gaps`: blank rows before each line, which fall away at the head of
/// a later page. The line `breaks` begins a page.
std::vector<RowPlace> share_out(const std::vector<int>& gaps, int first_rows, int later_rows,
                                std::size_t breaks) {
    std::vector<RowPlace> places;
    places.reserve(gaps.size());
    RowPlace next;
    for (std::size_t line = 0; line < gaps.size(); ++line) {
        next.row += next.page > 0 && next.row == 0 ? 0 : gaps[line];
        const int rows = next.page == 0 ? first_rows : later_rows;
        if (line > 0 && (next.row >= rows || line == breaks) && places.back().page == next.page) {
            next = {next.page + 1, 0};
        }
        places.push_back(next);
        ++next.row;
    }
    return places;
}

std::size_t lines_on_last_page(const std::vector<RowPlace>& places) {
    return static_cast<std::size_t>(
        std::count_if(places.begin(), places.end(),
                      [&](const RowPlace& place) { return place.page == places.back().page; }));
}

/// Sets a flow in steps: blocks, closing, pages.
class FlowSetter {
public:
    FlowSetter(const Flow& flow, const PatternText& expand, const StyleOf& style_of,
               Centipoints seal_diameter)
        : flow_(flow), expand_(expand), style_of_(style_of), seal_diameter_(seal_diameter),
          column_(flow.width / flow.columns) {}

    FlowLayout run() {
        set_blocks();
        set_closing();
        place_rows();
        place_closing();
        set_page_numbers();
        return std::move(made_);
    }

private:
    void set_blocks() {
        int gap = 0;
        for (const FlowBlock& block : flow_.blocks) {
            gap += block.gap_lines;
            const auto glyphs = find_glyphs(expand_(block.pattern), *style_of_(block.look.style),
                                            made_.layout.faults);
            const auto lines = set_paragraph(glyphs, block.look,
                                             {flow_.x, column_ * block.indent, flow_.width}, 0, 0);
            for (std::size_t i = 0; i < lines.size(); ++i) {
                gaps_.push_back(gap);
                rows_ += gap + 1;
                gap = 0;
            }
            append_lines(made_.layout, glyphs, lines);
        }
    }

    /// §7.3.5.1: the day stands `right_indent` characters from the right, the name is centred on
    /// it, the seal stands upright over both. A name that would reach under the code breaks.
    void set_closing() {
        const FontStyle& style = *style_of_(flow_.closing_look.style);
        name_ = find_glyphs(expand_(flow_.signature), style, made_.layout.faults);
        date_ = find_glyphs(expand_(flow_.date), style, made_.layout.faults);
        const Centipoints size = flow_.closing_look.size;
        const Centipoints room = flow_.width / 2;
        date_width_ = width_of(date_, size, 0);
        const Centipoints name_width = std::min(room, width_of(name_, size, 0));
        const Centipoints right = flow_.x + flow_.width - column_ * flow_.right_indent;
        centre_ = std::min(right - date_width_ / 2,
                           flow_.x + flow_.width - std::max(name_width, seal_diameter_) / 2);
        TextLook look = flow_.closing_look;
        look.align = Align::center;
        look.fit = Fit::balance;
        name_lines_ = set_paragraph(name_, look, {centre_ - room / 2, 0, room}, 0, 1);
    }

    /// One page where the pitch can make it so; else the standard's own pitch on several.
    void place_rows() {
        const ClosingNeeds needs{static_cast<int>(name_lines_.size()), flow_.closing_look.size,
                                 flow_.closing_gap_lines, seal_diameter_};
        grid_ = fit_grid(flow_, rows_, needs);
        if (grid_.fits || flow_.later.pages_max <= 1 || gaps_.empty()) {
            const Frame frame = first_frame(flow_);
            places_ = share_out(gaps_, rows_ + 1, 0, gaps_.size());
            if (!grid_.fits) {
                made_.layout.faults.push_back(
                    {"page", measures(flow_.top - frame.baseline(grid_.pitch, rows_ - 1),
                                      flow_.top - flow_.text_bottom)});
            }
        } else {
            place_on_pages(needs);
        }
        for (std::size_t i = 0; i < places_.size(); ++i) {
            SetLine& line = made_.layout.lines[i];
            line.page = places_[i].page;
            line.y = frame_of(line.page).baseline(grid_.pitch, places_[i].row);
        }
    }

    /// The standard's own pitch, or a narrower one that keeps the closing with the text's end on
    /// its page; where none does, the text's last lines go on to the closing's page.
    void place_on_pages(const ClosingNeeds& needs) {
        for (Centipoints pitch = flow_.line_pitch; pitch >= flow_.later.line_pitch_least;
             pitch -= pitch_step) {
            share_out_at(pitch, gaps_.size(), needs);
            if (grid_.fits && lines_on_last_page(places_) >= lines_with_closing &&
                places_.back().page > 0) {
                break;
            }
            grid_.fits = false;
        }
        if (!grid_.fits) {
            share_out_at(flow_.line_pitch,
                         gaps_.size() - std::min(lines_with_closing, gaps_.size()), needs);
        }
        const Frame later = later_frame(flow_, grid_.pitch);
        made_.pages = places_.back().page + 1;
        if (!grid_.fits) {
            made_.layout.faults.push_back(
                {"page", measures(later.top - grid_.seal_y + seal_diameter_ / 2,
                                  later.top - later.bottom)});
        }
        if (made_.pages > flow_.later.pages_max) {
            made_.layout.faults.push_back(
                {"pages", fmt::format("{} > {}", made_.pages, flow_.later.pages_max)});
        }
    }

    void share_out_at(Centipoints pitch, std::size_t breaks, const ClosingNeeds& needs) {
        const Frame later = later_frame(flow_, pitch);
        places_ = share_out(gaps_, first_frame(flow_).rows(pitch), later.rows(pitch), breaks);
        grid_ = grid_of(later, pitch, places_.back().row + 1, needs);
    }

    [[nodiscard]] Frame frame_of(int page) const {
        return page == 0 ? first_frame(flow_) : later_frame(flow_, grid_.pitch);
    }

    void place_closing() {
        const int page = made_.pages - 1;
        const int name_rows = static_cast<int>(name_lines_.size());
        for (SetLine& line : name_lines_) { // set as 0, -1 … downwards; the day stands below
            line.y = grid_.date_y + grid_.pitch * (line.y + name_rows);
            line.page = page;
        }
        append_lines(made_.layout, name_, name_lines_);
        SetLine date = place_line(date_, flow_.closing_look, flow_.closing_look.size,
                                  centre_ - date_width_ / 2, grid_.date_y, date_width_, true);
        date.page = page;
        append_lines(made_.layout, date_, {date});
        made_.seal_x = centre_;
        made_.seal_y = grid_.seal_y;
    }

    /// §7.5: `— 2 —`, odd pages one character from the right, even ones from the left; the first
    /// page of a letter has none (§10.1).
    void set_page_numbers() {
        for (int page = 1; page < made_.pages; ++page) {
            TextLook look = flow_.later.number_look;
            look.align = page % 2 == 0 ? Align::right : Align::left;
            Layout number =
                set_text(fmt::format("— {} —", page + 1), look, *style_of_(look.style),
                         flow_.x + column_, flow_.later.number_y, flow_.width - 2 * column_);
            for (SetLine& line : number.lines) {
                line.page = page;
            }
            append_lines(made_.layout, number.glyphs, number.lines);
        }
    }

    const Flow& flow_;
    const PatternText& expand_;
    const StyleOf& style_of_;
    Centipoints seal_diameter_;
    Centipoints column_;
    FlowLayout made_;
    std::vector<int> gaps_; ///< blank rows before each line of the blocks
    int rows_ = 0;          ///< of all blocks with their gaps
    std::vector<RowPlace> places_;
    std::vector<SetGlyph> name_;
    std::vector<SetGlyph> date_;
    std::vector<SetLine> name_lines_;
    Centipoints date_width_ = 0;
    Centipoints centre_ = 0;
    ClosingGrid grid_;
};

} // namespace

FlowLayout set_flow(const Flow& flow, const PatternText& expand, const StyleOf& style_of,
                    Centipoints seal_diameter) {
    return FlowSetter(flow, expand, style_of, seal_diameter).run();
}

} // namespace songda::issuer
