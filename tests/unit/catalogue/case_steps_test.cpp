// The table of case steps: every state with every event, what an event does to the clocks, and the
// page that shows the table. SONGDA_UPDATE_PAGES=1 writes the page anew.
#include "catalogue/case_steps.hpp"

#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/printed_page.hpp"

namespace songda::catalogue {
namespace {

constexpr Date monday{2026, 11, 2};
constexpr Date today{2026, 11, 30};

constexpr std::array all_states = {CaseState::none,   CaseState::received, CaseState::accepted,
                                   CaseState::paused, CaseState::decided,  CaseState::closed};

std::vector<CaseEventKind> all_events() {
    std::vector<CaseEventKind> events;
    for (std::uint8_t number = 1; find_event(number); ++number) {
        events.push_back(*find_event(number));
    }
    return events;
}

/// The shortest way to a state.
std::vector<DatedEvent> way_to(CaseState state) {
    using Kind = CaseEventKind;
    std::vector<Kind> way;
    switch (state) {
    case CaseState::none: break;
    case CaseState::received: way = {Kind::received}; break;
    case CaseState::accepted: way = {Kind::received, Kind::accepted}; break;
    case CaseState::paused: way = {Kind::received, Kind::accepted, Kind::paused}; break;
    case CaseState::decided: way = {Kind::received, Kind::accepted, Kind::decided}; break;
    case CaseState::closed: way = {Kind::received, Kind::closed}; break;
    }
    std::vector<DatedEvent> events;
    for (const Kind kind : way) {
        events.push_back({kind, monday});
    }
    return events;
}

TEST(CaseSteps, EveryEventIsAllowedOrRefusedInEveryStateAsTheTableSays) {
    for (const CaseState from : all_states) {
        auto events = way_to(from);
        ASSERT_EQ(fold_case(events).state, from);
        for (const CaseEventKind kind : all_events()) {
            SCOPED_TRACE(std::string(state_name(from)) + " · " + std::string(event_name(kind)));
            const auto step =
                std::find_if(case_steps.begin(), case_steps.end(), [&](const CaseStep& each) {
                    return each.from == from && each.event == kind;
                });
            const DatedEvent event{kind, monday};
            const auto refused = check_event(fold_case(events), event, today);
            EXPECT_EQ(refused.has_value(), step == case_steps.end());
            if (refused) {
                EXPECT_EQ(*refused, CaseRefusal::step);
                continue;
            }
            auto after = events;
            after.push_back(event);
            EXPECT_EQ(fold_case(after).state, step->to);
        }
    }
}

TEST(CaseSteps, DaysNeverGoBackNorPastToday) {
    const CaseFold fold = fold_case(way_to(CaseState::received));
    EXPECT_EQ(check_event(fold, {CaseEventKind::accepted, {2026, 11, 1}}, today),
              CaseRefusal::before_last);
    EXPECT_EQ(check_event(fold, {CaseEventKind::accepted, {2026, 12, 1}}, today),
              CaseRefusal::in_the_future);
    EXPECT_EQ(check_event(fold, {CaseEventKind::accepted, today}, today), std::nullopt);
}

TEST(CaseSteps, LimitIsExtendedOnce) {
    auto events = way_to(CaseState::accepted);
    const DatedEvent extended{CaseEventKind::extended, monday};
    EXPECT_EQ(check_event(fold_case(events), extended, today), std::nullopt);
    events.push_back(extended);
    EXPECT_EQ(check_event(fold_case(events), extended, today), CaseRefusal::extended_once);
}

TEST(CaseSteps, EventsMoveTheClocks) {
    const std::vector<DatedEvent> events = {
        {CaseEventKind::received, {2026, 11, 2}},  {CaseEventKind::accepted, {2026, 11, 3}, 5},
        {CaseEventKind::paused, {2026, 11, 5}},    {CaseEventKind::resumed, {2026, 11, 12}},
        {CaseEventKind::extended, {2026, 11, 13}}, {CaseEventKind::paused, {2026, 11, 16}},
    };
    const CaseDays days = fold_case(events).days;
    EXPECT_EQ(days.received, (Date{2026, 11, 2}));
    EXPECT_EQ(days.accepted, (Date{2026, 11, 3}));
    EXPECT_EQ(days.promised_days, 5);
    EXPECT_TRUE(days.extended);
    EXPECT_FALSE(days.decided);
    ASSERT_EQ(days.pauses.size(), 2U);
    EXPECT_EQ(days.pauses[0].to, (Date{2026, 11, 12}));
    EXPECT_FALSE(days.pauses[1].to);
}

std::string page() {
    std::ostringstream out;
    out << "# States of a case 办件\n\n"
           "Printed from `catalogue/case_steps.hpp`; a test compares. Departments tell events; the "
           "state follows from them.\nThe numbers of events are stored. Days never go back, none "
           "is later than today, and the limit is extended once (§42).\n\n"
           "| state | 中文 | event → state |\n|---|---|---|\n";
    for (const CaseState state : all_states) {
        out << "| `" << state_name(state) << "` | " << state_name_zh(state) << " |";
        std::string separator = " ";
        for (const CaseStep& step : case_steps) {
            if (step.from == state) {
                out << separator << '`' << event_name(step.event) << "` → `" << state_name(step.to)
                    << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    out << "\n| # | event | 中文 |\n|---|---|---|\n";
    for (const CaseEventKind kind : all_events()) {
        out << "| " << static_cast<int>(kind) << " | `" << event_name(kind) << "` | "
            << event_name_zh(kind) << " |\n";
    }
    return out.str();
}

TEST(CaseSteps, PageShowsTheTable) {
    EXPECT_EQ(fakes::printed_page("docs/states/case.md", page()), page());
}

TEST(CaseSteps, NamesLeadBackToTheirEvents) {
    EXPECT_EQ(all_events().size(), 12U);
    for (const CaseEventKind kind : all_events()) {
        EXPECT_EQ(find_event(event_name(kind)), kind);
    }
    EXPECT_FALSE(find_event("unknown"));
    EXPECT_FALSE(find_event(std::uint8_t{0}));
}

} // namespace
} // namespace songda::catalogue
