// Old idempotency rows are forgotten step by step, by hand and by the thread; those that are still
// honoured, or expired only just now, stay; a store that cannot write is asked again next round.
// Documents that expire are told in steps too.
#include "app/housekeeping.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::app {
namespace {

namespace samples = store::samples;

constexpr std::int64_t day_ms = 86'400'000;

class HousekeepingTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (std::uint64_t number = 1; number <= 100; ++number) {
            const Bytes file = samples::file_bytes(number, 10);
            store::IssueWrite write = samples::issue(number, file);
            write.idempotency_expires = TimeMs{static_cast<std::int64_t>(number) * day_ms};
            ASSERT_TRUE(samples::put(store_, write));
        }
    }
    Housekeeping::Parts parts() {
        return {store_, clock_, metrics_, [this](const store::TouchedDocument& touched) {
                    expired_.push_back(touched.document.id);
                    return store::Aftermath{};
                }};
    }
    [[nodiscard]] std::size_t keys() {
        std::size_t count = 0;
        for (std::uint64_t number = 1; number <= 100; ++number) {
            const auto row =
                store_.find_idempotent(samples::department(1), "key-" + std::to_string(number));
            count += row.value() ? 1U : 0U;
        }
        return count;
    }

    fakes::MemoryStore store_;
    fakes::FixedClock clock_{TimeMs{41 * day_ms}};
    metrics::Registry metrics_;
    std::vector<DocumentId> expired_;
};

TEST_F(HousekeepingTest, OldKeysAreForgottenStepByStep) {
    Housekeeping::Options options;
    options.rows_per_step = 7;
    Housekeeping housekeeping(parts(), options);
    int steps = 1;
    while (!housekeeping.step()) {
        ASSERT_LE(++steps, 15);
    }
    EXPECT_EQ(steps, 15);
    EXPECT_EQ(keys(), 60U) << "40 expired a day ago or longer";
    EXPECT_NE(metrics_.text().find("songda_idempotency_rows_pruned_total 40"), std::string::npos);
    clock_.set(clock_.now() + day_ms);
    while (!housekeeping.step()) {
    }
    EXPECT_EQ(keys(), 59U);
}

TEST_F(HousekeepingTest, ThreadGoesRoundByRoundAndStopsAtOnce) {
    Housekeeping::Options options;
    options.rows_per_step = 7;
    options.between_steps = std::chrono::milliseconds(0);
    options.between_rounds = std::chrono::milliseconds(0);
    {
        Housekeeping housekeeping(parts(), options);
        housekeeping.start();
        while (keys() > 60) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(keys(), 60U);
    Housekeeping patient(parts());
    patient.start(); // would wait an hour for its second round
}

/// The sample's last day is 2031-11-24.
TEST_F(HousekeepingTest, WhoseLastDayIsOverIsToldStepByStepAndOnce) {
    Housekeeping::Options options;
    options.expiries_per_step = 30;
    Housekeeping housekeeping(parts(), options);
    const auto round = [&] {
        int steps = 1;
        while (!housekeeping.step()) {
            ++steps;
        }
        return steps;
    };
    round(); // the store's first: it begins with this day
    clock_.set(*parse_rfc3339("2031-11-24T23:59:59.999+08:00"));
    round();
    EXPECT_TRUE(expired_.empty());
    clock_.set(*parse_rfc3339("2031-11-25T00:00:00+08:00"));
    EXPECT_EQ(round(), 4);
    EXPECT_EQ(expired_.size(), 100U);
    EXPECT_NE(metrics_.text().find("songda_documents_expired_total 100"), std::string::npos);
    clock_.set(clock_.now() + day_ms);
    round();
    EXPECT_EQ(expired_.size(), 100U);
}

TEST_F(HousekeepingTest, StoreThatCannotWriteIsAskedAgain) {
    Housekeeping housekeeping(parts());
    store_.set_writable(false);
    EXPECT_TRUE(housekeeping.step());
    EXPECT_EQ(keys(), 100U);
    store_.set_writable(true);
    EXPECT_TRUE(housekeeping.step());
    EXPECT_EQ(keys(), 60U);
}

} // namespace
} // namespace songda::app
