// Editions: every pair of states tried on the real store, which one is in force on which day,
// content that never changes, and the page that shows the table. SONGDA_UPDATE_PAGES=1 writes it
// anew.
#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/printed_page.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

class Editions : public ::testing::Test {
protected:
    EditionRow put(std::uint64_t number) {
        const auto given = store_->put_edition(
            samples::edition(number), samples::edition_content(number), samples::audit_row(1));
        EXPECT_TRUE(given.ok());
        return store_->editions(EditionKind::guide, "guide-1").value().at(given.value() - 1);
    }
    bool step(EditionRow& row, EditionState to, std::optional<Date> from = {}) {
        EditionRow after = row;
        after.state = to;
        after.effective_from = from ? from : row.effective_from;
        const bool stepped = store_->step_edition(row, after, samples::audit_row(2)).value();
        row = stepped ? after : row;
        return stepped;
    }
    EditionRow publish(std::uint64_t number, Date from) {
        EditionRow row = put(number);
        EXPECT_TRUE(step(row, EditionState::in_review));
        EXPECT_TRUE(step(row, EditionState::published, from));
        return row;
    }
    std::optional<std::uint32_t> in_force(Date day) {
        const auto found = store_->edition_in_force(EditionKind::guide, "guide-1", day).value();
        return found ? std::optional(found->number) : std::nullopt;
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
};

TEST_F(Editions, EveryPairOfStatesIsAllowedOrRefusedAsTheTableSays) {
    for (const EditionState from : edition_states) {
        for (const EditionState to : edition_states) {
            SCOPED_TRACE(std::string(state_name(from)) + " → " + std::string(state_name(to)));
            EditionRow row = put(1);
            if (from == EditionState::in_review || from == EditionState::published) {
                ASSERT_TRUE(step(row, EditionState::in_review));
            }
            if (from == EditionState::published || from == EditionState::withdrawn) {
                ASSERT_TRUE(step(row, from, Date{2026, 1, 1}));
            }
            EXPECT_EQ(step(row, to, Date{2026, 1, 1}), may_follow(from, to));
            EXPECT_EQ(row.state, may_follow(from, to) ? to : from);
        }
    }
}

TEST_F(Editions, LatestPublishedOneIsInForceFromItsDay) {
    (void)publish(1, {2026, 1, 1});
    EditionRow second = publish(2, {2026, 7, 1});
    (void)put(3); // a draft
    EXPECT_EQ(in_force({2025, 12, 31}), std::nullopt);
    EXPECT_EQ(in_force({2026, 1, 1}), 1U);
    EXPECT_EQ(in_force({2026, 6, 30}), 1U);
    EXPECT_EQ(in_force({2026, 7, 1}), 2U);
    (void)publish(4, {2026, 7, 1});
    EXPECT_EQ(in_force({2026, 7, 1}), 4U) << "of the same day the newest";
    EXPECT_TRUE(step(second, EditionState::withdrawn));
    EditionRow newest = store_->editions(EditionKind::guide, "guide-1").value().back();
    EXPECT_TRUE(step(newest, EditionState::withdrawn));
    EXPECT_EQ(in_force({2026, 7, 1}), 1U);
    ASSERT_EQ(store_->editions_in_force(EditionKind::guide, {2026, 7, 1}).value().size(), 1U);
    EXPECT_TRUE(store_->editions_in_force(EditionKind::template_, {2026, 7, 1}).value().empty());
    EXPECT_EQ(store_->all_editions(EditionKind::guide).value(),
              store_->editions(EditionKind::guide, "guide-1").value());
    EXPECT_TRUE(store_->all_editions(EditionKind::template_).value().empty());
}

TEST_F(Editions, NothingIsPublishedWithoutItsFirstDay) {
    EditionRow row = put(1);
    ASSERT_TRUE(step(row, EditionState::in_review));
    EditionRow after = row;
    after.state = EditionState::published;
    EXPECT_EQ(store_->step_edition(row, after, {}).error().fault, Fault::invalid_input);
}

TEST_F(Editions, ContentIsKeptByItsHashAndNeverChanges) {
    const EditionRow row = put(1);
    EXPECT_EQ(store_->edition_content(row).value(), samples::edition_content(1));
    EXPECT_EQ(
        store_->put_edition(samples::edition(1), samples::edition_content(2), {}).error().fault,
        Fault::invalid_input);
    EditionRow other = row;
    other.content = samples::edition(2).content;
    EXPECT_EQ(store_->step_edition(row, other, {}).error().fault, Fault::invalid_input);
    store_.reset();
    store_ = samples::open_small(directory_.path());
    EXPECT_EQ(store_->edition_content(row).value(), samples::edition_content(1));
    EXPECT_TRUE(store_->fsck().value().clean());
}

std::string page() {
    std::ostringstream out;
    out << "# States of an edition 版次\n\n"
           "Printed from `store/edition_state.hpp`; a test compares. Item lists, guides and "
           "templates "
           "are published in editions; the\ncontent of one never changes. In force on a day is the "
           "published one with the latest first day not after it.\n\n"
           "| # | state | 中文 | may become |\n|---|---|---|---|\n";
    for (const EditionState state : edition_states) {
        out << "| " << static_cast<int>(state) << " | `" << state_name(state) << "` | "
            << state_name_zh(state) << " |";
        std::string separator = " ";
        for (const EditionStep& step : edition_steps) {
            if (step.from == state) {
                out << separator << '`' << state_name(step.to) << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    return out.str();
}

TEST_F(Editions, PageShowsTheTable) {
    EXPECT_EQ(fakes::printed_page("docs/states/edition.md", page()), page());
}

} // namespace
} // namespace songda::store
