// The couriers at work on a store in memory: what is sent, when again, what a pause and a stop do.
#include "delivery/courier.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
const DepartmentCode department{"11320199014138860W"};

Outcome failure(Outcome::Kind kind, Reason reason) {
    return {kind, reason, "", 0};
}

TEST(Courier, DeliversOverEveryChosenChannel) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::portal, ChannelKind::email});
    Courier courier(office.parts());
    EXPECT_EQ(courier.run_once(), 2U);
    EXPECT_EQ(office.state(document, ChannelKind::portal), LegState::reached);
    EXPECT_EQ(office.state(document, ChannelKind::email), LegState::accepted);
    EXPECT_EQ(office.email.file_bytes, 3U);
    EXPECT_EQ(courier.run_once(), 0U);
}

/// Whoever was to settle a lost lease died too: its legs were given up as if nobody had asked for
/// them again, those of a portal as well.
TEST(Courier, ALostLeaseThatNobodySettledIsStillALostLease) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::portal, ChannelKind::email});
    constexpr std::int64_t lease_ms = 90'000;
    for (int deaths = 0; deaths < 3; ++deaths) {
        for (const ChannelKind channel : {ChannelKind::portal, ChannelKind::email}) {
            const auto claimed =
                office.store.claim_due({static_cast<std::uint8_t>(channel), office.clock.now(), 1,
                                        lease_ms, states_on_claim()});
            ASSERT_EQ(claimed.value().size(), 1U);
        }
        office.clock.advance(lease_ms);
    }
    Courier courier(office.parts());
    courier.run_once();
    courier.run_once();
    EXPECT_EQ(office.state(document, ChannelKind::portal), LegState::reached);
    EXPECT_EQ(office.state(document, ChannelKind::email), LegState::unknown);
    EXPECT_TRUE(office.email.sent.empty());
}

TEST(Courier, FailedAttemptComesAgainInItsTimeWithTheSameLink) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    office.email.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::temporary, Reason::mailbox_full);
    };
    Courier courier(office.parts());
    EXPECT_EQ(courier.run_once(), 1U);
    EXPECT_EQ(courier.run_once(), 0U);
    EXPECT_EQ(office.state(document), LegState::retry_wait);
    office.clock.advance(*office.leg(document).due - office.clock.now());
    office.email.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::accepted, Reason::none);
    };
    EXPECT_EQ(courier.run_once(), 1U);
    EXPECT_EQ(office.state(document), LegState::accepted);
    EXPECT_EQ(office.leg(document).attempts, 2);
    EXPECT_EQ(office.email.links.at(0), office.email.links.at(1));
}

TEST(Courier, RevokedDocumentDoesNotLeave) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    ASSERT_TRUE(
        office.store
            .set_status(document,
                        {{store::DocumentStatus::revoked, office.clock.now(), "r", "a"}, {}})
            .ok());
    Courier courier(office.parts());
    courier.run_once();
    EXPECT_TRUE(office.email.sent.empty());
    EXPECT_EQ(office.state(document), LegState::cancelled);
    EXPECT_EQ(office.leg(document).reason, "revoked");
    EXPECT_EQ(office.leg(document).attempts, 0);
}

TEST(Courier, ServerThatIsAwayPausesTheChannelAndCostsTheWaitingLegsNothing) {
    Office office;
    std::vector<DocumentId> documents;
    for (int i = 0; i < 20; ++i) {
        documents.push_back(office.issue(department, {ChannelKind::email, ChannelKind::portal}));
    }
    office.email.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::temporary, Reason::provider_down);
    };
    Courier courier(office.parts());
    while (courier.run_once() > 0) {
    }
    EXPECT_EQ(office.email.sent.size(), 5U);
    EXPECT_EQ(office.portal.sent.size(), 20U); // nobody waits for the mail server
    office.clock.advance(29'000);
    EXPECT_EQ(courier.run_once(), 0U);
    office.email.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::accepted, Reason::none);
    };
    office.clock.advance(61'000);
    while (courier.run_once() > 0) {
    }
    for (const DocumentId& document : documents) {
        EXPECT_EQ(office.state(document, ChannelKind::email), LegState::accepted);
    }
}

