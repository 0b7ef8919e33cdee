// Deterministic CBOR: the integer, string and container vectors of RFC 8949 appendix A in both
// directions, and every spelling that is not the shortest refused.
#include "base/cbor.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "base/text_codec.hpp"

namespace songda {
namespace {

template <class Write>
std::string written(Write write) {
    CborWriter writer;
    write(writer);
    return to_hex(writer.written());
}

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

TEST(Cbor, IntegersAreThoseOfRfc8949) {
    const std::pair<std::int64_t, const char*> vectors[] = {
        {0, "00"},
        {10, "0a"},
        {23, "17"},
        {24, "1818"},
        {100, "1864"},
        {1000, "1903e8"},
        {1'000'000, "1a000f4240"},
        {1'000'000'000'000, "1b000000e8d4a51000"},
        {-1, "20"},
        {-10, "29"},
        {-100, "3863"},
        {-1000, "3903e7"},
        {std::numeric_limits<std::int64_t>::max(), "1b7fffffffffffffff"},
        {std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff"}};
    for (const auto& [value, bytes] : vectors) {
        EXPECT_EQ(written([value = value](CborWriter& to) { to.integer(value); }), bytes);
        const Bytes input = hex(bytes);
        CborReader reader(input);
        EXPECT_EQ(reader.integer(), value);
        EXPECT_TRUE(reader.at_end());
    }
}

TEST(Cbor, StringsAndContainersAreThoseOfRfc8949) {
    EXPECT_EQ(written([](CborWriter& to) { to.bytes(Bytes{1, 2, 3, 4}); }), "4401020304");
    EXPECT_EQ(written([](CborWriter& to) { to.text("IETF"); }), "6449455446");
    EXPECT_EQ(written([](CborWriter& to) { to.text("水"); }), "63e6b0b4");
    EXPECT_EQ(written([](CborWriter& to) { to.array(0); }), "80");
    EXPECT_EQ(written([](CborWriter& to) { to.array(25); }), "9819");
    EXPECT_EQ(written([](CborWriter& to) { to.map(2); }), "a2");
    EXPECT_EQ(written([](CborWriter& to) { to.tag(18); }), "d2");
    const Bytes input = hex("d284"
                            "4401020304"
                            "63e6b0b4"
                            "a0"
                            "80");
    CborReader reader(input);
    EXPECT_EQ(reader.tag(), 18U);
    EXPECT_EQ(reader.array(), 4U);
    EXPECT_EQ(to_hex(reader.bytes().value()), "01020304");
    EXPECT_EQ(reader.text(), "水");
    EXPECT_EQ(reader.map(), 0U);
    EXPECT_EQ(reader.array(), 0U);
    EXPECT_TRUE(reader.at_end());
}

TEST(Cbor, LongerSpellingsAndIndefiniteLengthsAreRefused) {
    for (const auto* bytes : {"1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1c",
                              "1f", "18", "19ff", "1bffffffffffffffff", "3bffffffffffffffff"}) {
        const Bytes input = hex(bytes);
        EXPECT_FALSE(CborReader(input).integer()) << bytes;
    }
    for (const auto* bytes : {"5f4100ff", "5801ff", "42ff", "5bffffffffffffffff", "60"}) {
        const Bytes input = hex(bytes);
        EXPECT_FALSE(CborReader(input).bytes()) << bytes;
    }
    for (const auto* bytes : {"62c328", "63eda080", "7f60ff", "61"}) {
        const Bytes input = hex(bytes);
        EXPECT_FALSE(CborReader(input).text()) << bytes;
    }
    const Bytes indefinite = hex("9f");
    EXPECT_FALSE(CborReader(indefinite).array());
    const Bytes floating = hex("f93c00");
    EXPECT_FALSE(CborReader(floating).integer());
    EXPECT_FALSE(CborReader(ByteView{}).integer());
}

} // namespace
} // namespace songda
