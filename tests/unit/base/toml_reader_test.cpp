// A TOML table is read whole: unknown, missing and wrong keys are all told at once, with their
// line.
#include "base/toml_reader.hpp"

#include <gtest/gtest.h>

namespace songda {
namespace {

TEST(TomlReader, EveryFaultIsToldAtOnceWithItsLine) {
    auto file =
        TomlFile::parse("name = \"x\"\n[http]\nport = 70000\nhots = \"typo\"\n", "songda.toml");
    ASSERT_TRUE(file.ok());
    TomlTable root = file.value().root();
    EXPECT_EQ(root.text("name"), "x");
    TomlTable http = root.table("http");
    (void)http.integer("port", 1, 65535);
    (void)http.text("host");
    const auto finished = file.value().finish();
    ASSERT_FALSE(finished.ok());
    EXPECT_EQ(finished.error().detail, "songda.toml:3: http.port: must be from 1 to 65535\n"
                                       "songda.toml:2: http.host: is missing\n"
                                       "songda.toml:4: http.hots: is not a known key");
}

TEST(TomlReader, BrokenFileIsRefusedWithLineAndColumn) {
    const auto file = TomlFile::parse("a = [1,\n", "t.toml");
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.error().detail.substr(0, 7), "t.toml:");
}

TEST(TomlReader, ListsOfTablesKeepTheirOrder) {
    auto file = TomlFile::parse("[[d]]\nc=\"1\"\n[[d]]\nc=\"2\"\n", "t.toml");
    auto tables = file.value().root().tables("d");
    ASSERT_EQ(tables.size(), 2U);
    EXPECT_EQ(tables[1].text("c"), "2");
    EXPECT_EQ(tables[0].text("c"), "1");
    EXPECT_TRUE(file.value().finish().ok());
}

} // namespace
} // namespace songda
