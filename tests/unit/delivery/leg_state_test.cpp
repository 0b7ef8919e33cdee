// The state table: exactly the steps of the reference, no dead ends, and the page that shows it is
// printed from it. SONGDA_UPDATE_PAGES=1 writes the page anew.
#include "delivery/leg_state.hpp"

#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/printed_page.hpp"

namespace songda::delivery {
namespace {

LegState state(std::size_t number) {
    return *leg_state(static_cast<std::uint8_t>(number));
}

std::set<LegState> reachable_from(LegState start) {
    std::set<LegState> found = {start};
    for (std::size_t before = 0; before != found.size();) {
        before = found.size();
        for (const LegTransition& each : leg_transitions) {
            if (found.contains(each.from)) {
                found.insert(each.to);
            }
        }
    }
    return found;
}

std::string page() {
    std::ostringstream out;
    out << "# States of a leg 渠道投递\n\n"
           "Printed from `delivery/leg_state.hpp`; a test compares. The numbers are stored.\n\n"
           "| # | state | 中文 | steps |\n|---|---|---|---|\n";
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        out << "| " << number << " | `" << state_name(state(number)) << "` | "
            << state_name_zh(state(number)) << " |";
        std::string separator = " ";
        for (const LegTransition& each : leg_transitions) {
            if (each.from == state(number)) {
                out << separator << step_name(each.step) << " → `" << state_name(each.to) << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    return out.str();
}

TEST(LegState, TableHasTheReferencesStepsAndTheLateReport) {
    EXPECT_EQ(leg_transitions.size(), 85U + 1U);
    std::set<std::pair<LegState, LegStep>> seen;
    for (const LegTransition& each : leg_transitions) {
        EXPECT_TRUE(seen.insert({each.from, each.step}).second)
            << state_name(each.from) << ' ' << step_name(each.step) << " is listed twice";
    }
}

TEST(LegState, EveryPairThatIsNotListedIsRefused) {
    std::size_t allowed = 0;
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        for (int step = 0; step <= static_cast<int>(LegStep::overturned); ++step) {
            allowed += state_after(state(number), static_cast<LegStep>(step)) ? 1U : 0U;
        }
    }
    EXPECT_EQ(allowed, leg_transitions.size());
}

TEST(LegState, EveryStateIsReachedAndReachesAnEnd) {
    EXPECT_EQ(reachable_from(LegState::created).size(), leg_state_count);
    const std::set<LegState> ends = {LegState::returned, LegState::cancelled, LegState::failed,
                                     LegState::reached, LegState::acknowledged};
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        bool ends_somewhere = false;
        for (const LegState each : reachable_from(state(number))) {
            ends_somewhere = ends_somewhere || ends.contains(each);
        }
        EXPECT_TRUE(ends_somewhere) << state_name(state(number));
    }
}

TEST(LegState, UnknownNumbersAreNotStates) {
    EXPECT_FALSE(leg_state(0));
    EXPECT_FALSE(leg_state(21));
    EXPECT_EQ(leg_state(20), LegState::disputed);
}

TEST(LegState, PageShowsTheTable) {
    EXPECT_EQ(fakes::printed_page("docs/states/leg.md", page()), page());
}

} // namespace
} // namespace songda::delivery
