// Coming in person: a counter has the document ready at once, reminds by the ways chosen for
// notices, gives up after 15 days, and hands out to nobody but the addressee or who acts for him.
#include "delivery/hand_out.hpp"

#include <gtest/gtest.h>

#include "delivery/channels/place_channel.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
using Kind = HandedOut::Kind;
const DepartmentCode department{"11320199014138860W"};
constexpr std::int64_t day_ms = 86'400'000;
const std::string person = "320102199001010013";

Collector collector(const std::string& number = person) {
    Collector one;
    one.capacity = "self";
    one.identity = "id_card";
    one.checked = "chip";
    one.number = Private<std::string>(number);
    one.name = Private<std::string>("张三丰");
    one.place = "一楼3号窗口";
    one.key = "k1";
    return one;
}

class HandOutTest : public testing::Test {
protected:
    DocumentId issue(std::vector<ChannelKind> channels = {ChannelKind::counter}) {
        return office_.issue(department, std::move(channels), person);
    }
    void work() {
        Courier(office_.parts({{ChannelKind::portal, office_.portal, 1, 16},
                               {ChannelKind::email, office_.email, 1, 1},
                               {ChannelKind::counter, counter_, 1, 16},
                               {ChannelKind::sms, sms_, 1, 1}}))
            .run_once();
    }
    HandedOut hand(const DocumentId& document, const Collector& who) {
        const auto row = *office_.store.find_document(document).value();
        return hand_out({office_.store, office_.keys, office_.random, office_.clock.now()},
                        {row, who, "key:clerk"})
            .value();
    }
    ServiceCase service(const DocumentId& document) {
        return find_service_case(office_.store, *office_.store.find_document(document).value(),
                                 office_.clock.now())
            .value();
    }
    std::size_t notices(const DocumentId& document) {
        const auto legs = office_.store.legs_of(document).value();
        return static_cast<std::size_t>(std::count_if(legs.begin(), legs.end(), &is_chosen_notice));
    }
    std::size_t text_messages() { return sms_.sent.size(); }

    Office office_;
    PlaceChannel counter_;
    office::ScriptedChannel sms_{false};
};

TEST_F(HandOutTest, IsReadyAtOnceAndServedWhenItIsCollected) {
    const DocumentId document = issue();
    work();
    const store::LegRow leg = office_.leg(document);
    EXPECT_EQ(leg_state(leg.state), LegState::available);
    EXPECT_EQ(leg.deadline, office_.clock.now() + 15 * day_ms);
    EXPECT_EQ(leg.due, office_.clock.now() + day_ms);
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
    office_.clock.advance(3000);
    const HandedOut done = hand(document, collector());
    EXPECT_EQ(done.kind, Kind::collected);
    EXPECT_EQ(office_.state(document), LegState::acknowledged);
    ASSERT_EQ(service(document).state, ServiceState::served);
    EXPECT_EQ(service(document).basis->rule, "counter-collected");
    EXPECT_EQ(service(document).basis->happened, office_.clock.now());
}

TEST_F(HandOutTest, KeepsAHashAndAMaskedNameAndNothingElseOfThePerson) {
    const DocumentId document = issue();
    work();
    const HandedOut done = hand(document, collector());
    for (const store::LegEvent& event :
         office_.store.leg_events(office_.leg(document).id).value()) {
        EXPECT_EQ(event.detail.find(person), std::string::npos);
        EXPECT_EQ(event.detail.find("三丰"), std::string::npos);
    }
    EXPECT_NE(done.detail.find("张**"), std::string::npos) << done.detail;
    Collector other_kind = collector();
    other_kind.identity = "passport";
    EXPECT_NE(collector_detail(other_kind, office_.keys), done.detail);
    Collector small_x = collector("32010219900101001x");
    Collector large_x = collector("320102 19900101 001X");
    EXPECT_EQ(collector_detail(small_x, office_.keys), collector_detail(large_x, office_.keys));
    for (const store::AuditEntry& entry : office_.store.list_audit(0, 100).value()) {
        EXPECT_EQ(entry.row.detail.find(person), std::string::npos);
    }
}

