#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/toml_reader.hpp"
#include "issuer/templates/template.hpp"

/// Parts that every form on paper has in its TOML file, be it a template of documents or of labels
/// (docs/formats/template.md, docs/formats/label.md). What is wrong is told to the table.
namespace songda::issuer {

[[nodiscard]] Centipoints from_mm(double mm);
[[nodiscard]] Centipoints from_pt(double pt);

/// `所在地：{fields.address}`.
[[nodiscard]] Pattern parse_pattern(std::string_view text, TomlTable& table);
[[nodiscard]] Align read_align(TomlTable& table);
/// `colour`, as operands of `rg`; black if it is not there.
[[nodiscard]] std::string read_colour(TomlTable& table);
[[nodiscard]] TextLook read_look(TomlTable& table);
/// `[[text]]` and `[[line]]`; lengths in the file are from the page's upper left corner.
[[nodiscard]] TextItem read_text_item(TomlTable& table, Centipoints page_height);
[[nodiscard]] LineItem read_line_item(TomlTable& table, Centipoints page_height);

/// One of the listed words.
template <class T>
[[nodiscard]] T choose(TomlTable& table, std::string_view key, std::string_view otherwise,
                       std::initializer_list<std::pair<std::string_view, T>> words) {
    const std::string word = table.text_or(key, otherwise);
    std::string known;
    for (const auto& [name, value] : words) {
        if (word == name) {
            return value;
        }
        known += known.empty() ? "" : ", ";
        known += name;
    }
    table.refuse(key, "must be one of " + known);
    return words.begin()->second;
}

} // namespace songda::issuer
