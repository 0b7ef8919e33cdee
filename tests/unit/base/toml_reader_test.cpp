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

TEST(TomlReader, AFileLaidOverAnotherTakesWhatItLacks) {
    auto over = TomlFile::parse("a = 1\n[t]\nx = 1\n[[l]]\nn = \"own\"\n", "over.toml");
    auto under = TomlFile::parse(
        "name = \"u\"\na = 2\nb = 3\n[t]\nx = 2\ny = 4\n[[l]]\nn = \"1\"\n[[l]]\nn = \"2\"\n",
        "under.toml");
    over.value().lay_over(std::move(under).value(), "name");
    TomlTable root = over.value().root();
    EXPECT_EQ(root.integer("a", 0, 9), 1);
    EXPECT_EQ(root.integer("b", 0, 9), 3);
    EXPECT_FALSE(root.has("name"));
    TomlTable t = root.table("t");
    EXPECT_EQ(t.integer("x", 0, 9), 1);
    EXPECT_EQ(t.integer("y", 0, 1), 0);
    std::string order;
    for (TomlTable& element : root.tables("l")) {
        order += element.text("n") + ' ';
    }
    EXPECT_EQ(order, "1 2 own ");
    EXPECT_EQ(over.value().finish().error().detail, "under.toml:6: t.y: must be from 0 to 1")
        << "a finding names the file that it is in";
}

TEST(TomlReader, SharedTablesFillWhatIsLacking) {
    auto file = TomlFile::parse("[[l]]\nuse = \"b\"\nsize = 9\n[[l]]\nuse = \"none\"\n"
                                "[shared.a]\nsize = 1\nstyle = \"s\"\n"
                                "[shared.b]\nuse = \"a\"\nindent = 2\n",
                                "t.toml");
    file.value().resolve_shared();
    auto list = file.value().root().tables("l");
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].integer("size", 0, 9), 9);
    EXPECT_EQ(list[0].integer("indent", 0, 9), 2);
    EXPECT_EQ(list[0].text("style"), "s");
    EXPECT_EQ(file.value().finish().error().detail,
              "t.toml:5: use: no table of [shared] is called none");
}

TEST(TomlReader, SharedTablesThatUseEachOtherComeToAnEnd) {
    auto file = TomlFile::parse("[t]\nuse = \"a\"\n[shared.a]\nuse = \"a\"\n", "t.toml");
    file.value().resolve_shared();
    (void)file.value().root().table("t");
    EXPECT_EQ(file.value().finish().error().detail, "t.toml:1: t.use: is not a known key");
}

} // namespace
} // namespace songda
