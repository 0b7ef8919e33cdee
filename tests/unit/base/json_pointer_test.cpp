// JSON pointers: the examples of RFC 6901 §5, and what is not there.
#include "base/json_pointer.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace songda {
namespace {

TEST(JsonPointer, FindsWhatTheRfcFinds) {
    const auto json =
        parse_json(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"d":{"e":[{"f":true}]}})");
    ASSERT_TRUE(json.ok());
    const auto text = [&](std::string_view pointer) {
        const auto* const found = find_at(json.value().root(), pointer);
        return found == nullptr ? std::string("nothing") : scalar_text(*found);
    };
    EXPECT_EQ(find_at(json.value().root(), ""), &json.value().root());
    EXPECT_EQ(text("/foo/0"), "bar");
    EXPECT_EQ(text("/"), "0");
    EXPECT_EQ(text("/a~1b"), "1");
    EXPECT_EQ(text("/m~0n"), "8");
    EXPECT_EQ(text("/d/e/0/f"), "true");
    for (const char* absent : {"/foo/2", "/foo/-", "/foo/0x", "/foo/-1", "/x", "/d/e/f", "foo",
                               "/foo/0/1", "/foo/99999999999999999999"}) {
        EXPECT_EQ(text(absent), "nothing") << absent;
    }
    EXPECT_EQ(elements_of(*find_at(json.value().root(), "/foo")).size(), 2U);
    EXPECT_TRUE(elements_of(json.value().root()).empty());
}

TEST(JsonPointer, ScalarsAreTheirText) {
    const auto json = parse_json(R"([-7,18446744073709551615,1.5,null,{},"x"])");
    std::string all;
    for (const auto* const each : elements_of(json.value().root())) {
        all += scalar_text(*each) + ';';
    }
    EXPECT_EQ(all, "-7;18446744073709551615;1.5;;;x;");
}

} // namespace
} // namespace songda
