// Dead letters: what comes to the list and what takes it off again, that a replay goes under the
// same key, and what may not go again.
#include "delivery/dead_letter.hpp"

#include <gtest/gtest.h>

#include "delivery/courier.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
const DepartmentCode department{"11320199014138860W"};
const DepartmentCode other{"12320199014138860X"};

class DeadLetterTest : public testing::Test {
protected:
    void refuse(Reason reason) {
        office_.email.answer = [reason](const Dispatch&) {
            return Outcome{Outcome::Kind::permanent, reason, "", 0};
        };
    }
    std::vector<store::LegRow> dead(const DepartmentCode& of = department,
                                    std::optional<store::DeadLetter> after = std::nullopt,
                                    std::size_t limit = 10) {
        return office_.store.dead_letters(of, after, limit).value();
    }
    bool record(const store::LegRow& leg, LegStep step) {
        const auto update = settle_by_operator(leg, step, office_.clock.now(), office_.clock.now());
        return update.ok() &&
               office_.store.append_leg_event(leg.id, leg.state, update.value()).value();
    }

    Office office_;
};

TEST_F(DeadLetterTest, WhatIsGivenUpIsListedOldestFirstToItsDepartmentAlone) {
    refuse(Reason::policy_rejected);
    Courier courier(office_.parts());
    std::vector<DocumentId> documents;
    for (int i = 0; i < 3; ++i) {
        documents.push_back(office_.issue(department, {ChannelKind::email}));
        courier.run_once();
        office_.clock.advance(1000);
    }
    const auto all = dead();
    ASSERT_EQ(all.size(), 3U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].document, documents[i]);
    }
    EXPECT_TRUE(dead(other).empty());
    const auto first = dead(department, std::nullopt, 1);
    const auto rest = dead(department, store::DeadLetter{*first[0].dead_since, first[0].id});
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(rest[0], all[1]);
}

TEST_F(DeadLetterTest, AReplayGoesUnderTheSameIdWithItsWaitsAndTimeAnew) {
    refuse(Reason::policy_rejected);
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    Courier courier(office_.parts());
    courier.run_once();
    office_.clock.advance(100 * 3'600'000LL); // long after its time was over
    office_.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::accepted, Reason::none, "", 0};
    };
    const store::LegRow given_up = dead().at(0);
    ASSERT_TRUE(record(given_up, LegStep::replay));
    EXPECT_TRUE(dead().empty());
    courier.run_once();
    const store::LegRow again = office_.leg(document);
    EXPECT_EQ(again.id, given_up.id);
    EXPECT_EQ(again.attempts, 1);
    EXPECT_EQ(office_.state(document), LegState::accepted);
    EXPECT_EQ(office_.email.sent.at(given_up.id).size(), 2U);
    EXPECT_EQ(office_.email.links.at(0), office_.email.links.at(1));
    bool witnessed = false;
    for (const store::EvidenceRow& row : office_.store.evidence_of(document).value()) {
        witnessed = witnessed || row.text.find("leg.replay") != std::string::npos;
    }
    EXPECT_TRUE(witnessed) << "a replay is evidence";
}

TEST_F(DeadLetterTest, WhatMayHaveArrivedGoesAgainOnlyWhereItIsRecognised) {
    store::LegRow leg;
    leg.state = static_cast<std::uint8_t>(LegState::failed);
    leg.reason = reason_name(Reason::outcome_unknown);
    leg.dead_since = TimeMs{1};
    leg.channel = static_cast<std::uint8_t>(ChannelKind::email);
    EXPECT_FALSE(may_replay(leg));
    EXPECT_FALSE(may_record(leg, LegStep::replay));
    leg.channel = static_cast<std::uint8_t>(ChannelKind::portal);
    EXPECT_TRUE(may_record(leg, LegStep::replay));
    leg.dead_since.reset(); // somebody has seen to it
    EXPECT_FALSE(may_record(leg, LegStep::replay));
}

