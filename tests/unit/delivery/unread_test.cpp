// What arrived and nobody opened is told of once more, by the ways chosen for notices.
#include <gtest/gtest.h>

#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
const DepartmentCode department{"11320199014138860W"};
constexpr std::int64_t day_ms = 86'400'000;

class UnreadTest : public testing::Test {
protected:
    UnreadTest() { office_.notices = {ChannelKind::sms}; }

    DocumentId issue(std::vector<ChannelKind> channels = {ChannelKind::portal}) {
        return office_.issue(department, std::move(channels), "320102199001010013");
    }
    void work() {
        Courier(office_.parts({{ChannelKind::portal, office_.portal, 1, 16},
                               {ChannelKind::email, office_.email, 1, 1},
                               {ChannelKind::sms, sms_, 1, 1}}))
            .run_once();
    }
    void pass(int days) {
        for (int day = 0; day < days; ++day) {
            office_.clock.advance(day_ms);
            work();
        }
    }
    std::size_t notices(const DocumentId& document) {
        const auto legs = office_.store.legs_of(document).value();
        return static_cast<std::size_t>(std::count_if(legs.begin(), legs.end(), &is_chosen_notice));
    }
    void open(const DocumentId& document) {
        const store::LegRow leg = office_.leg(document);
        ASSERT_TRUE(office_.store
                        .finish_legs(std::array{store::LegFinish{
                            leg.id, leg.fence, *settle_opened(leg, office_.clock.now())}})
                        .value()[0]);
    }
    ServiceCase service(const DocumentId& document) {
        return find_service_case(office_.store, *office_.store.find_document(document).value(),
                                 office_.clock.now())
            .value();
    }

    Office office_;
    office::ScriptedChannel sms_{false};
};

TEST_F(UnreadTest, AfterThreeDaysItIsToldOnceMoreAndNeverAgain) {
    const DocumentId document = issue();
    work();
    ASSERT_EQ(office_.state(document), LegState::reached);
    EXPECT_EQ(office_.leg(document).due, office_.clock.now() + 3 * day_ms);
    pass(2);
    EXPECT_EQ(notices(document), 1U);
    pass(1);
    EXPECT_EQ(notices(document), 2U);
    EXPECT_EQ(office_.state(document), LegState::reached);
    EXPECT_FALSE(office_.leg(document).due);
    pass(30);
    EXPECT_EQ(notices(document), 2U);
}

TEST_F(UnreadTest, WhatWasOpenedIsNot) {
    const DocumentId document = issue();
    work();
    pass(1);
    open(document);
    pass(5);
    EXPECT_EQ(notices(document), 1U);
}

TEST_F(UnreadTest, WhatIsServedByItsArrivalIsUnreadAllTheSame) {
    office_.consent =
        store::ConsentEntry{true, "送达地址确认书", "1", {2026, 1, 1}, office_.clock.now(), "x"};
    const DocumentId document = issue();
    work();
    const ServiceCase before = service(document);
    ASSERT_EQ(before.state, ServiceState::served);
    pass(3);
    EXPECT_EQ(notices(document), 2U);
    EXPECT_EQ(service(document).basis->happened, before.basis->happened);
}

TEST_F(UnreadTest, BeingToldOnceMoreIsNoArrival) {
    const DocumentId document = issue();
    work();
    ASSERT_NE(service(document).state, ServiceState::served) << "nobody agreed to the portal";
    pass(2);
    const TimeMs now = office_.clock.now();
    ASSERT_TRUE(office_.store
                    .add_consent(document, {true, "送达地址确认书", "1", {2026, 1, 1}, now, "x"},
                                 {now, "x", "consent", "", ""})
                    .ok());
    pass(2);
    EXPECT_EQ(notices(document), 2U);
    EXPECT_NE(service(document).state, ServiceState::served);
}

TEST_F(UnreadTest, AMailOfWhichNothingIsHeardIsToldOfToo) {
    const DocumentId document = issue({ChannelKind::email});
    work();
    ASSERT_EQ(office_.state(document, ChannelKind::email), LegState::accepted);
    pass(3);
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::lost_track);
    EXPECT_EQ(notices(document), 2U);
}

TEST_F(UnreadTest, TwoWaysThatAreUnreadAreToldOfOnce) {
    const DocumentId document = issue({ChannelKind::portal, ChannelKind::email});
    work();
    pass(4);
    EXPECT_EQ(notices(document), 2U);
}

TEST_F(UnreadTest, WithheldOrWithoutANoticeNobodyIsTold) {
    const DocumentId withheld = issue();
    office_.notices.clear();
    const DocumentId silent = issue();
    work();
    ASSERT_TRUE(office_.change(withheld, store::DocumentStatus::suspended));
    const std::size_t told = notices(withheld);
    pass(4);
    EXPECT_EQ(notices(withheld), told);
    EXPECT_EQ(notices(silent), 0U);
    EXPECT_FALSE(office_.leg(silent).due);
}

} // namespace
} // namespace songda::delivery