TEST_F(HandOutTest, AStrangerGetsNothingAndTheTryIsOnRecord) {
    const DocumentId document = issue();
    work();
    EXPECT_EQ(hand(document, collector("320102199001010021")).kind, Kind::stranger);
    EXPECT_EQ(office_.state(document), LegState::available);
    EXPECT_EQ(office_.store.list_audit(0, 100).value().back().row.action, "collection_refused");
}

TEST_F(HandOutTest, AnAgentNamesTheAddresseeAndAMandate) {
    const DocumentId document = issue();
    Collector agent = collector("440301198802023456");
    agent.capacity = "agent";
    std::vector<std::string> missing;
    for (const CollectorFault& fault : check_collector(agent, {2026, 11, 30})) {
        missing.emplace_back(fault.member);
    }
    EXPECT_EQ(missing, (std::vector<std::string>{"addressee", "mandate"}));
    agent.addressee = Private(person);
    agent.mandate = "委-2026-17";
    agent.mandate_day = Date{2026, 12, 1};
    EXPECT_EQ(check_collector(agent, {2026, 11, 30}).size(), 1U) << "a mandate of tomorrow";
    agent.mandate_day = Date{2026, 11, 29};
    EXPECT_TRUE(check_collector(agent, {2026, 11, 30}).empty());
    const HandedOut done = hand(document, agent);
    EXPECT_EQ(done.kind, Kind::collected);
    EXPECT_NE(done.detail.find("委-2026-17"), std::string::npos);
}

TEST_F(HandOutTest, IsCollectedOnce) {
    const DocumentId document = issue();
    work();
    const TimeMs first = office_.clock.now();
    ASSERT_EQ(hand(document, collector()).kind, Kind::collected);
    office_.clock.advance(1000);
    const HandedOut again = hand(document, collector());
    EXPECT_EQ(again.kind, Kind::repeated);
    EXPECT_EQ(again.at, first);
    Collector later = collector();
    later.key = "k2";
    EXPECT_EQ(hand(document, later).kind, Kind::already);
    EXPECT_EQ(hand(document, later).at, first);
}

TEST_F(HandOutTest, WhoChoseAnotherWayMayComeAllTheSame) {
    const DocumentId document = issue({ChannelKind::email});
    EXPECT_EQ(hand(document, collector()).kind, Kind::collected);
    EXPECT_EQ(office_.state(document, ChannelKind::counter), LegState::acknowledged);
    EXPECT_EQ(service(document).basis->rule, "counter-collected");
}

TEST_F(HandOutTest, AFallbackIsCollectedBeforeItsTurn) {
    office_.fallback = {ChannelKind::counter};
    const DocumentId document = issue({ChannelKind::portal});
    ASSERT_EQ(office_.state(document, ChannelKind::counter), LegState::held);
    EXPECT_EQ(hand(document, collector()).kind, Kind::collected);
    const auto legs = office_.store.legs_of(document).value();
    EXPECT_EQ(legs.size(), 2U) << "no second leg at the counter";
}

TEST_F(HandOutTest, WhatDoesNotHoldIsNotHandedOut) {
    const DocumentId document = issue();
    work();
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::suspended));
    EXPECT_EQ(hand(document, collector()).kind, Kind::not_valid);
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::valid));
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    EXPECT_EQ(office_.state(document), LegState::cancelled);
    EXPECT_EQ(hand(document, collector()).kind, Kind::not_valid);
}