TEST(Courier, WrongPasswordPausesAtTheFirstLegAndBurnsNoAttempt) {
    Office office;
    const DocumentId first = office.issue(department, {ChannelKind::email});
    office.issue(department, {ChannelKind::email});
    office.email.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::configuration, Reason::config_auth);
    };
    Courier courier(office.parts());
    while (courier.run_once() > 0) {
    }
    EXPECT_EQ(office.email.sent.size(), 1U);
    EXPECT_EQ(office.leg(first).attempts, 0);
    EXPECT_EQ(office.leg(first).reason, "config_auth");
}

TEST(Courier, WhatALimitHoldsBackPausesNobody) {
    Office office;
    std::vector<DocumentId> documents;
    for (int i = 0; i < 8; ++i) {
        documents.push_back(office.issue(department, {ChannelKind::email}));
    }
    int asked = 0;
    office.email.answer = [&](const Dispatch&) {
        const bool fails = ++asked % 2 == 0;
        Outcome outcome = fails ? failure(Outcome::Kind::temporary, Reason::provider_down)
                                : failure(Outcome::Kind::not_now, Reason::quota);
        outcome.retry_after_ms = 3'600'000;
        return outcome;
    };
    Courier courier(office.parts());
    while (courier.run_once() > 0) {
    }
    EXPECT_EQ(asked, 8)
        << "four failures pause nothing, and being held back is neither good nor bad";
    int attempts = 0;
    for (const DocumentId& document : documents) {
        attempts += office.leg(document).attempts;
    }
    EXPECT_EQ(attempts, 4) << "who is held back loses none";
}

TEST(Courier, NothingIsSentWhileItsOutcomeCouldNotBeWrittenDown) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    office.store.set_writable(false);
    Courier courier(office.parts());
    EXPECT_EQ(courier.run_once(), 0U);
    EXPECT_TRUE(office.email.sent.empty());
    office.store.set_writable(true);
    EXPECT_EQ(courier.run_once(), 1U);
    EXPECT_EQ(office.state(document), LegState::accepted);
}

TEST(Courier, LostAnswerOfMailIsUnknownAndNotSentAgain) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    // The store fails just when the answer is to be written, as a crash would.
    office.email.answer = [&](const Dispatch&) {
        office.store.set_writable(false);
        return failure(Outcome::Kind::accepted, Reason::none);
    };
    Courier courier(office.parts());
    courier.run_once();
    office.store.set_writable(true);
    EXPECT_EQ(office.state(document), LegState::sending);
    office.clock.advance(89'999);
    EXPECT_EQ(courier.run_once(), 0U); // the lease still runs
    office.clock.advance(1);
    EXPECT_EQ(courier.run_once(), 1U);
    EXPECT_EQ(office.state(document), LegState::unknown);
    office.clock.advance(24LL * 3'600'000);
    courier.run_once();
    EXPECT_EQ(office.state(document), LegState::failed);
    EXPECT_EQ(office.leg(document).reason, "outcome_unknown");
    EXPECT_EQ(office.email.sent.begin()->second.size(), 1U);
}

TEST(Courier, LostAnswerOfAWebhookIsSentAgain) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::portal});
    office.portal.answer = [&](const Dispatch&) {
        office.store.set_writable(false);
        return failure(Outcome::Kind::accepted, Reason::none);
    };
    Courier courier(office.parts());
    courier.run_once();
    office.store.set_writable(true);
    office.portal.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::accepted, Reason::none);
    };
    office.clock.advance(60'000LL * 16 + 30'000);
    while (courier.run_once() > 0) {
    }
    EXPECT_EQ(office.state(document), LegState::reached);
    EXPECT_EQ(office.portal.sent.begin()->second.size(), 2U);
}

TEST(Courier, MailIsClaimedOneByOne) {
    Office office;
    for (int i = 0; i < 3; ++i) {
        office.issue(department, {ChannelKind::email});
    }
    Courier courier(office.parts());
    EXPECT_EQ(courier.run_once(), 1U);
}

