// Documents come to their level step by step and are renewed in time; whoever does not answer is
// left alone and told of once, and blocks nothing for longer than that; what can never succeed is
// parked; what is late is told; a claim that was cut off comes back.
#include "app/level_keeping.hpp"

#include <condition_variable>

#include <gtest/gtest.h>

#include "tests/fakes/fake_augmenter.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::app {
namespace {

namespace samples = store::samples;

constexpr std::int64_t day_ms = 86'400'000;

class LevelKeepingTest : public ::testing::Test {
protected:
    void put(std::uint64_t number) {
        files_[number] = samples::file_bytes(number, 40);
        ASSERT_TRUE(samples::put(store_, samples::levelled(number, files_[number])));
    }
    LevelKeeping::Parts parts() {
        return {store_,
                augmenter_,
                clock_,
                random_,
                metrics_,
                [this](const store::LevelledDocument& levelled) {
                    released_.push_back(levelled.document.id);
                    return std::vector<store::Aftermath::Change>{};
                },
                [this] { ++woken_; }};
    }
    [[nodiscard]] store::AugmentationRow row(std::uint64_t number) {
        return store_.find_augmentation(samples::numbered<DocumentId>(number)).value().value();
    }
    [[nodiscard]] bool says(const std::string& metric) {
        return metrics_.text().find(metric + "\n") != std::string::npos;
    }
    static Error away() { return {Fault::unavailable, "nobody answers"}; }

