// The claims of a QR seal: both shapes round-trip, and anything but these keys in this order is
// refused, as is a time that no calendar holds.
#include "base/qr_claims.hpp"

#include <gtest/gtest.h>

#include "base/cbor.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

const QrClaims without_end{"张**", std::nullopt, 1'796'000'000, "SPJY", "JY1", Digest{7}};
const QrClaims with_end{
    "示例市********公司", 1'953'734'399, 1'796'000'000, "SPJY", "JY1", Digest{}};

TEST(QrClaims, BothShapesRoundTrip) {
    for (const QrClaims& claims : {without_end, with_end}) {
        EXPECT_EQ(decode_qr_claims(encode_qr_claims(claims)), claims);
    }
}

TEST(QrClaims, TruncatedAndContinuedAreRefused) {
    const Bytes whole = encode_qr_claims(with_end);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_qr_claims(ByteView(whole).first(size))) << size;
    }
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(decode_qr_claims(longer));
}

TEST(QrClaims, OtherKeysOrderAndCountAreRefused) {
    const std::string whole = to_hex(encode_qr_claims(without_end));
    const auto with = [&](std::size_t at, std::string_view to) {
        std::string changed = whole;
        changed.replace(at, to.size(), to);
        return decode_qr_claims(from_hex(changed).value());
    };
    EXPECT_TRUE(with(0, "a502"));
    EXPECT_FALSE(with(0, "a602"));
    EXPECT_FALSE(with(0, "a402"));
    EXPECT_FALSE(with(0, "a503"));
    EXPECT_FALSE(with(0, "8502"));
    CborWriter swapped; // complete, but the time of issue stands before the holder
    swapped.map(5);
    swapped.integer(6);
    swapped.integer(1);
    swapped.integer(2);
    swapped.text("张**");
    swapped.integer(-1);
    swapped.text("SPJY");
    swapped.integer(-2);
    swapped.text("JY1");
    swapped.integer(-3);
    swapped.bytes(Digest{});
    EXPECT_FALSE(decode_qr_claims(swapped.written()));
}

TEST(QrClaims, TimesPastTheYear9999AreRefused) {
    QrClaims claims = with_end;
    claims.valid_until_s = 253'402'300'799;
    EXPECT_TRUE(decode_qr_claims(encode_qr_claims(claims)));
    claims.valid_until_s = 253'402'300'800;
    EXPECT_FALSE(decode_qr_claims(encode_qr_claims(claims)));
    claims = without_end;
    claims.issued_at_s = 9'223'372'036'854'775'807;
    EXPECT_FALSE(decode_qr_claims(encode_qr_claims(claims)));
}

} // namespace
} // namespace songda
