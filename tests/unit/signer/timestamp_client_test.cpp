// Authorities are asked in their order; one that fails is left alone for longer each time, never
// longer than it should be whatever the clock does, and each failure names who and why.
#include "signer/timestamp_client.hpp"

#include <atomic>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "signer/timestamp_request.hpp"
#include "tests/fakes/fixed_world.hpp"

namespace songda::signer {
namespace {

const Digest digest = sha256(as_bytes("x"));

/// Answers as it is told to; keeps what it was asked.
class FakeServer final : public TimestampServer {
public:
    explicit FakeServer(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::string& policy() const override { return policy_; }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override {
        ++asked;
        if (!away) {
            last.assign(request.begin(), request.end());
        }
        return away ? Result<Bytes>(Error{Fault::unavailable, "nobody there"}) : Bytes{1, 2, 3};
    }
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override {
        EXPECT_EQ(as_text(request), as_text(last));
        EXPECT_EQ(reply.size(), 3U);
        if (lies) {
            return Error{Fault::forbidden, "nonce mismatch"};
        }
        return TimestampProof{{9}, {42}, "1.2.3", "CN", {}};
    }

    std::atomic<int> asked = 0;
    std::atomic<bool> away = false;
    std::atomic<bool> lies = false;
    Bytes last;
    std::string policy_;

private:
    std::string name_;
};

class TimestampClientTest : public ::testing::Test {
protected:
    std::string missed(const TimestampOutcome& outcome) {
        std::string text;
        for (const TimestampMiss& miss : outcome.missed) {
            text += miss.authority + ": " + miss.error.detail + '\n';
        }
        return text;
    }

    fakes::ManualClock clock_;
    fakes::SeededRandom random_{11};
    FakeServer first_{"first"};
    FakeServer second_{"second"};
    TimestampClient client_{{&first_, &second_}, {1000, 60'000}, clock_, random_};
};

TEST_F(TimestampClientTest, TheFirstIsAskedAndNobodyElse) {
    const auto outcome = client_.stamp(digest);
    ASSERT_TRUE(outcome.timestamp);
    EXPECT_EQ(outcome.timestamp->authority, "first");
    EXPECT_EQ(outcome.timestamp->proof.time.value, 42);
    EXPECT_EQ(outcome.timestamp->reply, (Bytes{1, 2, 3}));
    EXPECT_TRUE(outcome.missed.empty());
    EXPECT_EQ(second_.asked, 0);
}

TEST_F(TimestampClientTest, OneThatFailsOrLiesIsNamedAndTheNextIsAsked) {
    first_.lies = true;
    const auto outcome = client_.stamp(digest);
    ASSERT_TRUE(outcome.timestamp);
    EXPECT_EQ(outcome.timestamp->authority, "second");
    EXPECT_EQ(missed(outcome), "first: nonce mismatch\n");
    second_.away = true;
    const auto none = client_.stamp(digest);
    EXPECT_FALSE(none.timestamp);
    EXPECT_EQ(none.missed.size(), 2U);
    EXPECT_NE(missed(none).find("first: failed 1 times; asked again in 1 s"), std::string::npos)
        << missed(none);
    EXPECT_NE(missed(none).find("second: nobody there"), std::string::npos);
}

TEST_F(TimestampClientTest, OneThatFailedIsLeftAloneForLongerEachTime) {
    first_.away = true;
    std::int64_t whole = 1000;
    for (int failure = 1; failure < 12;
         ++failure, whole = std::min<std::int64_t>(2 * whole, 60'000)) {
        ASSERT_TRUE(client_.stamp(digest).timestamp) << "the second answers";
        ASSERT_EQ(first_.asked, failure);
        clock_.advance(whole / 2 - 1);
        (void)client_.stamp(digest);
        ASSERT_EQ(first_.asked, failure) << "never less than half";
        clock_.advance(whole - whole / 2 + 1);
    }
    first_.away = false;
    ASSERT_EQ(client_.stamp(digest).timestamp->authority, "first");
    first_.away = true;
    (void)client_.stamp(digest);
    clock_.advance(1000);
    first_.away = false;
    EXPECT_EQ(client_.stamp(digest).timestamp->authority, "first") << "the count began anew";
}

TEST_F(TimestampClientTest, AClockThatGoesBackMakesNoRestLonger) {
    first_.away = true;
    (void)client_.stamp(digest);
    clock_.advance(-86'400'000);
    (void)client_.stamp(digest);
    EXPECT_EQ(first_.asked, 2);
}

TEST_F(TimestampClientTest, EveryRequestIsStrictAndHasAnotherNonce) {
    second_.policy_ = "1.2.3.4";
    std::set<std::string> nonces;
    for (int i = 0; i < 50; ++i) {
        (void)client_.stamp(digest);
        const auto parsed = parse_timestamp_request(first_.last);
        const auto* const request = std::get_if<TimestampRequest>(&parsed);
        ASSERT_NE(request, nullptr);
        EXPECT_TRUE(request->certificates_wanted);
        EXPECT_TRUE(request->policy.empty());
        EXPECT_EQ(as_text(request->digest), as_text(digest));
        EXPECT_EQ(request->nonce.size(), 18U);
        EXPECT_TRUE(nonces.emplace(as_text(request->nonce)).second);
    }
    first_.away = true;
    (void)client_.stamp(digest);
    const auto parsed = parse_timestamp_request(second_.last);
    ASSERT_TRUE(std::holds_alternative<TimestampRequest>(parsed));
    EXPECT_EQ(std::get_if<TimestampRequest>(&parsed)->policy.size(), 5U);
}

TEST_F(TimestampClientTest, ManyThreadsAskAtOnce) {
    first_.away = true;
    second_.away = true;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 200; ++j) {
                EXPECT_EQ(client_.stamp(digest).missed.size(), 2U);
            }
        });
    }
    threads.clear();
    EXPECT_LE(first_.asked, 4) << "all may have been on their way when the first came back";
}

} // namespace
} // namespace songda::signer
