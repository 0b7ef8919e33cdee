#include "issuer/render/detail/flow_bands.hpp"

#include <array>

#include "base/utf8.hpp"

namespace songda::issuer::detail {
namespace {

/// Above the baseline, of a character's size: where the middle of a Han character lies.
constexpr double middle_of_character = 0.38;
/// A table does not touch the text above and below it.
constexpr Centipoints table_margin = 400;

constexpr std::array<std::string_view, 10> digits = {"",   "一", "二", "三", "四",
                                                     "五", "六", "七", "八", "九"};

bool is_chinese_digit(char32_t c) {
    return std::u32string_view(U"一二三四五六七八九十百〇").find(c) != std::u32string_view::npos;
}
bool is_digit(char32_t c) {
    return c >= U'0' && c <= U'9';
}

/// A heading is no sentence: it ends without a mark.
bool ends_as_sentence(std::string_view text) {
    static constexpr std::array<std::string_view, 8> marks = {"。", "；", "，", "：",
                                                              "！", "？", ".",  ";"};
    return std::any_of(marks.begin(), marks.end(),
                       [text](std::string_view mark) { return text.ends_with(mark); });
}

std::vector<std::string_view> split_paragraphs(std::string_view text) {
    std::vector<std::string_view> paragraphs;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) {
            paragraphs.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return paragraphs;
}

class BandSetter {
public:
    BandSetter(const Flow& flow, const FlowValues& values, Centipoints part_height)
        : flow_(flow), values_(values), part_height_(part_height),
          column_(flow.width / flow.columns) {}

    Bands run() {
        for (const FlowBlock& block : flow_.blocks) {
            const std::size_t count = block.each.empty() ? 1 : values_.count_elements(block.each);
            if (count == 0 || !values_.holds(block.condition)) {
                continue;
            }
            const std::size_t before = made_.list.size();
            gap_ += block.gap_lines;
            if (block.table) {
                set_table(block, *block.table, count);
            } else {
                set_paragraphs(block, count);
            }
            gap_ -= made_.list.size() == before ? block.gap_lines : 0;
        }
        return std::move(made_);
    }

private:
    /// Null where the block is set once: its patterns know no element.
    [[nodiscard]] std::string expand(const Pattern& pattern, const FlowBlock& block,
                                     const FlowElement& element) const {
        return values_.expand(pattern, block.each.empty() ? nullptr : &element);
    }

    void set_paragraphs(const FlowBlock& block, std::size_t count) {
        Centipoints behind_lead = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const FlowElement element{block.each, i, count};
            const std::string lead = i == 0 ? expand(block.lead, block, element) : "";
            const Centipoints indent = column_ * block.indent + behind_lead;
            if (i == 0 && !block.lead.empty()) {
                behind_lead = width_of_text(lead, block.look);
            }
            const std::string label =
                lead + expand(count == 1 ? block.label_single : block.label, block, element);
            set_text_of(block, label, expand(block.pattern, block, element), indent);
        }
    }

    [[nodiscard]] Centipoints width_of_text(std::string_view text, const TextLook& look) const {
        std::vector<LayoutFault> told_elsewhere;
        const auto glyphs = find_glyphs(text, *values_.style_of(look.style), told_elsewhere);
        return width_of(glyphs, look.size, look.tracking) + (glyphs.empty() ? 0 : look.tracking);
    }

