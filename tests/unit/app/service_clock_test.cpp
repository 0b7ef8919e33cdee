// The term in which documents are to be served: what is near, what is late, and that served ones
// are neither.
#include "app/service_clock.hpp"

#include <gtest/gtest.h>

#include "tests/unit/delivery/office.hpp"

namespace songda::app {
namespace {

using delivery::ChannelKind;
const DepartmentCode department{"11320199014138860W"};
const DepartmentCode other{"12320199014138860X"};

class ServiceClockTest : public testing::Test {
protected:
    ServiceClockTest() { office_.clock.set(china_midnight({2026, 11, 24}) + 10 * 3'600'000); }
    DocumentId issue(const DepartmentCode& of, Date serve_by) {
        office_.serve_by = serve_by;
        return office_.issue(of, {ChannelKind::portal});
    }

    delivery::office::Office office_;
    catalogue::WorkingDays calendar_ =
        catalogue::WorkingDays::read(SONGDA_SOURCE_DIR "/catalogue/calendar").value();
    ServiceClock watch_{
        {office_.store, office_.clock, office_.registry, calendar_, {department, other}}};
    using Counts = ServiceClock::Counts;
};

TEST_F(ServiceClockTest, CountsWhatIsNearAndWhatIsLateOfEachDepartment) {
    issue(department, {2026, 11, 23}); // yesterday
    issue(department, {2026, 11, 24});
    issue(other, {2026, 11, 27}); // three working days ahead
    issue(other, {2026, 11, 30}); // four
    EXPECT_EQ(watch_.look(), (Counts{2, 1}));
    const std::string page = office_.registry.text();
    EXPECT_NE(page.find("songda_services_late{department=\"11320199014138860W\"} 1"),
              std::string::npos);
    EXPECT_NE(page.find("songda_services_near{department=\"12320199014138860X\"} 1"),
              std::string::npos);
}

TEST_F(ServiceClockTest, WhatIsServedOrNotToBeServedIsNeither) {
    issue(department, {2026, 11, 23});
    const DocumentId revoked = issue(department, {2026, 11, 23});
    ASSERT_TRUE(office_.change(revoked, store::DocumentStatus::revoked));
    ASSERT_EQ(watch_.look(), (Counts{0, 1}));
    office_.consent = store::ConsentEntry{true,           "送达地址确认书",    "1",
                                          {2026, 11, 20}, office_.clock.now(), "decision"};
    issue(department, {2026, 11, 24});
    delivery::Courier(office_.parts()).run_once();
    EXPECT_EQ(watch_.look(), (Counts{0, 1})); // the first has no consent, and nobody opened it
}

TEST_F(ServiceClockTest, CountsDeadLettersAndHowLongTheFirstWaits) {
    office_.email.answer = [](const delivery::Dispatch&) {
        return delivery::Outcome{delivery::Outcome::Kind::permanent,
                                 delivery::Reason::policy_rejected, "", 0};
    };
    office_.issue(department, {ChannelKind::email});
    delivery::Courier(office_.parts()).run_once();
    office_.clock.advance(3'600'000);
    EXPECT_EQ(watch_.look().dead, 1U);
    const std::string page = office_.registry.text();
    EXPECT_NE(page.find("songda_dead_letters{department=\"11320199014138860W\"} 1"),
              std::string::npos);
    EXPECT_NE(
        page.find("songda_dead_letters_oldest_seconds{department=\"11320199014138860W\"} 3600"),
        std::string::npos)
        << page;
    EXPECT_NE(page.find("songda_dead_letters{department=\"12320199014138860X\"} 0"),
              std::string::npos);
}

TEST_F(ServiceClockTest, ADayThatNoCalendarReachesHidesNothingThatIsLate) {
    office_.clock.set(china_midnight({2099, 1, 5}));
    issue(department, {2098, 12, 1});
    EXPECT_EQ(watch_.look(), (Counts{0, 1}));
}

} // namespace
} // namespace songda::app
