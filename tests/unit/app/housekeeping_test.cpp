// Old idempotency rows are forgotten step by step, by hand and by the thread; those that are still
// honoured, or expired only just now, stay; a store that cannot write is asked again next round.
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
};

TEST_F(HousekeepingTest, OldKeysAreForgottenStepByStep) {
    Housekeeping::Options options;
    options.rows_per_step = 7;
    Housekeeping housekeeping(store_, clock_, metrics_, options);
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
        Housekeeping housekeeping(store_, clock_, metrics_, options);
        housekeeping.start();
        while (keys() > 60) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(keys(), 60U);
    Housekeeping patient(store_, clock_, metrics_);
    patient.start(); // would wait an hour for its second round
}

TEST_F(HousekeepingTest, StoreThatCannotWriteIsAskedAgain) {
    Housekeeping housekeeping(store_, clock_, metrics_);
    store_.set_writable(false);
    EXPECT_TRUE(housekeeping.step());
    EXPECT_EQ(keys(), 100U);
    store_.set_writable(true);
    EXPECT_TRUE(housekeeping.step());
    EXPECT_EQ(keys(), 60U);
}

} // namespace
} // namespace songda::app