    /// Its paragraphs, the first behind the label.
    void set_text_of(const FlowBlock& block, const std::string& label, std::string_view text,
                     Centipoints indent) {
        const Centipoints hang = block.hang ? indent + width_of_text(label, block.look) : 0;
        std::string_view before = label;
        for (const std::string_view paragraph : split_paragraphs(text)) {
            std::string_view style = block.look.style;
            const bool heading = block.levels && is_heading(paragraph, style);
            const std::string whole = std::string(before) + std::string(paragraph);
            const auto glyphs = find_glyphs(whole, *values_.style_of(style), made_.layout.faults);
            const Measure measure{flow_.x + hang, before.data() == label.data() ? indent - hang : 0,
                                  flow_.width - hang};
            add_lines(glyphs,
                      set_paragraph(glyphs, block.look,
                                    block.hang ? measure : Measure{flow_.x, indent, flow_.width}, 0,
                                    0));
            // `理由如下：` says nothing alone.
            if ((heading || paragraph.ends_with("：")) && !made_.list.empty()) {
                made_.list.back().keep = true;
            }
            before = {};
        }
    }

    /// Changes the style to the level's.
    [[nodiscard]] bool is_heading(std::string_view paragraph, std::string_view& style) const {
        for (const HeadingLevel& level : flow_.levels) {
            if (begins_with_form(paragraph, level.form) && !ends_as_sentence(paragraph)) {
                style = level.style;
                return true;
            }
        }
        return false;
    }

    void add_lines(std::span<const SetGlyph> glyphs, const std::vector<SetLine>& lines) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            Band band;
            band.gap = gap_;
            band.first_line = made_.layout.lines.size() + i;
            band.lines = 1;
            made_.list.push_back(band);
            gap_ = 0;
        }
        append_lines(made_.layout, glyphs, lines);
    }

    void set_table(const FlowBlock& block, const Table& table, std::size_t count) {
        table_ = static_cast<int>(made_.tables.size());
        made_.tables.push_back(&table);
        const std::size_t first = made_.list.size();
        head_ = -1;
        if (table.has_head()) {
            TextLook look = block.look;
            look.style = table.head_style;
            std::vector<Cell> cells;
            for (const TableColumn& column : table.columns) {
                cells.push_back({values_.expand(column.head, nullptr), Align::center});
            }
            set_row(table, look, cells, 0);
            head_ = static_cast<int>(made_.list.size()) - 1;
            made_.list.back().keep = true;
        }
        for (std::size_t i = 0; i < count && !block.each.empty(); ++i) {
            const FlowElement element{block.each, i, count};
            std::vector<Cell> cells;
            for (const TableColumn& column : table.columns) {
                cells.push_back({values_.expand(column.text, &element), column.align});
            }
            set_row(table, block.look, cells, 0);
        }
        for (const TableRow& row : table.rows) {
            std::vector<Cell> cells;
            for (std::size_t i = 0; i < row.cells.size(); ++i) {
                cells.push_back({values_.expand(row.cells[i], nullptr), table.columns[i].align});
            }
            set_row(table, block.look, cells, row.height_least);
        }
        if (made_.list.size() > first) {
            made_.list[first].above = table_margin;
            made_.list.back().below = table_margin;
        }
    }

    struct Cell {
        std::string text;
        Align align = Align::left;
        std::vector<SetGlyph> glyphs{};
        std::vector<SetLine> lines{};
    };

    /// Edges of the cells; the last one reaches to the table's end.
    [[nodiscard]] std::vector<Centipoints> edges_of(const Table& table, std::size_t cells) const {
        Centipoints width = 0;
        for (const TableColumn& column : table.columns) {
            width += column.width;
        }
        std::vector<Centipoints> edges = {flow_.x + (flow_.width - width) / 2};
        for (std::size_t i = 0; i + 1 < cells; ++i) {
            edges.push_back(edges.back() + table.columns[i].width);
        }
        edges.push_back(edges.front() + width);
        return edges;
    }

    void set_row(const Table& table, TextLook look, std::vector<Cell>& cells,
                 Centipoints height_least) {
        const std::vector<Centipoints> edges = edges_of(table, cells.size());
        std::size_t lines = 1;
        look.fit = Fit::wrap;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            Cell& cell = cells[i];
            look.align = cell.align;
            cell.glyphs =
                find_glyphs(cell.text, *values_.style_of(look.style), made_.layout.faults);
            const Centipoints room = edges[i + 1] - edges[i] - 2 * table.padding;
            cell.lines =
                set_paragraph(cell.glyphs, look, {edges[i] + table.padding, 0, room}, 0, 0);
            lines = std::max(lines, cell.lines.size());
        }
        const auto most = static_cast<std::size_t>(
            std::max(1, (part_height_ - head_height() - 2 * table.padding) / look.leading));
        std::size_t first = 0;
        do {
            const std::size_t part = std::min(most, lines - first);
            add_part(table, look, cells, {first, part, height_least}, edges);
            first += part;
        } while (first < lines);
    }

    struct Part {
        std::size_t first = 0; ///< line of each cell
        std::size_t lines = 0; ///< of the highest cell
        Centipoints height_least = 0;
    };

    void add_part(const Table& table, const TextLook& look, const std::vector<Cell>& cells,
                  const Part& part, const std::vector<Centipoints>& edges) {
        Band band;
        band.gap = gap_;
        gap_ = 0;
        band.height =
            std::max(part.height_least,
                     static_cast<Centipoints>(part.lines) * look.leading + 2 * table.padding);
        band.first_line = made_.layout.lines.size();
        band.table = table_;
        band.head = head_;
        band.edges = edges;
        for (const Cell& cell : cells) {
            const std::size_t first = std::min(part.first, cell.lines.size());
            const std::size_t count = std::min(part.lines, cell.lines.size() - first);
            std::vector<SetLine> lines(cell.lines.begin() + static_cast<std::ptrdiff_t>(first),
                                       cell.lines.begin() +
                                           static_cast<std::ptrdiff_t>(first + count));
            // A cell stands in the middle of its row; one that is parted fills it.
            Centipoints y = -(band.height - static_cast<Centipoints>(count) * look.leading) / 2;
            for (SetLine& line : lines) {
                line.y = y - look.leading / 2 -
                         static_cast<Centipoints>(look.size * middle_of_character);
                y -= look.leading;
            }
            append_lines(made_.layout, cell.glyphs, lines);
        }
        band.lines = made_.layout.lines.size() - band.first_line;
        made_.list.push_back(std::move(band));
    }

    [[nodiscard]] Centipoints head_height() const {
        return head_ < 0 ? 0 : made_.list[static_cast<std::size_t>(head_)].height;
    }

    const Flow& flow_;
    const FlowValues& values_;
    Centipoints part_height_;
    Centipoints column_;
    Bands made_;
    int gap_ = 0;
    int table_ = -1;
    int head_ = -1;
};

} // namespace