    fakes::MemoryStore store_;
    fakes::FakeAugmenter augmenter_;
    fakes::ManualClock clock_{TimeMs{5000}};
    fakes::SeededRandom random_{1};
    metrics::Registry metrics_;
    std::map<std::uint64_t, Bytes> files_;
    std::vector<DocumentId> released_;
    int woken_ = 0;
};

TEST_F(LevelKeepingTest, DueDocumentsGetTheirRevisionAndTheirDeliveriesAreReleased) {
    put(1);
    put(2);
    LevelKeeping keeping(parts(), {});
    EXPECT_EQ(keeping.step(), 2U);
    EXPECT_EQ(keeping.step(), 0U);
    ASSERT_EQ(augmenter_.asked().size(), 2U);
    EXPECT_EQ(augmenter_.asked()[0].file, files_[1]);
    EXPECT_EQ(augmenter_.asked()[0].issued_bytes, files_[1].size());
    EXPECT_EQ(augmenter_.asked()[0].wanted, SignatureLevel::b_lta);
    EXPECT_EQ(row(1).level, SignatureLevel::b_lta);
    EXPECT_EQ(released_.size(), 2U);
    EXPECT_EQ(woken_, 2);
    EXPECT_TRUE(says("songda_augmentations_total{level=\"B-LTA\"} 2"));
    const auto document = store_.find_document(samples::numbered<DocumentId>(1)).value();
    EXPECT_EQ(as_text(store_.read_file(*document).value()).substr(40), "%revision 1\n");
    EXPECT_EQ(store_.list_audit(0, 10).value().back().row.action, "level_reached");
}

TEST_F(LevelKeepingTest, AStepOnTheWayIsKeptAndTheRestFollows) {
    put(1);
    augmenter_.most = SignatureLevel::b_t;
    LevelKeeping keeping(parts(), {});
    EXPECT_EQ(keeping.step(), 1U);
    EXPECT_EQ(row(1).level, SignatureLevel::b_t);
    augmenter_.most = SignatureLevel::b_lta;
    EXPECT_EQ(keeping.step(), 0U);
    clock_.advance(10'000);
    EXPECT_EQ(keeping.step(), 1U);
    EXPECT_EQ(row(1).level, SignatureLevel::b_lta);
    EXPECT_GT(augmenter_.asked()[1].file.size(), augmenter_.asked()[0].file.size());
}

TEST_F(LevelKeepingTest, RenewalComesAMarginBeforeTheProofEndsAndAtHalfOfWhatIsLeftAtLeast) {
    put(1);
    augmenter_.proven_until = clock_.now() + 1000 * day_ms;
    LevelKeeping keeping(parts(), {});
    ASSERT_EQ(keeping.step(), 1U);
    EXPECT_EQ(row(1).due, clock_.now() + 820 * day_ms);
    clock_.set(*row(1).due);
    keeping.count();
    EXPECT_TRUE(says("songda_augmentation_renewals_due 1"));
    ASSERT_EQ(keeping.step(), 1U);
    EXPECT_EQ(store_.revisions(samples::numbered<DocumentId>(1)).value().size(), 2U);
    EXPECT_EQ(row(1).due, clock_.now() + 90 * day_ms) << "180 days are left";
    EXPECT_EQ(renewal_due(TimeMs{100}, TimeMs{50}, day_ms), TimeMs{100}) << "over already";
}

TEST_F(LevelKeepingTest, OutageStopsAskingAfterAFewAndIsTriedWithOneDocumentNowAndThen) {
    for (std::uint64_t number = 1; number <= 20; ++number) {
        put(number);
    }
    augmenter_.refuse = [] { return std::optional(away()); };
    LevelKeeping keeping(parts(), {});
    EXPECT_EQ(keeping.step(), 3U) << "the rest of the claim is given back";
    EXPECT_EQ(row(4).attempts, 0);
    EXPECT_EQ(row(1).attempts, 1);
    EXPECT_EQ(row(1).reason, "unavailable: nobody answers");
    EXPECT_TRUE(says("songda_augmentation_paused 1"));
    EXPECT_EQ(keeping.step(), 0U);
    clock_.advance(3001);
    EXPECT_EQ(keeping.step(), 1U);
    EXPECT_EQ(keeping.step(), 0U);
    clock_.advance(100'000);
    augmenter_.refuse = [] { return std::nullopt; };
    std::size_t reached = 0;
    for (std::size_t tried = 1; tried > 0; reached += tried) {
        tried = keeping.step();
    }
    EXPECT_EQ(reached, 20U);
    EXPECT_TRUE(says("songda_augmentation_paused 0"));
    EXPECT_TRUE(says("songda_augmentation_failures_total{fault=\"unavailable\"} 4"));
    keeping.count();
    EXPECT_TRUE(says("songda_augmentations_waiting 0"));
}

TEST_F(LevelKeepingTest, FailuresOfOneDocumentBackOffAndLeaveOthersAlone) {
    put(1);
    augmenter_.refuse = [] { return std::optional(Error{Fault::overloaded, "busy"}); };
    LevelKeeping keeping(parts(), {});
    std::vector<std::int64_t> waits;
    for (int attempt = 0; attempt < 12; ++attempt) {
        ASSERT_EQ(keeping.step(), 1U);
        waits.push_back(*row(1).due - clock_.now());
        clock_.set(*row(1).due);
    }
    EXPECT_GE(waits[0], 10'000);
    EXPECT_LT(waits[0], 15'000);
    EXPECT_GE(waits[3], 80'000);
    EXPECT_LT(waits[11], 5'400'000) << "an hour and a half of it at most";
    augmenter_.refuse = [] { return std::nullopt; };
    put(2);
    EXPECT_EQ(keeping.step(), 2U);
}

TEST_F(LevelKeepingTest, WhatCanNeverSucceedIsParkedWithAnAuditRowUntilAnOperatorSaysSo) {
    for (const Fault fault : {Fault::forbidden, Fault::corrupt, Fault::invalid_input}) {
        const auto number = static_cast<std::uint64_t>(fault) + 1;
        put(number);
        augmenter_.refuse = [fault] { return std::optional(Error{fault, "revoked"}); };
        LevelKeeping keeping(parts(), {});
        ASSERT_EQ(keeping.step(), 1U);
        EXPECT_TRUE(store::is_parked(row(number)));
        EXPECT_EQ(store_.list_audit(0, 100).value().back().row.action, "augmentation_parked");
        clock_.advance(400 * day_ms);
        EXPECT_EQ(keeping.step(), 0U);
    }
    LevelKeeping keeping(parts(), {});
    keeping.count();
    EXPECT_TRUE(says("songda_augmentations_parked 3"));
    augmenter_.refuse = [] { return std::nullopt; };
    ASSERT_EQ(
        store_.hasten_augmentations({std::nullopt, clock_.now(), {}, 10, {}}).value().hastened, 3U);
    EXPECT_EQ(keeping.step(), 3U);
}

TEST_F(LevelKeepingTest, WhatIsLateIsCountedWithTheOldestWait) {
    put(1);
    put(2);
    augmenter_.refuse = [] { return std::optional(away()); };
    LevelKeeping keeping(parts(), {});
    keeping.step();
    clock_.set(TimeMs{2000 + day_ms + 1});
    keeping.count();
    EXPECT_TRUE(says("songda_augmentations_late 2"));
    EXPECT_TRUE(says("songda_augmentations_waiting 2"));
    EXPECT_TRUE(says("songda_augmentation_oldest_wait_seconds 86400.001"));
}

TEST_F(LevelKeepingTest, NoMoreAreTakenInAMinuteThanItsLimit) {
    for (std::uint64_t number = 1; number <= 9; ++number) {
        put(number);
    }
    LevelKeeping::Options options;
    options.per_minute = 4;
    options.claim = 3;
    LevelKeeping keeping(parts(), options);
    EXPECT_EQ(keeping.step(), 3U);
    EXPECT_EQ(keeping.step(), 1U);
    EXPECT_EQ(keeping.step(), 0U);
    clock_.advance(60'000);
    EXPECT_EQ(keeping.step(), 3U);
    EXPECT_EQ(keeping.step(), 1U);
    clock_.advance(60'000);
    EXPECT_EQ(keeping.step(), 1U);
    for (int idle = 0; idle < 10; ++idle) {
        EXPECT_EQ(keeping.step(), 0U) << "looking costs nothing of the limit";
    }
    put(10);
    EXPECT_EQ(keeping.step(), 1U);
}

TEST_F(LevelKeepingTest, NothingIsAskedForThatCouldNotBeWrittenDown) {
    put(1);
    store_.set_writable(false);
    LevelKeeping keeping(parts(), {});
    EXPECT_EQ(keeping.step(), 0U);
    store_.set_writable(true);
    augmenter_.meanwhile = [this] { store_.set_writable(false); };
    EXPECT_EQ(keeping.step(), 1U);
    store_.set_writable(true);
    augmenter_.meanwhile = [] {};
    EXPECT_EQ(row(1).level, SignatureLevel::b_b);
    EXPECT_EQ(keeping.step(), 0U) << "leased";
    clock_.advance(LevelKeeping::Options().lease_ms);
    EXPECT_EQ(keeping.step(), 1U);
    EXPECT_EQ(row(1).level, SignatureLevel::b_lta);
}

TEST_F(LevelKeepingTest, WhoeverLosesTheFencePutsNothing) {
    put(1);
    augmenter_.meanwhile = [this] {
        clock_.advance(LevelKeeping::Options().lease_ms);
        ASSERT_EQ(store_.claim_augmentations({clock_.now(), 1, 1}).value().size(), 1U);
    };
    LevelKeeping keeping(parts(), {});
    EXPECT_EQ(keeping.step(), 1U);
    EXPECT_TRUE(store_.revisions(samples::numbered<DocumentId>(1)).value().empty());
}

TEST_F(LevelKeepingTest, ThreadsWorkAndStopGivesBackWhatIsNotBegun) {
    for (std::uint64_t number = 1; number <= 4; ++number) {
        put(number);
    }
    std::mutex mutex;
    std::condition_variable changed;
    bool begun = false;
    bool go_on = false;
    augmenter_.meanwhile = [&] {
        std::unique_lock lock(mutex);
        begun = true;
        changed.notify_all();
        changed.wait(lock, [&] { return go_on; });
    };
    LevelKeeping::Options options;
    options.threads = 1;
    LevelKeeping keeping(parts(), options);
    keeping.start();
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return begun; });
    }
    std::thread stopping([&] { keeping.stop(); });
    // `stop` has said so before it waits for the thread; whoever is begun ends.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    {
        const std::scoped_lock lock(mutex);
        go_on = true;
        changed.notify_all();
    }
    stopping.join();
    EXPECT_EQ(augmenter_.asked().size(), 1U);
    EXPECT_EQ(row(1).level, SignatureLevel::b_lta);
    EXPECT_EQ(store_.claim_augmentations({clock_.now(), 10, 1}).value().size(), 3U)
        << "at once, without waiting for the lease";
}

} // namespace
} // namespace songda::app
