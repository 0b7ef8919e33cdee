// Text forms of bytes: RFC 4648 vectors, hand-worked base41 values, and every refusal.
#include "base/text_codec.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "base/sha256.hpp"

namespace songda {
namespace {

TEST(TextCodec, Base64MatchesRfc4648) {
    EXPECT_EQ(to_base64(as_bytes("foob")), "Zm9vYg==");
    EXPECT_EQ(to_base64(as_bytes("fooba")), "Zm9vYmE=");
    EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
    EXPECT_EQ(as_text(from_base64("Zm9vYg==").value()), "foob");
    for (const auto* bad : {"Zm9vYg=", "Zm9v Yg=", "Zm9vYh==", "====", "Zm9*"}) {
        EXPECT_FALSE(from_base64(bad)) << bad;
    }
}

TEST(TextCodec, Base41IsLeastSignificantDigitFirst) {
    // 0x0102 = 258 = 12 + 6·41; 0xFFFF = 65535 = 17 + 40·41 + 38·1681.
    EXPECT_EQ(to_base41(Bytes{0x01, 0x02}), "C60");
    EXPECT_EQ(to_base41(Bytes{0xFF, 0xFF}), "H:-");
    EXPECT_EQ(to_base41(Bytes{0xFF}), "96");
    EXPECT_EQ(from_base41("C60").value(), (Bytes{0x01, 0x02}));
    for (const auto* bad : {"C", ":::", "::", "c60", "C6 ", "C60C"}) {
        EXPECT_FALSE(from_base41(bad)) << bad;
    }
}

TEST(TextCodec, EverySizeRoundTrips) {
    Bytes bytes;
    for (unsigned size = 0; size < 300; ++size) {
        EXPECT_EQ(from_base41(to_base41(bytes)).value(), bytes);
        EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
        EXPECT_EQ(from_hex(to_hex(bytes)).value(), bytes);
        bytes.push_back(static_cast<std::uint8_t>(size * 37 + 11));
    }
}

TEST(TextCodec, DocumentKeyForgivesWhatPeopleMistype) {
    DocumentKey key;
    key.bytes = {0, 68, 50, 20, 199, 66, 84, 182, 53, 207};
    EXPECT_EQ(to_text(key), "0123456789ABCDEF");
    EXPECT_EQ(parse_document_key("oi23456789abcdef").value(), key);
    EXPECT_FALSE(parse_document_key("0123456789ABCDE"));
    EXPECT_FALSE(parse_document_key("0123456789ABCDEU"));
    EXPECT_FALSE(parse_document_key("0123456789ABCDEF0"));
}

TEST(Sha256, CopiedMidstateContinuesLikeTheOriginal) {
    const Digest expected = sha256(as_bytes("abc"));
    EXPECT_EQ(to_hex(expected), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 prefix;
    prefix.update(as_bytes("a"));
    Sha256 copy = prefix;
    copy.update(as_bytes("bc"));
    EXPECT_EQ(copy.finish(), expected);
    prefix.update(as_bytes("bc"));
    EXPECT_EQ(prefix.finish(), expected);
}

} // namespace
} // namespace songda
