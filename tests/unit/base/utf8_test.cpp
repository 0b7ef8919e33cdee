// UTF-8: ill-formed bytes are found, characters outside the BMP survive, invisible ones are named.
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace songda {
namespace {

TEST(Utf8, IllFormedBytesAreFoundWhereTheyAre) {
    EXPECT_FALSE(find_bad_utf8("䶮𠮷"));
    EXPECT_EQ(find_bad_utf8("a\xC0\xAF"), 1U);
    EXPECT_EQ(find_bad_utf8("ab\xED\xA0\x80"), 2U);
    EXPECT_EQ(find_bad_utf8("\xF4\x90\x80\x80"), 0U);
    EXPECT_EQ(find_bad_utf8("\xE4\xB6"), 0U);
}

TEST(Utf8, CodePointsRoundTrip) {
    std::string back;
    for (const char32_t c : to_code_points("a喆𠮷")) {
        append_utf8(back, c);
    }
    EXPECT_EQ(back, "a喆𠮷");
    EXPECT_EQ(count_code_points("a喆𠮷"), 3U);
    EXPECT_EQ(code_point_name(U'𠮷'), "U+20BB7");
}

TEST(Utf8, CharactersThatHideMeaningAreForbidden) {
    for (const char32_t c : {U'\n', U'\u202E', U'\u200B', U'\uFEFF', U'\u0085', U'\u2066',
                             U'\uFE0F', U'\uE000', U'\U000F0000'}) {
        EXPECT_TRUE(is_forbidden_in_documents(c)) << code_point_name(c);
    }
    for (const char32_t c : {U' ', U'A', U'·', U'〇', U'（', U'\u3000', U'𠮷'}) {
        EXPECT_FALSE(is_forbidden_in_documents(c)) << code_point_name(c);
    }
}

} // namespace
} // namespace songda
