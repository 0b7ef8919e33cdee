// Bar codes are read back by zbarimg, which nobody here wrote, and are as short as they can be.
#include "postal-adapter/code128.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::postal {
namespace {

/// A portable bitmap of `scale` pixels a module, with its quiet zones.
void draw(const Code128& symbol, unsigned scale, const std::filesystem::path& path) {
    std::string row;
    const std::string quiet(std::size_t{code128_quiet_modules} * scale, '\xff');
    row += quiet;
    bool bar = true;
    for (const std::uint8_t width : symbol.widths) {
        row += std::string(std::size_t{width} * scale, bar ? '\0' : '\xff');
        bar = !bar;
    }
    row += quiet;
    constexpr int height = 60;
    std::ofstream image(path, std::ios::binary);
    image << "P5\n" << row.size() << ' ' << height << "\n255\n";
    for (int line = 0; line < height; ++line) {
        image << row;
    }
}

std::string read_back(std::string_view text, unsigned scale) {
    const fakes::TemporaryFolder folder;
    const auto image = folder.path() / "code.pgm";
    const auto answer = folder.path() / "answer";
    draw(encode_code128(text).value(), scale, image);
    const std::string command =
        "zbarimg -q --raw " + image.string() + " > " + answer.string() + " 2>/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << text;
    std::string read = fakes::read_file(answer);
    return read.substr(0, read.find('\n'));
}

TEST(Code128, AReaderReadsWhatWasWritten) {
    for (const std::string text :
         {"EE123456785CN", "9876543210987", "SD20261123000017", "https://example.gov.cn/v/0~ ", "7",
          "12", "A1", "12A", "1A23456", "A123456B", "AB12CD3456EF", "!\"#$%&'()*+,-./"}) {
        EXPECT_EQ(read_back(text, 2), text);
        EXPECT_EQ(read_back(text, 3), text);
    }
}

TEST(Code128, SymbolsAreAsShortAsTheyCanBe) {
    EXPECT_EQ(encode_code128("EE123456785CN").value().symbols, 14U);
    EXPECT_EQ(encode_code128("EE123456785CN").value().modules, 156U);
    EXPECT_EQ(encode_code128("9876543210987").value().modules, 123U);
    EXPECT_EQ(encode_code128("SD20261123000017").value().modules, 145U);
    EXPECT_EQ(encode_code128("A12B").value().symbols, 7U) << "a change for one pair gains nothing";
}

TEST(Code128, WhatItCannotHoldIsRefused) {
    EXPECT_FALSE(encode_code128("").ok());
    EXPECT_FALSE(encode_code128("南").ok());
    EXPECT_FALSE(encode_code128("a\n").ok());
    EXPECT_FALSE(encode_code128(std::string(81, '1')).ok());
    EXPECT_TRUE(encode_code128(std::string(80, '1')).ok());
}

} // namespace
} // namespace songda::postal