Bands set_bands(const Flow& flow, const FlowValues& values, Centipoints part_height) {
    return BandSetter(flow, values, part_height).run();
}

std::string chinese_number(std::size_t number) {
    std::string text;
    const std::size_t hundreds = number / 100 % 10;
    const std::size_t tens = number / 10 % 10;
    if (hundreds > 0) {
        text += std::string(digits[hundreds]) + "百";
    }
    if (tens > 0) {
        text += std::string(tens == 1 && hundreds == 0 ? "" : digits[tens]) + "十";
    } else if (hundreds > 0 && number % 10 > 0) {
        text += "〇";
    }
    return text + std::string(digits[number % 10]);
}

bool begins_with_form(std::string_view text, std::string_view form) {
    while (!form.empty()) {
        const char32_t wanted = take_code_point(form);
        const bool numbering = wanted == U'一' || wanted == U'1';
        std::size_t taken = 0;
        while (!text.empty()) {
            std::string_view rest = text;
            const char32_t c = take_code_point(rest);
            const bool fits = numbering ? (wanted == U'一' ? is_chinese_digit(c) : is_digit(c))
                                        : c == wanted && taken == 0;
            if (!fits) {
                break;
            }
            text = rest;
            ++taken;
        }
        if (taken == 0) {
            return false;
        }
    }
    return true;
}

} // namespace songda::issuer::detail
