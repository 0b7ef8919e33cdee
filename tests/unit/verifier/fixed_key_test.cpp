// A key whose multiples were computed beforehand says what OpenSSL's own verification says, for
// signatures that fit and for every way in which one does not.
#include "verifier/fixed_key.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <openssl/ec.h>

#include "base/ecdsa_check.hpp"
#include "base/openssl_handles.hpp"
#include "base/sha256.hpp"
#include "verifier/cms_check.hpp"

namespace songda::verifier {
namespace {

openssl::Pkey new_key(const char* curve) {
    return openssl::Pkey(EVP_EC_gen(curve));
}

EcdsaSignature sign(EVP_PKEY* key, const Digest& hash) {
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    Bytes der(80);
    std::size_t size = der.size();
    EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_sign(context.get(), der.data(), &size, hash.data(), hash.size()), 1);
    return read_ecdsa_der(ByteView(der).first(size)).value();
}

TEST(FixedKey, SaysWhatOpensslSays) {
    std::mt19937 random(20261124);
    const openssl::Pkey key = new_key("P-256");
    const auto fixed = FixedKey::make(key.get());
    ASSERT_TRUE(fixed.ok());
    for (int i = 0; i < 300; ++i) {
        const Digest hash = sha256(as_bytes(std::to_string(i)));
        EcdsaSignature signature = sign(key.get(), hash);
        EXPECT_TRUE(fixed.value().fits(hash, signature));
        EXPECT_TRUE(fixed.value().fits(hash, twin_of(signature)));
        EXPECT_FALSE(fixed.value().fits(sha256(hash), signature));
        auto& part = i % 2 == 0 ? signature.r : signature.s;
        part[random() % part.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
        EXPECT_EQ(fixed.value().fits(hash, signature),
                  ecdsa_fits(hash, write_ecdsa_der(signature), key.get()));
        EXPECT_FALSE(fixed.value().fits(hash, signature));
    }
}

TEST(FixedKey, NumbersOutOfRangeFitNothing) {
    const openssl::Pkey key = new_key("P-256");
    const auto fixed = FixedKey::make(key.get());
    const Digest hash = sha256({});
    const EcdsaSignature good = sign(key.get(), hash);
    std::array<std::uint8_t, 32> largest{};
    largest.fill(0xFF);
    for (const auto& bad : {std::array<std::uint8_t, 32>{}, largest}) {
        EXPECT_FALSE(fixed.value().fits(hash, {bad, good.s}));
        EXPECT_FALSE(fixed.value().fits(hash, {good.r, bad}));
        EXPECT_FALSE(fixed.value().fits({}, {bad, bad}));
    }
}

TEST(FixedKey, InABatchABadOneChangesNoOther) {
    std::mt19937 random(20261125);
    const openssl::Pkey key = new_key("P-256");
    const auto fixed = FixedKey::make(key.get());
    EXPECT_TRUE(fixed.value().fit({}).empty());
    std::vector<SignedHash> claims;
    std::vector<bool> expected;
    for (int i = 0; i < 200; ++i) {
        const Digest hash = sha256(as_bytes(std::to_string(i)));
        SignedHash& claim = claims.emplace_back(hash, sign(key.get(), hash));
        switch (random() % 5) {
        case 0: claim.hash = sha256(hash); break;
        case 1: claim.signature.s = {}; break;
        case 2: claim.signature.r.fill(0xFF); break;
        default: break;
        }
        expected.push_back(ecdsa_fits(claim.hash, write_ecdsa_der(claim.signature), key.get()));
    }
    EXPECT_EQ(fixed.value().fit(claims), expected);
    EXPECT_GT(std::count(expected.begin(), expected.end(), true), 0);
    EXPECT_GT(std::count(expected.begin(), expected.end(), false), 0);
}

TEST(FixedKey, AnotherKeyAndAnotherCurveAreToldApart) {
    const openssl::Pkey key = new_key("P-256");
    const openssl::Pkey other = new_key("P-256");
    const Digest hash = sha256({});
    EXPECT_FALSE(FixedKey::make(other.get()).value().fits(hash, sign(key.get(), hash)));
    EXPECT_FALSE(FixedKey::make(new_key("P-384").get()).ok());
}

} // namespace
} // namespace songda::verifier
