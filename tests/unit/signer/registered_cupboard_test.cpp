// No seal is used against the rules and none without a trace: the row is in the file before the key
// is touched, the end and the disk come before the answer, and a book that cannot be written stops
// the seals.
#include "signer/seals/registered_cupboard.hpp"

#include <atomic>
#include <csignal>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include <sys/resource.h>

#include "tests/fakes/fake_seals.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

const DepartmentCode department{"11320199014138860W"};

class RegisteredCupboardTest : public ::testing::Test {
protected:
    RegisteredCupboardTest() {
        auto inner = std::make_unique<fakes::FakeCupboard>();
        inner_ = inner.get();
        SealBook::Options options;
        options.folder = folder_.path();
        cupboard_ = make_registered_cupboard(
            {std::move(inner), std::make_unique<fakes::SharedRules>(rules_),
             SealBook::open(std::move(options), clock_).value(),
             [this](SealPurpose, UseOutcome outcome) { ++counted_[outcome]; }},
            clock_);
    }
    static SealRequest request(int number, const std::string& type = "SPJY",
                               SealPurpose purpose = SealPurpose::document) {
        const Digest digest = sha256(as_bytes(std::to_string(number)));
        SealRequest made{
            purpose, department, {"key:A1", type, "t@3", {}}, Bytes(digest.begin(), digest.end())};
        made.use.document.bytes[0] = static_cast<std::uint8_t>(number);
        return made;
    }
    struct Used {
        UseRow row;
        std::optional<UseEnd> end;
    };
    [[nodiscard]] std::map<std::uint64_t, Used> read() const {
        std::map<std::uint64_t, Used> uses;
        UseReader reader(folder_.path());
        const auto done = reader.read_on([&](const UseLine& line, const BookTally&) {
            for (const UseRow& row : line.before) {
                uses[row.number].row = row;
            }
            for (const UseEnd& end : line.after) {
                uses[end.number].end = end;
            }
            return Result<void>();
        });
        EXPECT_TRUE(done.ok()) << done.error().detail;
        return uses;
    }

    fakes::TemporaryFolder folder_;
    fakes::ManualClock clock_;
    std::shared_ptr<fakes::FakeRules> rules_ = std::make_shared<fakes::FakeRules>();
    std::map<UseOutcome, int> counted_;
    std::unique_ptr<SealCupboard> cupboard_;
    fakes::FakeCupboard* inner_ = nullptr;
};

TEST_F(RegisteredCupboardTest, TheRowIsInTheFileBeforeTheKeyIsTouched) {
    int looked = 0;
    inner_->before = [&](std::span<const SealRequest> requests) {
        const auto uses = read();
        EXPECT_EQ(uses.size(), requests.size());
        for (const auto& [number, used] : uses) {
            EXPECT_FALSE(used.end);
            EXPECT_EQ(used.row.use, requests[number - 1].use);
            ++looked;
        }
    };
    const std::vector<SealRequest> requests = {request(1), request(2),
                                               request(3, "SPJY", SealPurpose::qr)};
    const auto made = cupboard_->sign(requests);
    EXPECT_EQ(looked, 3);
    const auto uses = read();
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const Used& used = uses.at(i + 1);
        ASSERT_TRUE(made[i].ok() && used.end);
        EXPECT_EQ(*used.end, (UseEnd{i + 1, UseOutcome::made, signature_mark(made[i].value())}));
        EXPECT_EQ(used.row.seal, "seal-1");
        EXPECT_EQ(used.row.purpose, requests[i].purpose);
    }
    Digest digest{};
    std::copy(requests[0].content.begin(), requests[0].content.end(), digest.begin());
    EXPECT_EQ(uses.at(1).row.content, digest) << "the document's digest as it is";
    EXPECT_EQ(uses.at(3).row.content, sha256(requests[2].content));
    EXPECT_EQ(counted_[UseOutcome::made], 3);
}

TEST_F(RegisteredCupboardTest, WhatTheRulesForbidIsRefusedAloneWrittenDownAndSignedByNobody) {
    rules_->suspend("BZ");
    const std::vector<SealRequest> requests = {request(1), request(2, "BZ"), request(3)};
    const auto made = cupboard_->sign(requests);
    EXPECT_EQ(made[0].value(), fakes::FakeCupboard::signature_of(requests[0]));
    EXPECT_EQ(made[1].error().fault, Fault::forbidden);
    EXPECT_EQ(made[1].error().detail.find("seal_suspended: "), 0U) << made[1].error().detail;
    EXPECT_EQ(made[2].value(), fakes::FakeCupboard::signature_of(requests[2]));
    EXPECT_EQ(inner_->touched, 2);
    const auto uses = read();
    EXPECT_EQ(*uses.at(2).end, (UseEnd{2, UseOutcome::refused, "seal_suspended"}));
    EXPECT_EQ(uses.at(2).row.use.type, "BZ");
    EXPECT_EQ(uses.at(3).end->outcome, UseOutcome::made);
    rules_->resume("BZ");
    EXPECT_TRUE(cupboard_->sign({&requests[1], 1}).front().ok());
}

TEST_F(RegisteredCupboardTest, TimeStampsAreOfNoDepartmentAndInTheBook) {
    rules_->suspend("");
    SealRequest stamp{SealPurpose::timestamp, {}, {}, Bytes(20, 7)};
    ASSERT_TRUE(cupboard_->sign({&stamp, 1}).front().ok());
    const Used used = read().at(1);
    EXPECT_EQ(used.row.purpose, SealPurpose::timestamp);
    EXPECT_EQ(used.row.content, sha256(stamp.content));
}

