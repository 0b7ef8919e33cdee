// The yearly notices against days that everybody remembers, and terms of law counted on them.
#include "catalogue/working_days.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "catalogue/deadlines.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::catalogue {
namespace {

const WorkingDays& calendar() {
    static const WorkingDays read =
        WorkingDays::read(SONGDA_SOURCE_DIR "/catalogue/calendar").value();
    return read;
}

Date day(std::string_view text) {
    return parse_date(text).value();
}

TEST(WorkingDays, NoticesMoveWeekends) {
    EXPECT_FALSE(calendar().is_working_day(day("2018-09-22")).value()) << "Saturday, 中秋";
    EXPECT_TRUE(calendar().is_working_day(day("2018-09-29")).value()) << "Saturday, worked";
    EXPECT_TRUE(calendar().is_working_day(day("2018-09-30")).value()) << "Sunday, worked";
    for (Date off = day("2018-10-01"); off <= day("2018-10-07"); off = next_day(off)) {
        EXPECT_FALSE(calendar().is_working_day(off).value()) << to_text(off);
    }
    EXPECT_TRUE(calendar().is_working_day(day("2018-10-08")).value());
}

TEST(WorkingDays, TermBeginsOnTheNextDay) {
    EXPECT_EQ(calendar().end_of_term(day("2018-09-10"), 20).value(), day("2018-10-12"));
    EXPECT_EQ(calendar().end_of_term(day("2026-11-25"), 1).value(), day("2026-11-26"));
    EXPECT_EQ(calendar().end_of_term(day("2026-11-27"), 1).value(), day("2026-11-30"));
}

TEST(WorkingDays, YearWithoutNoticeIsAFaultNotAGuess) {
    const auto unknown = calendar().is_working_day(day("2027-03-01"));
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().fault, Fault::not_found);
    EXPECT_EQ(unknown.error().detail, "no calendar for 2027");
    EXPECT_FALSE(calendar().end_of_term(day("2026-12-30"), 10).ok()) << "runs into 2027";
    EXPECT_FALSE(calendar().count_between(day("2026-12-30"), day("2027-01-05")).ok());
}

TEST(WorkingDays, CountIsTheInverseOfTheTerm) {
    rc::check([] {
        const int begin = *rc::gen::inRange(0, 3000);
        const int count = *rc::gen::inRange(1, 200);
        Date from = day("2017-01-01");
        for (int i = 0; i < begin; ++i) {
            from = next_day(from);
        }
        const auto end = calendar().end_of_term(from, count);
        RC_ASSERT(end.ok());
        RC_ASSERT(calendar().is_working_day(end.value()).value());
        RC_ASSERT(calendar().count_between(from, end.value()).value() == count);
    });
}

TEST(WorkingDays, BadFileIsRefusedWithLineAndKey) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "2030.toml";
    std::ofstream(path) << "holidays = [\"2031-01-01\"]\nworkdays = [\"2030-01-01\"]\nmore = 1\n";
    const auto read = WorkingDays::read(folder.path());
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().fault, Fault::invalid_input);
    for (const char* const part :
         {"2030.toml:1", "holidays", "2031-01-01", "2030.toml:2", "workdays", "more"}) {
        EXPECT_NE(read.error().detail.find(part), std::string::npos) << read.error().detail;
    }
    EXPECT_EQ(WorkingDays::read(folder.path() / "none").error().fault, Fault::not_found);
}

std::vector<Deadline> deadlines(const CaseDays& days) {
    return deadlines_of(calendar(), days).value();
}

TEST(Deadlines, SupplementIsToldWithinFiveWorkingDays) {
    const auto running = deadlines({.received = day("2018-09-27")});
    ASSERT_EQ(running.size(), 1U);
    EXPECT_EQ(running[0].kind, DeadlineKind::supplement);
    EXPECT_EQ(running[0].due, day("2018-10-09")) << "28, 29 and 30 are worked, then a week off";
}

TEST(Deadlines, PromisedClockDoesNotPauseStatutoryDoes) {
    CaseDays days{.received = day("2018-09-10"),
                  .accepted = day("2018-09-10"),
                  .promised_days = 20,
                  .pauses = {{day("2018-09-17"), day("2018-09-21")}}}; // five working days
    auto running = deadlines(days);
    ASSERT_EQ(running.size(), 2U);
    EXPECT_EQ(running[0].kind, DeadlineKind::decision_statutory);
    EXPECT_EQ(running[0].due, day("2018-10-19"));
    EXPECT_EQ(running[1].kind, DeadlineKind::decision_promised);
    EXPECT_EQ(running[1].due, day("2018-10-12"));

    days.extended = true;
    EXPECT_EQ(deadlines(days)[0].working_days, 30);
    EXPECT_EQ(deadlines(days)[0].due, day("2018-11-02"));
    days.pauses[0].to.reset();
    running = deadlines(days);
    EXPECT_EQ(running[0].due, std::nullopt) << "nobody knows when the clock goes on";
    EXPECT_EQ(running[1].due, day("2018-10-12"));
}

TEST(Deadlines, DeliveryRunsFromTheDecision) {
    const auto running = deadlines({.received = day("2026-09-21"),
                                    .accepted = day("2026-09-21"),
                                    .decided = day("2026-09-24")});
    ASSERT_EQ(running.size(), 1U);
    EXPECT_EQ(running[0].kind, DeadlineKind::delivery);
    EXPECT_EQ(running[0].due, day("2026-10-15")) << "Saturday the 10th is worked";
    EXPECT_EQ(deadline_name(running[0].kind), "delivery");
    EXPECT_NE(deadline_basis(running[0].kind).find("第四十四条"), std::string_view::npos);
}

TEST(Deadlines, EachKindHasItsWords) {
    for (const auto kind : {DeadlineKind::supplement, DeadlineKind::decision_statutory,
                            DeadlineKind::decision_promised, DeadlineKind::delivery}) {
        EXPECT_FALSE(deadline_name(kind).empty());
        EXPECT_FALSE(deadline_basis(kind).empty());
    }
}

} // namespace
} // namespace songda::catalogue
