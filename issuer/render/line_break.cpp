#include "issuer/render/line_break.hpp"

#include <string_view>

namespace songda::issuer {
namespace {

bool not_at_start(char32_t c) {
    // GB/T 15834-2011 §5.1: neither closing marks, nor 连接号 or 分隔号.
    static constexpr std::u32string_view marks =
        U"，。、；：？！’”）》〉】〕」』…—·～％℃,.;:?!)]}%-–－/／";
    return marks.find(c) != std::u32string_view::npos;
}

bool not_at_end(char32_t c) {
    static constexpr std::u32string_view marks = U"‘“（《〈【〔「『([{￥$";
    return marks.find(c) != std::u32string_view::npos;
}

bool is_digit(char32_t c) {
    return c >= U'0' && c <= U'9';
}

bool is_western(char32_t c) {
    return is_digit(c) || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
}

/// `2028年`, `323号`: a number and the word that it counts are read as one.
bool counts(char32_t number, char32_t word) {
    static constexpr std::u32string_view words = U"年月日号幢栋座室楼层条项米元万亿个辆平";
    return is_digit(number) && words.find(word) != std::u32string_view::npos;
}

/// Inside `3.14`, `12:30`, `2026-11-24`, `0512-12345`: at `at` the second number begins.
bool parts_number(std::span<const SetGlyph> glyphs, std::size_t at) {
    static constexpr std::u32string_view marks = U".,:-/";
    return at >= 2 && is_digit(glyphs[at].character) && is_digit(glyphs[at - 2].character) &&
           marks.find(glyphs[at - 1].character) != std::u32string_view::npos;
}

/// Han, with no rule of its own.
bool is_plain(char32_t c) {
    return c >= 0x3400 && c < 0xFE00;
}

bool may_break_before(std::span<const SetGlyph> glyphs, std::size_t at) {
    const char32_t left = glyphs[at - 1].character;
    const char32_t right = glyphs[at].character;
    if (is_plain(left) && is_plain(right)) {
        return true;
    }
    return !not_at_start(right) && !not_at_end(left) && !(is_western(left) && is_western(right)) &&
           !counts(left, right) && !parts_number(glyphs, at);
}

/// Where the line that begins at `begin` ends.
std::size_t end_of_line(std::span<const SetGlyph> glyphs, std::size_t begin, Centipoints size,
                        Centipoints tracking, Centipoints width) {
    const std::int64_t room = width * std::int64_t{1000};
    std::int64_t used = 0;
    std::size_t end = begin;
    while (end < glyphs.size()) {
        const std::int64_t next = used + glyphs[end].glyph->advance * std::int64_t{size};
        if (next > room && end > begin) {
            break;
        }
        used = next + tracking * std::int64_t{1000};
        ++end;
    }
    if (end == glyphs.size()) {
        return end;
    }
    std::size_t legal = end;
    while (legal > begin + 1 && !may_break_before(glyphs, legal)) {
        --legal;
    }
    return legal > begin + 1 ? legal : end; // nothing legal: break hard
}

} // namespace

std::vector<std::size_t> break_lines(std::span<const SetGlyph> glyphs, Centipoints size,
                                     Centipoints tracking, Centipoints first, Centipoints rest) {
    std::vector<std::size_t> ends;
    std::size_t begin = 0;
    while (begin < glyphs.size()) {
        begin = end_of_line(glyphs, begin, size, tracking, ends.empty() ? first : rest);
        ends.push_back(begin);
    }
    return ends;
}

bool fits_lines(std::span<const SetGlyph> glyphs, Centipoints size, Centipoints tracking,
                Centipoints room, std::size_t lines) {
    std::size_t begin = 0;
    for (std::size_t line = 0; line < lines && begin < glyphs.size(); ++line) {
        begin = end_of_line(glyphs, begin, size, tracking, room);
    }
    return begin == glyphs.size();
}

} // namespace songda::issuer
