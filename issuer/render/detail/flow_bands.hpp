#pragma once

#include <map>

#include "issuer/render/detail/paragraph.hpp"

/// A flow's blocks as bands: what stands beneath each other and is never parted. Places are found
/// later (flow_pages.hpp); here everything is relative to its band.
namespace songda::issuer::detail {

/// A line of text takes a row of the grid, a table's row as many as it needs.
struct Band {
    int gap = 0;            ///< blank rows before it; none at the head of a later page
    Centipoints height = 0; ///< of a table's row; 0: a line of text
    Centipoints above = 0;  ///< between a table and the text above it
    Centipoints below = 0;
    std::size_t first_line = 0;
    std::size_t lines = 0;
    int table = -1;    ///< whose ruled lines it gets; -1: none
    int head = -1;     ///< band that stands above it again at the head of a page; -1: none
    bool keep = false; ///< stays on the page of the next: a heading, `…如下：`, a table's head
    std::vector<Centipoints> edges{}; ///< of its cells, from left to right

    [[nodiscard]] int rows(Centipoints pitch) const {
        return height == 0 ? 1 : (above + height + below + pitch - 1) / pitch;
    }
};

/// Lines of text have y 0 and get their baseline; those of a table's row count from its upper edge.
struct Bands {
    Layout layout;
    std::vector<Band> list;
    std::vector<const Table*> tables;
};

/// `part_height`: what fits below the head of a page; a table's row that is taller is parted.
[[nodiscard]] Bands set_bands(const Flow& flow, const FlowValues& values, Centipoints part_height);

/// 一, 十, 十一, 二十三 …; up to 999.
[[nodiscard]] std::string chinese_number(std::size_t number);

/// Does the text begin with a numbering of this form: `一、`, `（一）`, `1.`, `（1）`?
[[nodiscard]] bool begins_with_form(std::string_view text, std::string_view form);

} // namespace songda::issuer::detail
