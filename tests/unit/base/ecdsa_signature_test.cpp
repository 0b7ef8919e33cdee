// The two spellings of a signature and its low s, compared with OpenSSL's reader, writer and
// subtraction over random numbers and the numbers at the borders.
#include "base/ecdsa_signature.hpp"

#include <random>

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "base/deleter.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using Group = std::unique_ptr<EC_GROUP, Deleter<EC_GROUP_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

const BIGNUM* order() {
    static const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    return EC_GROUP_get0_order(group.get());
}

std::array<std::uint8_t, 32> bytes_of(const BIGNUM* number) {
    std::array<std::uint8_t, 32> bytes{};
    EXPECT_EQ(BN_bn2binpad(number, bytes.data(), 32), 32);
    return bytes;
}

Bytes openssl_der(const EcdsaSignature& value) {
    const Signature signature(ECDSA_SIG_new());
    ECDSA_SIG_set0(signature.get(), BN_bin2bn(value.r.data(), 32, nullptr),
                   BN_bin2bn(value.s.data(), 32, nullptr));
    Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
    unsigned char* at = der.data();
    i2d_ECDSA_SIG(signature.get(), &at);
    return der;
}

/// Random numbers below the order, many of them short, and those at the borders.
std::vector<EcdsaSignature> samples() {
    std::mt19937_64 random(20261124);
    std::vector<EcdsaSignature> made;
    for (int i = 0; i < 2000; ++i) {
        EcdsaSignature one;
        for (auto* number : {&one.r, &one.s}) {
            for (std::size_t at = random() % 3 == 0 ? random() % 32 : 0; at < 32; ++at) {
                (*number)[at] = static_cast<std::uint8_t>(random());
            }
            (*number)[0] = static_cast<std::uint8_t>((*number)[0] % 0xFF);
        }
        made.push_back(one);
    }
    for (const int distance : {-2, -1, 0, 1, 2}) {
        Number half(BN_dup(order()));
        BN_rshift1(half.get(), half.get());
        distance < 0 ? BN_sub_word(half.get(), static_cast<BN_ULONG>(-distance))
                     : BN_add_word(half.get(), static_cast<BN_ULONG>(distance));
        made.push_back({{1}, bytes_of(half.get())});
    }
    made.push_back({{0}, {0}});
    return made;
}

TEST(EcdsaSignature, IsWrittenAndReadAsOpensslDoes) {
    for (const EcdsaSignature& one : samples()) {
        const Bytes der = write_ecdsa_der(one);
        ASSERT_EQ(to_hex(der), to_hex(openssl_der(one)));
        ASSERT_EQ(read_ecdsa_der(der), one);
        ASSERT_EQ(read_ecdsa_fixed(write_ecdsa_fixed(one)), one);
    }
}

TEST(EcdsaSignature, TwinAndLowSAreWhatBigNumbersSay) {
    int low = 0;
    for (const EcdsaSignature& one : samples()) {
        const Number s(BN_bin2bn(one.s.data(), 32, nullptr));
        const Number other(BN_new());
        BN_sub(other.get(), order(), s.get());
        if (BN_is_zero(s.get()) == 0) {
            ASSERT_EQ(twin_of(one).s, bytes_of(other.get()));
            ASSERT_EQ(twin_of(twin_of(one)), one);
        }
        ASSERT_EQ(has_low_s(one), BN_cmp(s.get(), other.get()) < 0);
        ASSERT_TRUE(has_low_s(with_low_s(one)));
        ASSERT_EQ(with_low_s(one).r, one.r);
        low += has_low_s(one) ? 1 : 0;
    }
    EXPECT_GT(low, 900);
    EXPECT_LT(low, 1900);
}

TEST(EcdsaSignature, OtherSpellingsAreRefused) {
    for (const auto* text :
         {"", "30", "3000", "3003020101", "300602010102010100", "30070201010201010000",
          "3006020181020101", "300702810101020101", "308106020101020101", "30050201010200",
          "3006030101020101", "3106020101020101", "3006020101040101", "3005020001020101"}) {
        EXPECT_FALSE(read_ecdsa_der(from_hex(text).value())) << text;
    }
    EXPECT_TRUE(read_ecdsa_der(from_hex("3006020101020101").value()));
    EXPECT_FALSE(read_ecdsa_der(from_hex("300702020001020101").value())); // r with a needless zero
    const std::string long_number = "0221" + std::string("01") + std::string(64, '0');
    EXPECT_FALSE(read_ecdsa_der(from_hex("3026" + long_number + "020101").value()));
    EXPECT_FALSE(read_ecdsa_fixed(Bytes(63)));
    EXPECT_FALSE(read_ecdsa_fixed(Bytes(65)));
}

TEST(EcdsaSignature, EveryTruncationIsRefused) {
    const Bytes der = write_ecdsa_der(samples()[0]);
    for (std::size_t size = 0; size < der.size(); ++size) {
        EXPECT_FALSE(read_ecdsa_der(ByteView(der).first(size))) << size;
    }
}

TEST(EcdsaSignature, NumbersOutsideTheGroupAreNone) {
    EcdsaSignature signature;
    EXPECT_FALSE(is_in_range(signature));
    signature.r[31] = 1;
    EXPECT_FALSE(is_in_range(signature)) << "s is zero";
    signature.s[31] = 1;
    EXPECT_TRUE(is_in_range(signature));
    EcdsaSignature large = twin_of(signature); // s = n - 1
    EXPECT_TRUE(is_in_range(large));
    ++large.s[31]; // n ends in 51
    EXPECT_FALSE(is_in_range(large)) << "s is n";
    std::swap(large.r, large.s);
    EXPECT_FALSE(is_in_range(large)) << "r is n";
}

} // namespace
} // namespace songda
