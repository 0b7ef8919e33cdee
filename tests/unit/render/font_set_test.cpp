// Fonts that an operator mounts: found by their style, refused where they may not be embedded.
#include "issuer/fonts/font_set.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.hpp"

namespace songda::issuer {
namespace {

/// A 楷体 of another maker, whose OS/2 table says what may be done with it.
std::string font_with(std::uint16_t embedding) {
    std::ifstream in(SONGDA_SOURCE_DIR "/build/fonts/LXGWWenKai-Regular.ttf", std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const std::size_t entry = bytes.find("OS/2"); // the table's entry in the font's directory
    std::size_t table = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        table = table * 256 + static_cast<unsigned char>(bytes.at(entry + 8 + i));
    }
    bytes.at(table + 8) = static_cast<char>(embedding >> 8U);
    bytes.at(table + 9) = static_cast<char>(embedding & 255U);
    return bytes;
}

Result<std::shared_ptr<const FontSet>> mount(std::uint16_t embedding, const std::string& more) {
    const fakes::TemporaryFolder folder;
    std::ofstream(folder.path() / "bought.ttf", std::ios::binary) << font_with(embedding);
    std::ofstream(folder.path() / "fonts.toml")
        << "[[font]]\nname = \"Bought\"\nfile = \"bought.ttf\"\n"
        << more << "\n[[style]]\nname = \"kai\"\nfonts = [\"Bought\"]\n";
    return FontSet::load(folder.path());
}

TEST(FontSet, MountedFontIsAskedFirst) {
    const auto set = mount(0, "");
    ASSERT_TRUE(set.ok()) << set.error().detail;
    const FontStyle* const kai = set.value()->find_style("kai");
    ASSERT_NE(kai, nullptr);
    EXPECT_EQ(kai->chain.front()->name(), "Bought");
    EXPECT_NE(kai->chain.front()->find_glyph(U'证'), nullptr);
}

TEST(FontSet, FontThatMayNotBeEmbeddedIsRefusedUntilSomebodyAnswersForIt) {
    for (const std::uint16_t embedding :
         std::initializer_list<std::uint16_t>{0x0002, 0x0100, 0x0200, 0x0104}) {
        const auto refused = mount(embedding, "");
        ASSERT_FALSE(refused.ok()) << embedding;
        EXPECT_NE(refused.error().detail.find("font[0].licensed"), std::string::npos)
            << refused.error().detail;
        EXPECT_NE(refused.error().detail.find("may not be embedded"), std::string::npos);
        EXPECT_TRUE(mount(embedding, "licensed = true").ok());
    }
    for (const std::uint16_t embedding :
         std::initializer_list<std::uint16_t>{0x0004, 0x0008, 0x000A}) {
        EXPECT_TRUE(mount(embedding, "").ok()) << "print or edit: " << embedding;
    }
}

} // namespace
} // namespace songda::issuer