TEST_F(HandOutTest, APaperCopyThatIsNotThereOrRevokedIsNotHandedOver) {
    const DocumentId document = issue();
    Collector with_paper = collector();
    with_paper.copy = 1;
    EXPECT_EQ(hand(document, with_paper).kind, Kind::no_copy);
    ASSERT_TRUE(office_.store.add_paper_copy(document, {}, {}).ok());
    ASSERT_TRUE(office_.store.revoke_paper_copy(document, 1, office_.clock.now(), "x", {}).ok());
    EXPECT_EQ(hand(document, with_paper).kind, Kind::no_copy);
    ASSERT_TRUE(office_.store.add_paper_copy(document, {}, {}).ok());
    with_paper.copy = 2;
    const HandedOut done = hand(document, with_paper);
    EXPECT_EQ(done.kind, Kind::collected);
    EXPECT_NE(done.detail.find("\"copy\":2"), std::string::npos);
}

TEST_F(HandOutTest, RemindsOnDaysOneSevenAndThirteenThenTheNextWayGoes) {
    office_.notices = {ChannelKind::sms};
    office_.fallback = {ChannelKind::email};
    const DocumentId document = issue();
    const TimeMs begin = office_.clock.now();
    work();
    EXPECT_EQ(notices(document), 1U) << "that it is there was told with it, and once";
    std::vector<std::int64_t> days;
    for (std::int64_t hour = 1; hour <= 16 * 24; ++hour) {
        office_.clock.set(begin + hour * 3'600'000 + 1);
        const std::size_t before = notices(document);
        work();
        if (notices(document) != before) {
            days.push_back(hour / 24);
        }
        if (hour == 15 * 24 - 1) {
            EXPECT_EQ(office_.state(document, ChannelKind::counter), LegState::available);
            EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::held)
                << "the days of collecting are not over";
        }
    }
    EXPECT_EQ(days, (std::vector<std::int64_t>{1, 7, 13}));
    EXPECT_EQ(text_messages(), 4U);
    EXPECT_EQ(office_.state(document, ChannelKind::counter), LegState::expired);
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::accepted);
    office_.clock.advance(1000);
    EXPECT_EQ(hand(document, collector()).kind, Kind::collected) << "who comes late gets it too";
}

TEST_F(HandOutTest, AFallbackThatBecomesReadyIsTold) {
    office_.notices = {ChannelKind::sms};
    office_.fallback = {ChannelKind::counter};
    const DocumentId document = issue({ChannelKind::portal});
    work();
    EXPECT_EQ(notices(document), 1U);
    office_.clock.advance(73 * 3'600'000);
    work(); // its turn
    work(); // and there it is
    EXPECT_EQ(office_.state(document, ChannelKind::counter), LegState::available);
    EXPECT_EQ(notices(document), 2U);
}

TEST_F(HandOutTest, NobodyIsRemindedOfWhatIsServedOrWithheld) {
    office_.notices = {ChannelKind::sms};
    office_.consent =
        store::ConsentEntry{true, "送达地址确认书", "1", {2026, 1, 1}, office_.clock.now(), "x"};
    const DocumentId served = issue({ChannelKind::portal, ChannelKind::counter});
    office_.consent.reset();
    const DocumentId withheld = issue();
    work();
    ASSERT_EQ(service(served).state, ServiceState::served);
    ASSERT_TRUE(office_.change(withheld, store::DocumentStatus::suspended));
    office_.clock.advance(day_ms + 1);
    work();
    EXPECT_EQ(notices(served), 1U);
    EXPECT_EQ(notices(withheld), 1U);
    EXPECT_EQ(office_.leg(withheld).due, office_.leg(withheld).deadline + -8 * day_ms);
}

TEST_F(HandOutTest, WithoutAWayForNoticesNothingSaysThatSomebodyWasTold) {
    const DocumentId document = issue();
    work();
    office_.clock.advance(day_ms + 1);
    work();
    for (const store::LegEvent& event :
         office_.store.leg_events(office_.leg(document).id).value()) {
        EXPECT_NE(event.kind, "renotify");
    }
}

} // namespace
} // namespace songda::delivery
