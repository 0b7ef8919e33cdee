#include "issuer/templates/form_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

namespace songda::issuer {

Centipoints from_mm(double mm) {
    constexpr double points_per_mm = 72.0 / 25.4;
    return static_cast<Centipoints>(std::lround(mm * points_per_mm * 100));
}

Centipoints from_pt(double pt) {
    return static_cast<Centipoints>(std::lround(pt * 100));
}

Pattern parse_pattern(std::string_view text, TomlTable& table) {
    Pattern pattern;
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('{'), text.size());
        if (open > 0) {
            pattern.push_back({false, std::string(text.substr(0, open))});
        }
        text.remove_prefix(open);
        if (text.empty()) {
            break;
        }
        const std::size_t close = text.find('}');
        if (close == std::string_view::npos) {
            table.refuse("text", "a { without }");
            break;
        }
        pattern.push_back({true, std::string(text.substr(1, close - 1))});
        text.remove_prefix(close + 1);
    }
    return pattern;
}

std::string read_colour(TomlTable& table) {
    const std::string text = table.text_or("colour", "#000000");
    unsigned rgb = 0;
    if (text.size() != 7 || std::sscanf(text.c_str(), "#%6x", &rgb) != 1) {
        table.refuse("colour", "must look like #a01c1c");
    }
    return fmt::format("{:.3f} {:.3f} {:.3f}", (rgb >> 16U) / 255.0, (rgb >> 8U & 255U) / 255.0,
                       (rgb & 255U) / 255.0);
}

Align read_align(TomlTable& table) {
    return choose<Align>(table, "align", "left",
                         {{"left", Align::left},
                          {"center", Align::center},
                          {"right", Align::right},
                          {"justify", Align::justify}});
}

TextLook read_look(TomlTable& table) {
    TextLook look;
    look.style = table.text("style");
    look.size = from_pt(table.number("size_pt"));
    look.least_size = from_pt(table.number_or("least_size_pt", look.size / 100.0));
    look.lines_max = static_cast<int>(table.integer_or("lines_max", 1, 1, 60));
    look.leading = from_pt(table.number_or("leading_pt", look.size * 1.5 / 100.0));
    look.tracking = from_pt(table.number_or("tracking_pt", 0));
    look.colour = read_colour(table);
    look.align = read_align(table);
    look.fit = choose<Fit>(table, "fit", "refuse",
                           {{"refuse", Fit::refuse},
                            {"shrink", Fit::shrink},
                            {"wrap", Fit::wrap},
                            {"balance", Fit::balance}});
    return look;
}

TextItem read_text_item(TomlTable& table, Centipoints page_height) {
    return {parse_pattern(table.text("text"), table), read_look(table),
            from_mm(table.number("x_mm")), page_height - from_mm(table.number("y_mm")),
            from_mm(table.number("width_mm"))};
}

LineItem read_line_item(TomlTable& table, Centipoints page_height) {
    const Centipoints weight = from_mm(table.number("weight_mm"));
    return {from_mm(table.number("x_mm")), page_height - from_mm(table.number("y_mm")) - weight,
            from_mm(table.number("width_mm")), weight, read_colour(table)};
}

} // namespace songda::issuer
