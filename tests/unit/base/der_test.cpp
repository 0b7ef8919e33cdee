// What is written is read again, lengths at every border; what is not DER is not read.
#include "base/der.hpp"

#include <gtest/gtest.h>

#include "base/text_codec.hpp"

namespace songda::der {
namespace {

TEST(Der, WritesTheShortestLengthAndReadsItBack) {
    for (const auto& [size, head] :
         {std::pair(0, "0400"), std::pair(127, "047f"), std::pair(128, "048180"),
          std::pair(255, "0481ff"), std::pair(256, "04820100"), std::pair(65535, "0482ffff")}) {
        const Bytes content(static_cast<std::size_t>(size), 7);
        const Bytes whole = tlv(tag_octets, content);
        EXPECT_TRUE(to_hex(whole).starts_with(head)) << size;
        ByteView rest = whole;
        const auto read = take_value(rest, tag_octets);
        ASSERT_TRUE(read) << size;
        EXPECT_EQ(read->size(), content.size());
        EXPECT_TRUE(rest.empty());
    }
    EXPECT_TRUE(to_hex(tlv(tag_octets, Bytes(65536))).starts_with("0483010000"));
}

TEST(Der, LongerSpellingsAndCutValuesAreNotRead) {
    for (const auto* wrong : {"", "04", "0401", "048100", "04817f", "04820001", "048200ff", "0480",
                              "04830100", "0302aaaa"}) {
        const Bytes bytes = *from_hex(wrong);
        ByteView rest = bytes;
        EXPECT_FALSE(take_value(rest, tag_octets)) << wrong;
    }
}

TEST(Der, EnteringLeavesNothingBehind) {
    const Bytes whole = *from_hex("3003020105");
    ByteView rest = whole;
    EXPECT_TRUE(enter(rest, tag_sequence));
    EXPECT_EQ(to_hex(rest), "020105");
    const Bytes trailed = *from_hex("300302010500");
    rest = trailed;
    EXPECT_FALSE(enter(rest, tag_sequence));
}

TEST(Der, IntegersAndIdentifiersHaveOneSpelling) {
    for (const auto* good : {"00", "7f", "80", "0080", "ff7f", "0100"}) {
        EXPECT_TRUE(is_integer(*from_hex(good))) << good;
    }
    for (const auto* wrong : {"", "0000", "007f", "ff80", "ffff"}) {
        EXPECT_FALSE(is_integer(*from_hex(wrong))) << wrong;
    }
    for (const auto* good : {"2a", "2a864886f70d", "2b0601"}) {
        EXPECT_TRUE(is_oid(*from_hex(good))) << good;
    }
    for (const auto* wrong : {"", "80", "8001", "2a86", "2a8006"}) {
        EXPECT_FALSE(is_oid(*from_hex(wrong))) << wrong;
    }
}

} // namespace
} // namespace songda::der
