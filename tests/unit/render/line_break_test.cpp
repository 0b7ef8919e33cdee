// Where lines may break: the marks that may not begin or end one, and what is read in one piece.
#include "issuer/render/line_break.hpp"

#include <random>

#include <rapidcheck.h>

#include "base/utf8.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

constexpr Centipoints size = 1600;

std::vector<SetGlyph> glyphs_of(std::string_view text) {
    std::vector<LayoutFault> faults;
    auto glyphs = find_glyphs(text, *fonts()->find_style("fangsong"), faults);
    EXPECT_TRUE(faults.empty());
    return glyphs;
}

/// Lines of so many Han characters, parted by `|`.
std::string broken(std::string_view text, int columns) {
    const auto glyphs = glyphs_of(text);
    std::string out;
    std::size_t begin = 0;
    for (const std::size_t end : break_lines(glyphs, size, 0, size * columns, size * columns)) {
        out += begin == 0 ? "" : "|";
        for (; begin < end; ++begin) {
            append_utf8(out, glyphs[begin].character);
        }
    }
    return out;
}

TEST(LineBreak, MarksStayWithTheirWords) {
    EXPECT_EQ(broken("申请人应当提交，材料", 7), "申请人应当提|交，材料");
    EXPECT_EQ(broken("依据本法和《建筑法》", 6), "依据本法和|《建筑法》");
    EXPECT_EQ(broken("材料甲/材料乙", 3), "材料|甲/材|料乙");
    EXPECT_EQ(broken("编号甲乙－丙丁", 4), "编号甲|乙－丙丁");
}

TEST(LineBreak, NumbersAreReadInOnePiece) {
    EXPECT_EQ(broken("建筑面积3.14平方米", 5), "建筑面积|3.14平方米");
    EXPECT_EQ(broken("有效期至2026-11-24止", 6), "有效期至|2026-11-24止");
    EXPECT_EQ(broken("受理时间9:00至17:30止", 6), "受理时间9:00|至17:30止");
    EXPECT_EQ(broken("共计48,600元整", 4), "共计|48,600元|整");
}

TEST(LineBreak, NumberStaysWithTheWordThatItCounts) {
    TextLook look;
    look.style = "song";
    look.size = 1000;
    look.fit = Fit::wrap;
    look.lines_max = 9;
    const FontStyle& style = *fonts()->find_style("song");
    const auto first_line = [&](std::string_view text, Centipoints width) {
        return set_text(text, look, style, 0, 0, width).lines.front().end;
    };
    EXPECT_EQ(first_line("文昌路323号国际商务中心", 5200), 3U);
    EXPECT_EQ(first_line("自即日起至2028年5月31日止", 8000), 5U);
    EXPECT_EQ(first_line("文昌路323巷国际商务中心", 5200), 6U) << "others may stand apart";
    EXPECT_EQ(first_line("323号", 1700), 3U) << "where nothing else is possible";
}

TEST(LineBreak, AddressesBreakBehindTheirMarks) {
    const std::string lines = broken("网址https://xzfy.example.org/apply/new", 8);
    EXPECT_EQ(lines, "网址https://xzfy.|example.org/|apply/new");
}

TEST(LineBreak, WhatHasNoPlaceBreaksWhereTheLineIsFull) {
    EXPECT_EQ(broken("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 4).find('|') != std::string::npos, true);
    EXPECT_EQ(broken("，，，，，，", 3), "，，，|，，，");
}

/// Lines are full but for what the rules hold back, and begin and end as they may.
TEST(LineBreak, AnyTextKeepsToTheRules) {
    EXPECT_TRUE(rc::check([] {
        static constexpr std::u32string_view no_start = U"，。、；：？！’”）》〉】」』…—·～％-/";
        static constexpr std::u32string_view no_end = U"‘“（《〈【「『";
        static constexpr std::u32string_view all =
            U"行政许可决定书申请人材料年月日号，。、；：？！‘’“”（）《》〈〉【】「」『』…—·～％-/"
            U"0123456789ABCxyz.:";
        std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
        const int columns = *rc::gen::inRange(6, 29);
        const auto length = *rc::gen::inRange<std::size_t>(1, 400);
        std::string text;
        for (std::size_t i = 0; i < length; ++i) {
            append_utf8(text, all[random() % all.size()]);
        }
        const auto glyphs = glyphs_of(text);
        const auto ends = break_lines(glyphs, size, 0, size * columns, size * columns);
        RC_ASSERT(ends.back() == glyphs.size());
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            RC_ASSERT(end > begin);
            const std::span<const SetGlyph> line(glyphs.data() + begin, end - begin);
            RC_ASSERT(width_of(line, size, 0) <= size * columns);
            const bool full = width_of(line, size, 0) > size * (columns - 1);
            if (end < glyphs.size() && !full) { // a hard break fills its line
                RC_ASSERT(no_start.find(glyphs[end].character) == std::u32string_view::npos);
                RC_ASSERT(no_end.find(line.back().character) == std::u32string_view::npos);
            }
            begin = end;
        }
    }));
}

} // namespace
} // namespace songda::issuer
