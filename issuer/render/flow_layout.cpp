#include <algorithm>

#include <fmt/format.h>

#include "issuer/render/detail/flow_bands.hpp"
#include "issuer/render/detail/flow_imprint.hpp"
#include "issuer/render/layout.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

constexpr Centipoints pitch_step = 10;
constexpr Centipoints seal_clearance = 400; // between the last line's baseline and the seal
/// GB/T 9704 §7.3.5.5: no page has only the closing and its seal (不得出现空白印章).
constexpr std::size_t bands_with_closing = 2;

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
    Centipoints imprint_height = 0; ///< 版记, below the seal
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
    grid.fits = text_y >= frame.text_bottom &&
                grid.seal_y - needs.seal_diameter / 2 >= frame.bottom + needs.imprint_height;
    return grid;
}

/// Rows of all bands on one page.
int total_rows(const std::vector<Band>& bands, Centipoints pitch) {
    int rows = 0;
    for (const Band& band : bands) {
        rows += band.gap + band.rows(pitch);
    }
    return rows;
}

/// The widest pitch at which text and closing fit on one page: where seal and day find no room the
/// standard narrows the pitch, never the characters (§7.3.5, 特殊情况说明).
ClosingGrid fit_grid(const Flow& flow, const std::vector<Band>& bands, const ClosingNeeds& needs) {
    const Frame frame = first_frame(flow);
    const auto grid_at = [&](Centipoints pitch) {
        return grid_of(frame, pitch, total_rows(bands, pitch), needs);
    };
    ClosingGrid grid = grid_at(flow.line_pitch);
    while (!grid.fits && grid.pitch > flow.line_pitch_least) {
        grid = grid_at(std::max(flow.line_pitch_least, grid.pitch - pitch_step));
    }
    return grid;
}

/// A band's page, from 0, and the first of its rows on it.
struct RowPlace {
    int page = 0;
    int row = 0;
    bool head_above = false; ///< its table's head stands above it again
};

/// Shares bands out over pages. Gaps fall away at the head of a later page; a band that is to stay
/// with the next goes on with it; a table that goes on shows its head again. The band `breaks`
/// begins a page.
class Sharing {
public:
    struct Rows {
        int first = 0; ///< of the first page
        int later = 0;
    };
    Sharing(const std::vector<Band>& bands, Rows rows, Centipoints pitch, std::size_t breaks)
        : bands_(bands), rows_(rows), pitch_(pitch), breaks_(breaks) {}

    std::vector<RowPlace> run() {
        for (std::size_t at = 0; at < bands_.size(); ++at) {
            place(at);
        }
        return std::move(places_);
    }

private:
    void place(std::size_t at) {
        const Band& band = bands_[at];
        const int gap = next_.page > 0 && next_.row == 0 ? 0 : band.gap;
        const int needed = gap + band.rows(pitch_) + rows_kept_with(at);
        const bool full = next_.row + needed > rows_of(next_.page);
        const bool has_text = !places_.empty() && places_.back().page == next_.page;
        if (has_text && (full || at == breaks_)) {
            next_ = {next_.page + 1, 0, false};
            const bool goes_on = band.head >= 0 && static_cast<std::size_t>(band.head) + 1 < at;
            next_.head_above = goes_on;
            next_.row = goes_on ? bands_[static_cast<std::size_t>(band.head)].rows(pitch_) : 0;
        } else {
            next_.row += gap;
        }
        places_.push_back(next_);
        next_.row += band.rows(pitch_);
        next_.head_above = false;
    }
    /// What must follow on the same page.
    [[nodiscard]] int rows_kept_with(std::size_t at) const {
        const bool keeps = bands_[at].keep && at + 1 < bands_.size() && at + 1 != breaks_;
        return keeps ? bands_[at + 1].gap + bands_[at + 1].rows(pitch_) : 0;
    }
    [[nodiscard]] int rows_of(int page) const { return page == 0 ? rows_.first : rows_.later; }

    const std::vector<Band>& bands_;
    Rows rows_;
    Centipoints pitch_;
    std::size_t breaks_;
    RowPlace next_;
    std::vector<RowPlace> places_;
};

std::size_t bands_on_last_page(const std::vector<RowPlace>& places) {
    return static_cast<std::size_t>(
        std::count_if(places.begin(), places.end(),
                      [&](const RowPlace& place) { return place.page == places.back().page; }));
}

/// Sets a flow in steps: blocks, closing, pages.
class FlowSetter {
public:
    FlowSetter(const Flow& flow, const FlowValues& values, Centipoints seal_diameter)
        : flow_(flow), values_(values), seal_diameter_(seal_diameter),
          column_(flow.width / flow.columns) {}

