// Every way to keep a key is held to the same contract: signatures verify in software under the
// public key that it tells, have the low s, and differ each time, from any number of threads.
#include "signer/signing_key.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "tests/unit/signer/custody.hpp"

namespace songda::signer {
namespace {

class SigningKeyContract : public ::testing::TestWithParam<CustodyKind> {
protected:
    void SetUp() override {
        custody_ = GetParam().make();
        auto opened = custody_->open();
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        key_ = std::move(opened).value();
    }

    static Digest digest(int number) { return sha256(as_bytes(std::to_string(number))); }

    std::unique_ptr<Custody> custody_;
    std::unique_ptr<const SigningKey> key_;
};

TEST_P(SigningKeyContract, PublicKeyIsTheOneOfTheCertificate) {
    const auto own = read_certificates(fakes::sample_seal().seal_certificate);
    const auto other =
        read_certificates(fakes::sample_seal(fakes::other_department).seal_certificate);
    EXPECT_TRUE(key_->belongs_to(own.value().front().get()));
    EXPECT_FALSE(key_->belongs_to(other.value().front().get()));
    EXPECT_FALSE(key_->belongs_to(nullptr));
    EXPECT_EQ(key_->public_key(), public_key_der(X509_get0_pubkey(own.value().front().get())));
}

TEST_P(SigningKeyContract, SignaturesVerifyHaveTheLowSAndDiffer) {
    std::set<std::array<std::uint8_t, 32>> seen;
    for (int i = 0; i < 100; ++i) { // by chance alone: once in 2^100
        const auto made = key_->sign(digest(i % 2));
        ASSERT_TRUE(made.ok()) << made.error().detail;
        EXPECT_TRUE(has_low_s(made.value()));
        EXPECT_TRUE(verifies(key_->public_key(), digest(i % 2), made.value()));
        EXPECT_FALSE(verifies(key_->public_key(), digest(2), made.value()));
        EXPECT_TRUE(seen.insert(made.value().r).second) << "the same r twice gives the key away";
    }
}

TEST_P(SigningKeyContract, FourThreadsShareIt) {
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 100; ++i) {
                const Digest wanted = digest(1000 * thread + i);
                const auto made = key_->sign(wanted);
                good += made.ok() && verifies(key_->public_key(), wanted, made.value()) ? 1 : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 400);
}

TEST_P(SigningKeyContract, TheSameKeyIsOpenedTwice) {
    const auto again = custody_->open();
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ(again.value()->public_key(), key_->public_key());
    EXPECT_TRUE(key_->sign(digest(1)).ok());
    EXPECT_TRUE(again.value()->sign(digest(1)).ok());
}

INSTANTIATE_TEST_SUITE_P(All, SigningKeyContract,
                         ::testing::Values(CustodyKind{
                             "File", [] { return std::make_unique<FileCustody>(); }}),
                         [](const auto& kind) { return kind.param.name; });

TEST(KeyFile, WhatIsNoKeyIsNamed) {
    EXPECT_EQ(open_key_file("/nowhere/seal.key", "").error().detail,
              "/nowhere/seal.key: cannot be read");
    EXPECT_NE(open_key_file(fakes::sample_seal().seal_certificate, "")
                  .error()
                  .detail.find("not a private key"),
              std::string::npos);
}

} // namespace
} // namespace songda::signer
