#include "base/utf8.hpp"

#include <array>
#include <cstdio>

namespace songda {
namespace {

struct Decoded {
    char32_t code_point = 0;
    std::size_t length = 0; ///< 0: ill-formed
};

Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        return {first, 1};
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) {
        return {};
    }
    char32_t code_point = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            return {};
        }
        code_point = (code_point << 6U) | (byte(i) & 0x3FU);
    }
    static constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < least[length] || code_point > 0x10FFFF || surrogate) {
        return {};
    }
    return {code_point, length};
}

} // namespace

std::optional<std::size_t> find_bad_utf8(std::string_view text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        // U+FFFD is an answer to ill-formed text and a character of its own.
        const std::string_view before = rest;
        if (take_code_point(rest) == U'\uFFFD' && decode(before).length == 0) {
            return text.size() - before.size();
        }
    }
    return std::nullopt;
}

char32_t take_any_code_point(std::string_view& text) {
    const Decoded decoded = decode(text);
    text.remove_prefix(decoded.length == 0 ? 1 : decoded.length);
    return decoded.length == 0 ? U'\uFFFD' : decoded.code_point;
}

void append_utf8(std::string& to, char32_t c) {
    if (c < 0x80) {
        to += static_cast<char>(c);
    } else if (c < 0x800) {
        to += static_cast<char>(0xC0U | (c >> 6U));
        to += static_cast<char>(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        to += static_cast<char>(0xE0U | (c >> 12U));
        to += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
        to += static_cast<char>(0x80U | (c & 0x3FU));
    } else {
        to += static_cast<char>(0xF0U | (c >> 18U));
        to += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
        to += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
        to += static_cast<char>(0x80U | (c & 0x3FU));
    }
}

std::u32string to_code_points(std::string_view text) {
    std::u32string code_points;
    code_points.reserve(text.size());
    while (!text.empty()) {
        code_points += take_code_point(text);
    }
    return code_points;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) {
        count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    }
    return count;
}

std::string code_point_name(char32_t code_point) {
    std::array<char, 12> text{};
    std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(code_point));
    return text.data();
}

bool is_forbidden_in_documents(char32_t c) {
    if ((c >= 0x20 && c < 0x7F) || (c >= 0x3165 && c <= 0x9FFF)) { // nearly all there is
        return false;
    }
    const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    return in(0x00, 0x1F) || in(0x7F, 0x9F) || c == 0xAD || c == 0x061C || c == 0x115F ||
           c == 0x1160 || c == 0x180E || in(0x200B, 0x200F) || in(0x2028, 0x202E) ||
           in(0x2060, 0x206F) || c == 0x3164 || in(0xD800, 0xDFFF) || in(0xFDD0, 0xFDEF) ||
           in(0xFE00, 0xFE0F) || c == 0xFEFF || c == 0xFFA0 || in(0xFFF0, 0xFFFB) ||
           (c & 0xFFFE) == 0xFFFE || in(0xE000, 0xF8FF) || in(0xE0000, 0x10FFFF);
}

} // namespace songda