    FlowLayout run() {
        set_blocks();
        set_closing();
        place_bands();
        place_lines();
        place_closing();
        set_page_numbers();
        return std::move(made_);
    }

private:
    void set_blocks() {
        // What a table's row may take is what every page of this flow has.
        const Centipoints first = flow_.top - flow_.text_bottom;
        const Centipoints part = flow_.later.pages_max > 1
                                     ? std::min(first, flow_.later.top - flow_.later.bottom)
                                     : first;
        bands_ = set_bands(flow_, values_, part);
        made_.layout = std::move(bands_.layout);
        if (flow_.imprint) {
            imprint_ = set_imprint(*flow_.imprint, flow_, values_, made_.layout.faults);
        }
    }

    /// §7.3.5.1: the day stands `right_indent` characters from the right, the name is centred on
    /// it, the seal stands upright over both. A name that would reach under the code breaks.
    void set_closing() {
        const FontStyle& style = *values_.style_of(flow_.closing_look.style);
        const auto expanded = [this](const Pattern& pattern) {
            return values_.expand(pattern, nullptr);
        };
        name_ = find_glyphs(expanded(flow_.signature), style, made_.layout.faults);
        date_ = find_glyphs(expanded(flow_.date), style, made_.layout.faults);
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
    void place_bands() {
        const ClosingNeeds needs{static_cast<int>(name_lines_.size()), flow_.closing_look.size,
                                 flow_.closing_gap_lines, seal_diameter_, imprint_.height};
        const std::vector<Band>& bands = bands_.list;
        grid_ = fit_grid(flow_, bands, needs);
        if (grid_.fits || flow_.later.pages_max <= 1 || bands.empty()) {
            const Frame frame = first_frame(flow_);
            const int rows = total_rows(bands, grid_.pitch);
            places_ = Sharing(bands, {rows + 1, 0}, grid_.pitch, bands.size()).run();
            if (!grid_.fits) {
                made_.layout.faults.push_back(
                    {"page", measures(flow_.top - frame.baseline(grid_.pitch, rows - 1),
                                      flow_.top - flow_.text_bottom)});
            }
        } else {
            place_on_pages(needs);
        }
    }

    /// The standard's own pitch, or a narrower one that keeps the closing with the text's end on
    /// its page; where none does, the text's last lines go on to the closing's page.
    void place_on_pages(const ClosingNeeds& needs) {
        const std::size_t count = bands_.list.size();
        for (Centipoints pitch = flow_.line_pitch; pitch >= flow_.later.line_pitch_least;
             pitch -= pitch_step) {
            share_out_at(pitch, count, needs);
            if (grid_.fits && bands_on_last_page(places_) >= bands_with_closing &&
                places_.back().page > 0) {
                break;
            }
            grid_.fits = false;
        }
        if (!grid_.fits) {
            std::size_t breaks = count - std::min(bands_with_closing, count);
            while (breaks > 0 && bands_.list[breaks - 1].keep) {
                --breaks;
            }
            share_out_at(flow_.line_pitch, breaks, needs);
        }
        const Frame later = later_frame(flow_, grid_.pitch);
        made_.pages = places_.back().page + 1;
        if (!grid_.fits) {
            made_.layout.faults.push_back(
                {"page", measures(later.top - grid_.seal_y + seal_diameter_ / 2,
                                  later.top - later.bottom - imprint_.height)});
        }
        if (made_.pages > flow_.later.pages_max) {
            made_.layout.faults.push_back(
                {"pages", fmt::format("{} > {}", made_.pages, flow_.later.pages_max)});
        }
    }

    void share_out_at(Centipoints pitch, std::size_t breaks, const ClosingNeeds& needs) {
        const Frame later = later_frame(flow_, pitch);
        places_ =
            Sharing(bands_.list, {first_frame(flow_).rows(pitch), later.rows(pitch)}, pitch, breaks)
                .run();
        const Band& last = bands_.list.back();
        grid_ = grid_of(later, pitch, places_.back().row + last.rows(pitch), needs);
    }

    /// Every band's lines at its rows, tables with their rules and, on a page that they go on to,
    /// their head.
    void place_lines() {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            const Band& band = bands_.list[i];
            const RowPlace& place = places_[i];
            if (band.height == 0) {
                SetLine& line = made_.layout.lines[band.first_line];
                line.page = place.page;
                line.y = frame_of(place.page).baseline(grid_.pitch, place.row);
                continue;
            }
            const bool first = i == 0 || bands_.list[i - 1].table != band.table ||
                               places_[i - 1].page != place.page;
            const bool last = i + 1 == places_.size() || bands_.list[i + 1].table != band.table ||
                              places_[i + 1].page != place.page;
            if (place.head_above) {
                const Band& head = bands_.list[static_cast<std::size_t>(band.head)];
                repeat_lines(head, {place.page, place.row - head.rows(grid_.pitch)});
            }
            move_lines(band, band.first_line, place);
            rule_row(band, place, {first && !place.head_above, last});
        }
    }

