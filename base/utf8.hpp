#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace songda {

/// Offset of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and values
/// past U+10FFFF are not).
[[nodiscard]] std::optional<std::size_t> find_bad_utf8(std::string_view text);

/// Takes one code point off the front of valid, non-empty UTF-8.
[[nodiscard]] char32_t take_code_point(std::string_view& text);

void append_utf8(std::string& to, char32_t code_point);

[[nodiscard]] std::u32string to_code_points(std::string_view text);
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// `U+4F60`, as an error names a character.
[[nodiscard]] std::string code_point_name(char32_t code_point);

/// Characters that no value of a document may hold: controls, bidirectional overrides, invisible
/// format characters, surrogates, noncharacters, private use (every font draws them as it likes).
/// They could make a page show other than it says.
[[nodiscard]] bool is_forbidden_in_documents(char32_t code_point);

} // namespace songda