TEST_F(RegisteredCupboardTest, AKeyThatIsAwayIsInTheBook) {
    inner_->away = true;
    const SealRequest wanted = request(1);
    EXPECT_EQ(cupboard_->sign({&wanted, 1}).front().error().fault, Fault::unavailable);
    EXPECT_EQ(*read().at(1).end, (UseEnd{1, UseOutcome::failed, "unavailable"}));
    EXPECT_EQ(counted_[UseOutcome::failed], 1);
}

TEST_F(RegisteredCupboardTest, AQuestionThatIsRefusedIsInTheBookOnceASecond) {
    rules_->suspend("BZ");
    const std::vector<SealQuestion> questions = {
        {SealPurpose::document, department, {"key:A1", "SPJY", "t@3", {}}},
        {SealPurpose::document, department, {"key:A1", "BZ", "t@3", {}}}};
    for (int i = 0; i < 50; ++i) {
        const auto rulings = cupboard_->permits(questions);
        ASSERT_TRUE(rulings.ok());
        EXPECT_FALSE(rulings.value()[0].refused);
        EXPECT_EQ(rulings.value()[1].refused, fakes::FakeRules::refusal());
        EXPECT_EQ(rulings.value()[1].seal, "seal-1");
        clock_.advance(100);
    }
    const auto uses = read();
    EXPECT_EQ(uses.size(), 5U);
    EXPECT_TRUE(uses.at(1).row.asked);
    EXPECT_EQ(uses.at(1).row.use.actor, "key:A1");
    EXPECT_EQ(uses.at(1).end->outcome, UseOutcome::refused);
    EXPECT_EQ(inner_->touched, 0);
    SealQuestion other = questions[1];
    other.use.actor = "key:A2";
    ASSERT_TRUE(cupboard_->permits({&other, 1}).ok());
    EXPECT_EQ(read().size(), 6U);
}

TEST_F(RegisteredCupboardTest, ABookThatCannotBeWrittenStopsTheSeals) {
    std::signal(SIGXFSZ, SIG_IGN);
    const SealRequest wanted = request(1);
    ASSERT_TRUE(cupboard_->sign({&wanted, 1}).front().ok());
    rlimit usual{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
    rlimit full = usual;
    full.rlim_cur = std::filesystem::file_size(folder_.path() / segment_name(1));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
    const auto refused = cupboard_->sign({&wanted, 1});
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &usual), 0);
    EXPECT_EQ(refused.front().error().fault, Fault::unavailable);
    EXPECT_EQ(inner_->touched, 1) << "the key was not touched";
    EXPECT_TRUE(cupboard_->sign({&wanted, 1}).front().ok()) << "room again, and no restart";
}

TEST_F(RegisteredCupboardTest, ASignatureWhoseEndCannotBeWrittenIsTakenBack) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit usual{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
    inner_->before = [&](std::span<const SealRequest>) {
        rlimit full = usual;
        full.rlim_cur = std::filesystem::file_size(folder_.path() / segment_name(1));
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
    };
    const SealRequest wanted = request(1);
    const auto refused = cupboard_->sign({&wanted, 1});
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &usual), 0);
    inner_->before = nullptr;
    ASSERT_FALSE(refused.front().ok());
    EXPECT_EQ(inner_->touched, 1);
    ASSERT_TRUE(cupboard_->sign({&wanted, 1}).front().ok());
    const auto uses = read();
    EXPECT_EQ(*uses.at(1).end, (UseEnd{1, UseOutcome::failed, "unavailable"}));
    EXPECT_EQ(uses.at(2).end->outcome, UseOutcome::made);
}

/// Threads that sign and ask while somebody suspends and resumes: after each suspension has ended
/// its call nothing more is signed, every use has an end, and what was answered is what is written.
TEST_F(RegisteredCupboardTest, SuspendedWhileBatchesRun) {
    const std::uint64_t seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::atomic<int> turn{0}; // odd: suspended
    std::atomic<int> wrong{0};
    std::atomic<int> refused{0};
    std::atomic<bool> stopping{false};
    std::vector<std::jthread> users;
    for (int thread = 0; thread < 4; ++thread) {
        users.emplace_back([&, thread] {
            std::mt19937_64 random(seed + static_cast<unsigned>(thread));
            for (int i = 0; i < 60 || !stopping; ++i) {
                std::vector<SealRequest> batch;
                for (std::size_t k = 0; k < 1 + random() % 8; ++k) {
                    batch.push_back(request(static_cast<int>(random() % 200),
                                            random() % 2 == 0 ? "SPJY" : "BZ"));
                }
                const int before = turn;
                const auto made = cupboard_->sign(batch);
                for (std::size_t k = 0; k < batch.size(); ++k) {
                    const bool forbidden = batch[k].use.type == "BZ";
                    wrong += made[k].ok() && forbidden && before % 2 == 1 && before == turn ? 1 : 0;
                    wrong += !made[k].ok() && !forbidden ? 1 : 0;
                    refused += made[k].ok() ? 0 : 1;
                }
            }
        });
    }
    for (int i = 0; i < 20; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        rules_->suspend("BZ");
        ++turn;
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        ++turn;
        rules_->resume("BZ");
    }
    stopping = true;
    users.clear();
    EXPECT_EQ(wrong, 0);
    int written = 0;
    for (const auto& [number, used] : read()) {
        ASSERT_TRUE(used.end) << number;
        ASSERT_TRUE(used.end->outcome != UseOutcome::refused || used.row.use.type == "BZ");
        written += used.end->outcome == UseOutcome::refused ? 1 : 0;
    }
    EXPECT_EQ(written, refused);
}

} // namespace
} // namespace songda::signer
