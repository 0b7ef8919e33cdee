// How long a document took: what an attempt is, that what was overturned has not been served, and
// days of work between what happened.
#include "delivery/intervals.hpp"

#include <gtest/gtest.h>

#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;

constexpr std::int64_t minute_ms = 60'000;
const DepartmentCode department{"11320100MB0000019G"};

const catalogue::WorkingDays& calendar() {
    static const auto read =
        catalogue::WorkingDays::read(SONGDA_SOURCE_DIR "/catalogue/calendar").value();
    return read;
}

class IntervalsTest : public testing::Test {
protected:
    IntervalsTest() {
        office_.clock.set(*parse_rfc3339("2026-11-27T10:00:00+08:00")); // a Friday
        office_.serve_by = Date{2026, 12, 11};
        office_.portal.answer = [](const Dispatch&) {
            return Outcome{Outcome::Kind::temporary, Reason::provider_down, {}, 0};
        };
        office_.consent =
            store::ConsentEntry{true, "送达地址确认书", "1", Date{2026, 11, 1}, {}, ""};
        document_ = office_.issue(department, {ChannelKind::portal});
    }
    Moments moments() {
        const auto row = *office_.store.find_document(document_).value();
        return moments_of(row, progress_of(office_.store, document_).value(),
                          find_service_case(office_.store, row, office_.clock.now()).value());
    }
    Intervals intervals() {
        Moments found = moments();
        found.decided = Date{2026, 11, 25};
        return intervals_of(found, calendar(), china_date(office_.clock.now()));
    }
    void run() { Courier(office_.parts()).run_once(); }

    Office office_;
    DocumentId document_;
};

TEST_F(IntervalsTest, GrowWithWhatHappens) {
    EXPECT_FALSE(moments().first_attempt);
    EXPECT_EQ(intervals().decided_to_issued->working_days, 2);
    EXPECT_FALSE(intervals().decided_to_issued->seconds) << "a decision has a day";
    EXPECT_FALSE(intervals().issued_to_first_attempt);
    EXPECT_EQ(intervals().late, false);
    office_.clock.advance(2 * minute_ms);
    run();
    EXPECT_EQ(intervals().issued_to_first_attempt->seconds, 120);
    EXPECT_EQ(intervals().issued_to_first_attempt->working_days, 0);
    EXPECT_FALSE(intervals().issued_to_served) << "it failed for the time being";
    office_.portal.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::accepted, Reason::none, {}, 0};
    };
    office_.clock.set(*parse_rfc3339("2026-11-30T10:00:00+08:00")); // the Monday
    run();
    const Intervals served = intervals();
    EXPECT_EQ(served.issued_to_first_attempt->seconds, 120) << "the first one stays";
    EXPECT_EQ(served.issued_to_served->seconds, 3 * 86'400);
    EXPECT_EQ(served.issued_to_served->working_days, 1) << "no work on the weekend";
    EXPECT_EQ(served.decided_to_served->working_days, 3);
    EXPECT_EQ(served.late, false);
}

TEST_F(IntervalsTest, WhatIsOverdueIsLateWithoutService) {
    office_.clock.set(*parse_rfc3339("2026-12-11T23:59:00+08:00"));
    EXPECT_EQ(intervals().late, false) << "the last day is not over";
    office_.clock.set(*parse_rfc3339("2026-12-12T00:00:00+08:00"));
    EXPECT_EQ(intervals().late, true);
}

TEST(Intervals, WhatIsContestedOrOverturnedHasNotBeenServed) {
    ServiceCase service;
    service.basis = store::ServiceEntry{};
    service.basis->happened = TimeMs{2'000};
    for (const ServiceState state : {ServiceState::disputed, ServiceState::unserved,
                                     ServiceState::revoked, ServiceState::by_hand}) {
        service.state = state;
        EXPECT_FALSE(moments_of({}, {}, service).served) << state_name(state);
    }
    service.state = ServiceState::served;
    EXPECT_EQ(moments_of({}, {}, service).served, TimeMs{2'000});
}

TEST(Intervals, WhatWasServedBeforeItWasIssuedTookNoTime) {
    const Moments moments{.decided = std::nullopt,
                          .issued = TimeMs{1'796'000'000'000},
                          .served = TimeMs{1'795'000'000'000}};
    EXPECT_EQ(intervals_of(moments, calendar(), Date{2026, 12, 1}).issued_to_served->seconds, 0);
}

TEST(Intervals, AYearWithoutCalendarLeavesTheSeconds) {
    const TimeMs issued = *parse_rfc3339("2090-01-02T10:00:00+08:00");
    const Moments moments{
        .decided = std::nullopt, .issued = issued, .served = issued + 3 * 86'400'000};
    const Intervals found = intervals_of(moments, calendar(), Date{2090, 1, 5});
    EXPECT_EQ(found.issued_to_served->seconds, 3 * 86'400);
    EXPECT_EQ(found.issued_to_served->working_days, std::nullopt);
}

TEST(Intervals, WhatAPersonHasSeenIsNoAttempt) {
    store::LegEvent event{"offered", {}, {}, 0, std::string(operator_detail)};
    EXPECT_FALSE(ends_attempt(event));
    event.detail.clear();
    EXPECT_TRUE(ends_attempt(event));
    for (const char* const other : {"enqueue", "hold", "release", "found_accepted", "report"}) {
        event.kind = other;
        EXPECT_FALSE(ends_attempt(event)) << other;
    }
}

} // namespace
} // namespace songda::delivery
