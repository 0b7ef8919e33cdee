// A copy of a store knows that it is one: it issues nothing until somebody decides where the
// numbers go on, and then none is given twice, sequences that began after the copy included.
#include <set>

#include <gtest/gtest.h>

#include "store/limits.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

class StoreNumbers : public ::testing::Test {
protected:
    /// Gives the next number of a sequence to intent `id`; nothing when the store refuses.
    static std::optional<std::uint64_t> give(Store& store, std::uint64_t id,
                                             const std::string& sequence) {
        const auto last = store.counter(samples::department(1), sequence);
        return last.ok() ? write(store, id, sequence, last.value() + 1) : std::nullopt;
    }
    static std::optional<std::uint64_t> write(Store& store, std::uint64_t id,
                                              const std::string& sequence, std::uint64_t value) {
        Intent intent = samples::intent(id);
        intent.sequence = sequence;
        intent.sequence_value = value;
        return store.put_intents({&intent, 1}).ok() ? std::optional(value) : std::nullopt;
    }
    std::unique_ptr<Store> copy_of(Store& store) {
        const std::string folder = target_.path() + "/copy";
        EXPECT_TRUE(store.backup(folder, TimeMs{777}).ok());
        return samples::open_small(folder);
    }
    static NumberAdvance all_by(std::uint64_t count) {
        return {NumberAdvance::How::by, count, std::nullopt, 2026};
    }

    samples::Directory directory_;
    samples::Directory target_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
    const AuditRow audit_ = samples::audit_row(1);
};

TEST_F(StoreNumbers, CopyIssuesNothingUntilTheNumbersAreMovedOnAndThenNoneTwice) {
    std::set<std::pair<std::string, std::uint64_t>> given;
    for (std::uint64_t id = 1; id <= 5; ++id) {
        given.insert({"licence", *give(*store_, id, "licence")});
    }
    const auto copy = copy_of(*store_);
    for (std::uint64_t id = 6; id <= 15; ++id) {
        given.insert({"licence", *give(*store_, id, "licence")});
        given.insert({"begun/2026", *give(*store_, id + 100, "begun/2026")});
    }
    EXPECT_EQ(copy->numbers().value().held_since, TimeMs{777});
    EXPECT_EQ(copy->counter(samples::department(1), "licence").error().fault, Fault::held);
    const Intent drawn = samples::intent(20);
    EXPECT_EQ(copy->put_intents({&drawn, 1}).error().fault, Fault::held);
    EXPECT_EQ(copy->statistics().value().intents_open, 5U);

    ASSERT_TRUE(copy->advance_numbers(all_by(20), audit_).ok());
    EXPECT_FALSE(copy->numbers_held().value());
    for (std::uint64_t id = 30; id <= 40; ++id) {
        EXPECT_TRUE(given.insert({"licence", give(*copy, id, "licence").value_or(1)}).second);
        EXPECT_TRUE(
            given.insert({"begun/2026", give(*copy, id + 100, "begun/2026").value_or(1)}).second);
    }
    EXPECT_EQ(give(*copy, 50, "begun/2027"), 1U) << "a year that had not come yet";
    EXPECT_TRUE(copy->fsck().value().clean());
    EXPECT_EQ(copy->list_audit(0, 10).value().size(), 1U);
}

TEST_F(StoreNumbers, OriginalGoesOnAsBefore) {
    ASSERT_TRUE(give(*store_, 1, "licence"));
    (void)copy_of(*store_);
    EXPECT_FALSE(store_->numbers_held().value());
    EXPECT_EQ(give(*store_, 2, "licence"), 2U);
}

TEST_F(StoreNumbers, MarkSurvivesRestartsAndAnotherBackup) {
    ASSERT_TRUE(give(*store_, 1, "licence"));
    auto copy = copy_of(*store_);
    copy.reset();
    copy = samples::open_small(target_.path() + "/copy");
    EXPECT_TRUE(copy->numbers_held().value());
    ASSERT_TRUE(copy->backup(target_.path() + "/second", TimeMs{999}).ok());
    const auto second = samples::open_small(target_.path() + "/second");
    EXPECT_EQ(second->numbers_held().value(), TimeMs{777}) << "numbers are unknown since the first";
}