TEST_F(DeadLetterTest, WhatWaitedPastItsTimeIsOneAndWhatNobodyCollectedIsNone) {
    const auto number = [](LegState state) { return static_cast<std::uint8_t>(state); };
    EXPECT_TRUE(gives_up(number(LegState::sending), number(LegState::expired)));
    EXPECT_TRUE(gives_up(number(LegState::held), number(LegState::expired)));
    EXPECT_FALSE(gives_up(number(LegState::available), number(LegState::expired)));
    EXPECT_TRUE(gives_up(number(LegState::accepted), number(LegState::failed)));
    EXPECT_FALSE(gives_up(number(LegState::queued), number(LegState::cancelled)));
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    office_.clock.advance(100 * 3'600'000LL);
    Courier(office_.parts()).run_once();
    ASSERT_EQ(office_.state(document), LegState::expired);
    EXPECT_TRUE(record(dead().at(0), LegStep::replay));
    EXPECT_EQ(office_.state(document), LegState::queued);
}

TEST_F(DeadLetterTest, OnceAnotherWayHasServedNobodyNeedsToSeeToIt) {
    refuse(Reason::address_invalid);
    office_.consent = store::ConsentEntry{true,           "送达地址确认书",    "1",
                                          {2026, 11, 20}, office_.clock.now(), "decision"};
    office_.portal.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::temporary, Reason::provider_down, "", 0};
    };
    const DocumentId document =
        office_.issue(department, {ChannelKind::portal, ChannelKind::email});
    Courier courier(office_.parts());
    courier.run_once();
    ASSERT_EQ(dead().size(), 1U);
    office_.portal.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::accepted, Reason::none, "", 0};
    };
    office_.clock.advance(60'000);
    courier.run_once();
    ASSERT_EQ(office_.state(document, ChannelKind::portal), LegState::reached);
    EXPECT_TRUE(dead().empty());
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::failed);
}

TEST_F(DeadLetterTest, WhatFailsAfterItWasServedIsNone) {
    office_.consent = store::ConsentEntry{true,           "送达地址确认书",    "1",
                                          {2026, 11, 20}, office_.clock.now(), "decision"};
    office_.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::temporary, Reason::mailbox_full, "", 0};
    };
    const DocumentId document =
        office_.issue(department, {ChannelKind::portal, ChannelKind::email});
    Courier courier(office_.parts());
    courier.run_once();
    refuse(Reason::address_invalid);
    office_.clock.advance(600'000);
    courier.run_once();
    ASSERT_EQ(office_.state(document, ChannelKind::email), LegState::failed);
    EXPECT_TRUE(dead().empty());
}

TEST_F(DeadLetterTest, WhoeverHasSeenToItTakesItOffAndChangesNothingElse) {
    refuse(Reason::policy_rejected);
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    Courier(office_.parts()).run_once();
    store::LegRow leg = dead().at(0);
    ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, settle_seen_to(leg)).value());
    EXPECT_TRUE(dead().empty());
    leg.dead_since.reset();
    EXPECT_EQ(office_.leg(document), leg);
}

TEST(DeadLetterFilter, AsksForChannelReasonAndAge) {
    store::LegRow leg;
    leg.channel = static_cast<std::uint8_t>(ChannelKind::fax);
    leg.reason = "address_invalid";
    leg.dead_since = TimeMs{100};
    EXPECT_TRUE(DeadLetterFilter{}.takes(leg));
    EXPECT_FALSE((DeadLetterFilter{.channel = ChannelKind::email}).takes(leg));
    EXPECT_FALSE((DeadLetterFilter{.reason = "network"}).takes(leg));
    EXPECT_FALSE((DeadLetterFilter{.before = TimeMs{100}}).takes(leg));
    EXPECT_TRUE((DeadLetterFilter{ChannelKind::fax, "address_invalid", TimeMs{101}}).takes(leg));
    leg.dead_since.reset();
    EXPECT_FALSE(DeadLetterFilter{}.takes(leg));
}

TEST(DeadLetterCursor, IsReadBackAndNothingElseIs) {
    store::DeadLetter place{TimeMs{1'767'225'600'000}, {}};
    place.leg.bytes[3] = 7;
    EXPECT_EQ(parse_dead_letter_cursor(cursor_of(place)), place);
    for (const char* const wrong : {"", ".", "1", "1.", "x.", "1.x", ".0123"}) {
        EXPECT_FALSE(parse_dead_letter_cursor(wrong)) << wrong;
    }
}

} // namespace
} // namespace songda::delivery
