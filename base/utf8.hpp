#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace songda {

/// Offset of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and values
/// past U+10FFFF are not).
[[nodiscard]] std::optional<std::size_t> find_bad_utf8(std::string_view text);

/// Takes one code point off the front of valid, non-empty UTF-8; U+FFFD and one byte if it is not.
[[nodiscard]] char32_t take_any_code_point(std::string_view& text);
/// The same; here for what nearly all text is, ASCII and CJK.
[[nodiscard]] inline char32_t take_code_point(std::string_view& text) {
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte(0) < 0x80) {
        const char32_t c = byte(0);
        text.remove_prefix(1);
        return c;
    }
    // E3 to E9 begin U+3000 to U+9FFF: no overlong form and no surrogate among them.
    if (byte(0) >= 0xE3 && byte(0) <= 0xE9 && text.size() >= 3 && (byte(1) & 0xC0U) == 0x80U &&
        (byte(2) & 0xC0U) == 0x80U) {
        const char32_t c = (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
        text.remove_prefix(3);
        return c;
    }
    return take_any_code_point(text);
}

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