TEST(Courier, DepartmentsTakeTurns) {
    Office office;
    for (int i = 0; i < 50; ++i) {
        office.issue(department, {ChannelKind::email});
    }
    const DocumentId small = office.issue({"12320199014138860X"}, {ChannelKind::email});
    Courier courier(office.parts());
    courier.run_once();
    courier.run_once();
    EXPECT_EQ(office.state(small), LegState::accepted);
}

TEST(Courier, ThreadsDeliverEverythingOnceAndStopGivesBackTheRest) {
    Office office;
    constexpr int count = 300;
    for (int i = 0; i < count; ++i) {
        office.issue(department, {ChannelKind::portal});
    }
    std::atomic<int> sends{0};
    std::atomic<bool> enough{false};
    struct CountingChannel final : Channel {
        CountingChannel(std::atomic<int>& given_sends, std::atomic<bool>& given_enough)
            : sends(given_sends), enough(given_enough) {}
        [[nodiscard]] ChannelTraits traits() const override { return {true, false, 1000}; }
        [[nodiscard]] Outcome send(const Dispatch&) override {
            enough = ++sends >= 100;
            enough.notify_all();
            return {Outcome::Kind::accepted, Reason::none, {}, 0};
        }
        std::atomic<int>& sends;
        std::atomic<bool>& enough;
    } channel(sends, enough);
    {
        Courier courier(office.parts({{ChannelKind::portal, channel, 3, 16}}));
        courier.start();
        enough.wait(false);
        courier.stop();
    }
    const auto statistics = office.store.statistics().value();
    EXPECT_EQ(statistics.legs, static_cast<std::uint64_t>(count));
    EXPECT_EQ(statistics.legs_scheduled, static_cast<std::uint64_t>(count - sends));
    // What was given back is due now, in another courier's hands.
    Courier next(office.parts());
    while (next.run_once() > 0) {
    }
    EXPECT_EQ(office.portal.sent.size(), static_cast<std::size_t>(count - sends));
}

/// The other side is asked what became of it, instead of giving it up or sending it blindly.
TEST(Courier, AsksWhatBecameOfALegWhoseOutcomeIsUnknown) {
    constexpr std::int64_t minute_ms = 60'000;
    for (const auto says : {Found::Kind::taken, Found::Kind::absent}) {
        Office office;
        const DocumentId document = office.issue(department, {ChannelKind::email});
        office.email.answer = [](const Dispatch&) {
            return failure(Outcome::Kind::ambiguous, Reason::outcome_unknown);
        };
        Found found;
        office.email.found = [&](const store::LegRow&) { return found; };
        Courier courier(office.parts());
        courier.run_once();
        EXPECT_EQ(office.state(document), LegState::unknown);
        office.clock.advance(minute_ms);
        EXPECT_EQ(courier.run_once(), 1U) << "soon, and not in a day";
        EXPECT_EQ(office.state(document), LegState::unknown) << "nobody can tell yet";
        found.kind = says;
        office.email.answer = [](const Dispatch&) {
            return Outcome{Outcome::Kind::accepted, Reason::none, "taken", 0};
        };
        office.clock.advance(10 * minute_ms);
        courier.run_once();
        courier.run_once();
        EXPECT_EQ(office.state(document), LegState::accepted);
        EXPECT_EQ(office.email.sent[office.leg(document).id].size(),
                  says == Found::Kind::taken ? 1U : 2U);
    }
}

TEST(Courier, GivesUpWhatTheOtherSideCannotTellUntilItsTimeIsOver) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    office.email.answer = [](const Dispatch&) {
        return failure(Outcome::Kind::ambiguous, Reason::outcome_unknown);
    };
    office.email.found = [](const store::LegRow&) { return Found(); };
    Courier courier(office.parts());
    const TimeMs sent = office.clock.now();
    for (int looks = 0; looks < 400 && office.state(document) != LegState::failed; ++looks) {
        courier.run_once();
        office.clock.advance(600'001);
    }
    EXPECT_EQ(office.leg(document).reason, "outcome_unknown");
    EXPECT_EQ(office.email.sent[office.leg(document).id].size(), 1U);
    constexpr std::int64_t hour_ms = 3'600'000;
    EXPECT_NEAR(static_cast<double>(office.clock.now() - sent), 24.0 * hour_ms, 0.5 * hour_ms);
}

} // namespace
} // namespace songda::delivery
