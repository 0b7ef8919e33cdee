// Strict JSON: what it refuses, where it says the fault is, and that written strings read back.
#include "base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidjson/document.h>

namespace songda {
namespace {

std::string refusal(std::string_view text) {
    const auto parsed = parse_json(text, 4);
    return parsed.ok() ? "accepted" : parsed.error().detail;
}

TEST(Json, BrokenTextIsRefusedWithLineAndColumn) {
    EXPECT_EQ(refusal("{\"a\": 1,\n \"b\": }"), "not JSON at line 2, column 7");
    EXPECT_EQ(refusal(""), "not JSON at line 1, column 1");
    EXPECT_EQ(refusal("{\"a\": \"喆𠮷\", }"), "not JSON at line 1, column 13") << "characters";
}

TEST(Json, RefusalIsAlsoToldInChineseAlone) {
    for (const auto& [text, told] : std::vector<std::pair<std::string, std::string>>{
             {"{\"a\": 1,\n \"b\": }", "语法有误，第2行第7列"},
             {"{\"a\":1,\"a\":2}", "同一对象中有重复的名称，第1行第9列"},
             {"[[[[[1]]]]]", "嵌套过深，第1行第1列"},
             {"\"\xFF\"", "不是UTF-8编码，第1行第2列"}}) {
        EXPECT_EQ(json_refusal_zh(parse_json(text, 4).error()), told);
    }
}

TEST(Json, SameNameTwiceIsRefused) {
    EXPECT_EQ(refusal("{\"a\":1,\"a\":2}").substr(0, 34), "the same name twice in one object ");
    EXPECT_TRUE(parse_json("{\"a\":1,\"b\":{\"a\":2}}").ok());
}

TEST(Json, DeepNestingAndTrailingTextAreRefused) {
    EXPECT_TRUE(parse_json("[[[[1]]]]", 4).ok());
    EXPECT_EQ(refusal("[[[[[1]]]]]").substr(0, 17), "nested too deeply");
    EXPECT_FALSE(parse_json("1 2").ok());
}

TEST(Json, TextBehindAZeroByteIsRefused) {
    using namespace std::string_view_literals;
    EXPECT_EQ(refusal("{}\0{}"sv), "not JSON at line 1, column 3");
    EXPECT_EQ(refusal("\"a\0\""sv), "not JSON at line 1, column 3");
}

/// Another parser that is known to be strict takes and refuses the same.
TEST(Json, IsAsStrictAsAnotherParser) {
    for (const std::string_view text : {"01",
                                        "-",
                                        "1.",
                                        "+1",
                                        "NaN",
                                        "nul",
                                        "'a'",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "// 1\n1",
                                        "\"\t\"",
                                        "\"\\x\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\\ud800\"",
                                        "1e",
                                        "[1 2]",
                                        "\"a",
                                        "{\"a\"}",
                                        "[1",
                                        "1e999",
                                        "-0",
                                        "1E+2",
                                        "\"\\ud83d\\ude80\"",
                                        " [ ] ",
                                        "\"\\u0000\"",
                                        "null",
                                        "{\"\":{}}",
                                        "\xEF\xBB\xBF{}"}) {
        EXPECT_EQ(parse_json(text).ok(), nlohmann::json::accept(text)) << text;
    }
    EXPECT_EQ(text_of(parse_json("\"\\u0000\"").value().root()).size(), 1U);
}

TEST(Json, IllFormedUtf8IsRefused) {
    EXPECT_EQ(refusal("\"a\xC0\xAF\""), "not UTF-8 at line 1, column 3");
}

TEST(Json, WrittenStringsReadBack) {
    const std::string text = "quote\" back\\ nl\n del\x7F nel\xC2\x85 ls\xE2\x80\xA8 喆珺䶮𠮷";
    std::string written;
    append_json_string(written, text);
    EXPECT_EQ(written.find('\n'), std::string::npos);
    EXPECT_EQ(written.find("\xE2\x80\xA8"), std::string::npos);
    const auto parsed = parse_json(written);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(text_of(parsed.value().root()), text);
    EXPECT_EQ(nlohmann::json::parse(written).get<std::string>(), text);
}

/// Sixteen bytes are looked at together: an escape is found wherever it stands among them.
TEST(Json, AnEscapeIsFoundAtEveryPlaceOfALongText) {
    for (std::size_t length = 0; length < 40; ++length) {
        for (std::size_t at = 0; at <= length; ++at) {
            for (const std::string_view special : {"\"", "\\", "\n", "\x7F", "\xE2\x80\xA8"}) {
                std::string text(length, 'a');
                text.insert(at, special);
                std::string written;
                append_json_string(written, text);
                if (special != "\"" && special != "\\") { // these two stand behind a backslash
                    EXPECT_EQ(written.find(special), std::string::npos);
                }
                const auto read = parse_json(written, 1);
                ASSERT_TRUE(read.ok()) << written;
                EXPECT_EQ(text_of(read.value().root()), text);
            }
        }
    }
}

} // namespace
} // namespace songda