    /// The whole rows of the grid that a table's row takes, but for the margins of its table.
    struct RowBox {
        Centipoints upper = 0;
        Centipoints lower = 0;
    };
    [[nodiscard]] RowBox box_of(const Band& band, const RowPlace& place) const {
        const Centipoints upper = frame_of(place.page).top - grid_.pitch * place.row;
        return {upper - band.above, upper - grid_.pitch * band.rows(grid_.pitch) + band.below};
    }
    /// Where a row's lines count from: they stand in its middle.
    [[nodiscard]] Centipoints lines_from(const Band& band, const RowPlace& place) const {
        const RowBox box = box_of(band, place);
        return box.upper - (box.upper - box.lower - band.height) / 2;
    }

    void move_lines(const Band& band, std::size_t first_line, const RowPlace& place) {
        const Centipoints from = lines_from(band, place);
        for (std::size_t at = first_line; at < first_line + band.lines; ++at) {
            SetLine& line = made_.layout.lines[at];
            line.page = place.page;
            line.y += from;
        }
    }

    void repeat_lines(const Band& head, const RowPlace& place) {
        const std::size_t first_line = made_.layout.lines.size();
        for (std::size_t at = 0; at < head.lines; ++at) {
            // As it was before it was moved to its first place.
            SetLine line = made_.layout.lines[head.first_line + at];
            line.y -=
                lines_from(head, places_[static_cast<std::size_t>(&head - bands_.list.data())]);
            made_.layout.lines.push_back(line);
        }
        move_lines(head, first_line, place);
        rule_row(head, place, {true, false});
    }

    struct RowEnds {
        bool first = false; ///< of its table on this page
        bool last = false;
    };

    void rule_row(const Band& band, const RowPlace& place, const RowEnds& ends) {
        const Table& table = *bands_.tables[static_cast<std::size_t>(band.table)];
        const auto [upper, lower] = box_of(band, place);
        const Centipoints left = band.edges.front();
        const Centipoints right = band.edges.back();
        const Centipoints outer = table.outer_weight;
        const Centipoints above = ends.first ? outer : table.inner_weight;
        auto& rules = made_.layout.rules;
        rules.push_back(
            {left - outer / 2, upper - above / 2, right - left + outer, above, place.page});
        if (ends.last) {
            rules.push_back(
                {left - outer / 2, lower - outer / 2, right - left + outer, outer, place.page});
        }
        for (const Centipoints edge : band.edges) {
            const Centipoints weight = edge == left || edge == right ? outer : table.inner_weight;
            rules.push_back({edge - weight / 2, lower, weight, upper - lower, place.page});
        }
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
        place_imprint(imprint_, frame_of(page).bottom, page, made_.layout);
        made_.seal_x = centre_;
        made_.seal_y = grid_.seal_y;
    }

    /// §7.5: `— 2 —`, odd pages one character from the right, even ones from the left; the first
    /// page of a letter has none (§10.1).
    void set_page_numbers() {
        if (flow_.later.pages_max <= 1) {
            return;
        }
        for (int page = flow_.later.number_first ? 0 : 1; page < made_.pages; ++page) {
            TextLook look = flow_.later.number_look;
            look.align = page % 2 == 0 ? Align::right : Align::left;
            Layout number =
                set_text(fmt::format("— {} —", page + 1), look, *values_.style_of(look.style),
                         flow_.x + column_, flow_.later.number_y, flow_.width - 2 * column_);
            for (SetLine& line : number.lines) {
                line.page = page;
            }
            append_lines(made_.layout, number.glyphs, number.lines);
        }
    }

    const Flow& flow_;
    const FlowValues& values_;
    Centipoints seal_diameter_;
    Centipoints column_;
    FlowLayout made_;
    Bands bands_; ///< its layout is `made_`'s
    Imprinted imprint_;
    std::vector<RowPlace> places_; ///< of the bands
    std::vector<SetGlyph> name_;
    std::vector<SetGlyph> date_;
    std::vector<SetLine> name_lines_;
    Centipoints date_width_ = 0;
    Centipoints centre_ = 0;
    ClosingGrid grid_;
};

} // namespace

FlowLayout set_flow(const Flow& flow, const FlowValues& values, Centipoints seal_diameter) {
    return FlowSetter(flow, values, seal_diameter).run();
}

} // namespace songda::issuer
