// Legs of a document that needs more than its signature wait for its level, whatever happens
// meanwhile, and go with the file that has it; those of other documents wait for nothing.
#include <gtest/gtest.h>

#include "delivery/collecting.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
using store::DocumentStatus;

const DepartmentCode department{"11320199014138860W"};
constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

class LevelTest : public ::testing::Test {
protected:
    LevelTest() { office_.wanted = SignatureLevel::b_lt; }
    DocumentId issue() {
        return office_.issue(department, {ChannelKind::portal, ChannelKind::email});
    }
    void work() {
        while (courier_.run_once() > 0) {
        }
    }
    [[nodiscard]] std::size_t sent() const {
        return office_.portal.sent.size() + office_.email.sent.size();
    }

    Office office_;
    Courier courier_{office_.parts()};
};

TEST_F(LevelTest, LegsAreHeldFromTheBeginningAndSayForWhichLevel) {
    const DocumentId document = issue();
    work();
    EXPECT_EQ(sent(), 0U);
    const store::LegRow leg = office_.leg(document, ChannelKind::email);
    EXPECT_EQ(*leg_state(leg.state), LegState::held);
    EXPECT_EQ(leg.reason, "awaits_B-LT");
    EXPECT_EQ(leg.attempts, 0);
}

TEST_F(LevelTest, TheRevisionThatReachesTheLevelReleasesThemAndTheyCarryItsFile) {
    const DocumentId document = issue();
    office_.clock.advance(20 * day_ms); // longer than any leg is tried
    work();
    EXPECT_EQ(office_.state(document, ChannelKind::portal), LegState::held) << "no deadline";
    office_.reach(document, SignatureLevel::b_t);
    work();
    EXPECT_EQ(sent(), 0U) << "not yet there";
    const Bytes whole = office_.reach(document, SignatureLevel::b_lt);
    const store::LegRow leg = office_.leg(document, ChannelKind::email);
    EXPECT_EQ(*leg_state(leg.state), LegState::queued);
    EXPECT_EQ(leg.reason, "");
    EXPECT_GT(leg.deadline, office_.clock.now()) << "its time begins anew";
    work();
    EXPECT_EQ(sent(), 2U);
    EXPECT_EQ(office_.email.file_bytes, whole.size());
    EXPECT_EQ(office_.portal.file_bytes, whole.size());
}

TEST_F(LevelTest, DocumentThatNeedsItsSignatureOnlyIsSentAtOnce) {
    office_.wanted = SignatureLevel::b_b;
    issue();
    work();
    EXPECT_EQ(sent(), 2U);
}

TEST_F(LevelTest, DocumentRevokedMeanwhileIsNeverSent) {
    const DocumentId document = issue();
    ASSERT_TRUE(office_.change(document, DocumentStatus::revoked));
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::cancelled);
    office_.reach(document, SignatureLevel::b_lt);
    work();
    for (const Notice& notice : office_.email.told) {
        EXPECT_EQ(notice.change.status, DocumentStatus::revoked);
    }
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::cancelled);
}

TEST_F(LevelTest, DocumentSuspendedMeanwhileWaitsOnForItsStatus) {
    const DocumentId document = issue();
    ASSERT_TRUE(office_.change(document, DocumentStatus::suspended));
    EXPECT_EQ(office_.leg(document, ChannelKind::email).reason, "awaits_B-LT");
    office_.reach(document, SignatureLevel::b_lt);
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::held);
    EXPECT_EQ(office_.leg(document, ChannelKind::email).reason, "suspended");
    office_.clock.advance(1000);
    ASSERT_TRUE(office_.change(document, DocumentStatus::valid));
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::queued);
}

TEST_F(LevelTest, GivingTheDocumentBackDoesNotReleaseWhatLacksItsLevel) {
    const DocumentId document = issue();
    ASSERT_TRUE(office_.change(document, DocumentStatus::suspended));
    office_.clock.advance(1000);
    ASSERT_TRUE(office_.change(document, DocumentStatus::valid));
    work();
    EXPECT_EQ(office_.leg(document, ChannelKind::email).reason, "awaits_B-LT");
}

/// As `songda delivery --resend` does while nobody looks at the level.
TEST_F(LevelTest, LegThatIsAddedMeanwhileIsHeldBeforeItIsSent) {
    const DocumentId document = issue();
    ASSERT_TRUE(office_.store
                    .add_leg(make_leg(office_.leg(document, ChannelKind::email),
                                      office_.clock.now(), office_.random))
                    .ok());
    work();
    EXPECT_EQ(sent(), 0U);
    std::size_t held = 0;
    for (const store::LegRow& leg : office_.store.legs_of(document).value()) {
        held += awaits_of(leg) == Awaits::level ? 1U : 0U;
    }
    EXPECT_EQ(held, 3U);
    office_.reach(document, SignatureLevel::b_lt);
    work();
    EXPECT_EQ(sent(), 3U);
}

/// A revision that came between the look and the writing of a new leg.
TEST_F(LevelTest, LegThatMissedItsReleaseIsFoundWithinTheHour) {
    const DocumentId document = issue();
    const store::LegRow held = office_.leg(document, ChannelKind::email);
    office_.reach(document, SignatureLevel::b_lt);
    work();
    store::LegWrite late = make_leg(held, office_.clock.now(), office_.random);
    hold_for_level(late.leg, SignatureLevel::b_lt, office_.clock.now());
    ASSERT_TRUE(office_.store.add_leg(late).ok());
    office_.clock.advance(hour_ms + 1);
    work();
    EXPECT_EQ(office_.email.sent.count(late.leg.id), 1U);
}

TEST_F(LevelTest, InboxShowsThatItWaitsAndHandsNothingOverUntilThen) {
    const DocumentId document = issue();
    Collecting collecting(office_.store, office_.keys, office_.clock, 30 * day_ms);
    const store::InboxId inbox = office_.leg(document, ChannelKind::email).inbox;
    EXPECT_EQ(collecting.list(inbox).value().at(0).awaited, SignatureLevel::b_lt);
    const auto early = collecting.hand_over(inbox, document).value();
    ASSERT_TRUE(early);
    EXPECT_EQ(early->awaited, SignatureLevel::b_lt);
    EXPECT_TRUE(early->file.empty());
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::held);
    EXPECT_FALSE(office_.store.inbox(inbox).value().at(0).opened);
    const Bytes whole = office_.reach(document, SignatureLevel::b_lt);
    EXPECT_FALSE(collecting.list(inbox).value().at(0).awaited);
    EXPECT_EQ(collecting.hand_over(inbox, document).value()->file, whole);
}

} // namespace
} // namespace songda::delivery