TEST_F(StoreNumbers, OneSequenceIsMovedAloneAndTheStoreStaysHeld) {
    ASSERT_TRUE(give(*store_, 1, "licence"));
    ASSERT_TRUE(give(*store_, 2, "letter/2026"));
    const auto copy = copy_of(*store_);
    NumberAdvance one{NumberAdvance::How::past, 40, {}, 2026};
    one.only = {samples::department(1), "letter/2026"};
    ASSERT_TRUE(copy->advance_numbers(one, audit_).ok());
    EXPECT_TRUE(copy->numbers_held().value());
    EXPECT_FALSE(give(*copy, 3, "letter/2026"));
    ASSERT_TRUE(copy->confirm_numbers(audit_).ok());
    EXPECT_EQ(copy->confirm_numbers(audit_).error().fault, Fault::conflict);
    EXPECT_EQ(give(*copy, 3, "letter/2026"), 41U);
    EXPECT_EQ(give(*copy, 4, "licence"), 2U);
}

TEST_F(StoreNumbers, ModelThatIsHeldAnswersLikeACopy) {
    const auto copy = copy_of(*store_);
    fakes::MemoryStore model;
    model.set_held(TimeMs{777});
    const Intent drawn = samples::intent(1);
    NumberAdvance one{NumberAdvance::How::by, 5, {}, 2026};
    one.only = {samples::department(1), "food/2026"};
    for (Store* const store : {static_cast<Store*>(&model), copy.get()}) {
        EXPECT_EQ(store->numbers_held().value(), TimeMs{777});
        EXPECT_EQ(store->counter(drawn.department, "food/2026").error().fault, Fault::held);
        EXPECT_EQ(store->put_intents({&drawn, 1}).error().fault, Fault::held);
        ASSERT_TRUE(store->advance_numbers(one, audit_).ok());
        EXPECT_EQ(store->put_intents({&drawn, 1}).error().fault, Fault::held);
        ASSERT_TRUE(store->confirm_numbers(audit_).ok());
        EXPECT_EQ(store->put_intents({&drawn, 1}).error().fault, Fault::unavailable);
        EXPECT_EQ(store->counter(drawn.department, "food/2026").value(), 5U);
    }
    EXPECT_EQ(model.numbers().value(), copy->numbers().value());
}

TEST_F(StoreNumbers, NeverBack) {
    for (std::uint64_t id = 1; id <= 9; ++id) {
        ASSERT_TRUE(give(*store_, id, "licence"));
    }
    NumberAdvance back{NumberAdvance::How::past, 3, std::nullopt, 2026};
    ASSERT_TRUE(store_->advance_numbers(back, audit_).ok());
    EXPECT_EQ(give(*store_, 10, "licence"), 10U);
}

TEST_F(StoreNumbers, NumberDrawnBeforeAMoveIsRefusedAfterIt) {
    ASSERT_TRUE(give(*store_, 1, "licence"));
    const std::uint64_t drawn = store_->counter(samples::department(1), "licence").value() + 1;
    ASSERT_TRUE(store_->advance_numbers(all_by(100), audit_).ok());
    EXPECT_FALSE(write(*store_, 2, "licence", drawn));
    EXPECT_FALSE(write(*store_, 3, "begun/2026", 7)) << "below the floor";
    EXPECT_EQ(give(*store_, 4, "begun/2026"), 101U);
    EXPECT_FALSE(write(*store_, 5, "begun/2026", 8)) << "also once the sequence has a row";
}

TEST_F(StoreNumbers, SequenceOfAllYearsGoesOnAfterThoseOfSingleYears) {
    for (std::uint64_t id = 1; id <= 4; ++id) {
        ASSERT_TRUE(give(*store_, id, "licence/2026"));
    }
    ASSERT_TRUE(give(*store_, 5, "licence-b/2026"));
    EXPECT_EQ(give(*store_, 6, "licence"), 5U);
    EXPECT_EQ(give(*store_, 7, "licence"), 6U);
}

TEST_F(StoreNumbers, TooLargeMovesNothing) {
    ASSERT_TRUE(give(*store_, 1, "licence"));
    EXPECT_EQ(store_->advance_numbers(all_by(sequence_value_max), audit_).error().fault,
              Fault::invalid_input);
    EXPECT_EQ(store_->advance_numbers(all_by(~std::uint64_t{0}), audit_).error().fault,
              Fault::invalid_input);
    EXPECT_EQ(store_->numbers().value().sequences.at(0).last, 1U);
    EXPECT_EQ(store_->numbers().value().floor, NumberFloor{});
    EXPECT_EQ(store_->statistics().value().audit_rows, 0U);
}

} // namespace
} // namespace songda::store
