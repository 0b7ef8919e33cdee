// Our own output is accepted only whole and from a known seal with its own chain: every truncation
// is refused and every flipped byte, also in the authorities' certificates, which no signature of
// ours covers. Several threads may ask at once.
#include "verifier/own_output.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "tests/fakes/golden_file.hpp"

namespace songda::verifier {
namespace {

std::string golden() {
    return fakes::golden_file("seal/signed.pdf");
}

OwnOutputCheck make_check(const std::string& file) {
    const auto chain = read_certificates(SONGDA_SOURCE_DIR "/tests/golden/seal/seal.pem").value();
    OwnOutputCheck check;
    check.add_prefix(as_bytes(file).first(100)); // no multiple of a hash block
    EXPECT_TRUE(check.add_seal(chain).ok());
    return check;
}

TEST(OwnOutput, EveryFlippedByteAndTruncationIsRefused) {
    const std::string file = golden();
    const OwnOutputCheck check = make_check(file);
    ASSERT_TRUE(check.check(as_bytes(file)).ok());
    for (std::size_t i = 0; i < file.size(); ++i) {
        std::string flipped = file;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        ASSERT_FALSE(check.check(as_bytes(flipped)).ok()) << i;
        ASSERT_FALSE(check.check(as_bytes(file).first(i)).ok()) << i;
    }
}

TEST(OwnOutput, InABatchOnlyTheBadOneIsRefused) {
    const std::string good = golden();
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
    const std::string twin = fakes::golden_file("seal/high-s.pdf");
    const std::vector<ByteView> files = {as_bytes(good), as_bytes(bad), as_bytes(good),
                                         as_bytes(twin), ByteView(),    as_bytes(good)};
    const auto answers = make_check(good).check(files);
    ASSERT_EQ(answers.size(), files.size());
    for (std::size_t at = 0; at < files.size(); ++at) {
        EXPECT_EQ(answers[at].ok(), files[at].data() == as_bytes(good).data()) << at;
    }
}

TEST(OwnOutput, AnotherChainOfTheSameSealIsRefused) {
    const std::string file = golden();
    auto chain = read_certificates(SONGDA_SOURCE_DIR "/tests/golden/seal/seal.pem").value();
    chain.pop_back();
    OwnOutputCheck check;
    check.add_prefix(as_bytes(file).first(100));
    ASSERT_TRUE(check.add_seal(chain).ok());
    EXPECT_EQ(check.check(as_bytes(file)).error().detail, "signed with an unknown seal");
    EXPECT_FALSE(check.add_seal({}).ok());
}

TEST(OwnOutput, TwinWithHighSIsRefused) {
    const OwnOutputCheck check = make_check(golden());
    const std::string twin = fakes::golden_file("seal/high-s.pdf");
    EXPECT_EQ(check.check(as_bytes(twin)).error().detail, "the signature is not in its one form");
}

TEST(OwnOutput, SeveralThreadsMayAskAtOnce) {
    const std::string file = golden();
    const OwnOutputCheck check = make_check(file);
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 50; ++j) {
                good += check.check(as_bytes(file)).ok() ? 1 : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 200);
}

} // namespace
} // namespace songda::verifier
