// What the other side says of a leg whose outcome is unknown: an arrival that is found out later
// serves on its own day, unless the other side's clock cannot be right.
#include "delivery/found.hpp"

#include <gtest/gtest.h>

#include "delivery/service_rules.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
using store::LegEvent;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t attempt_ms = 10 * minute_ms;
const DepartmentCode department{"11320100MB0000019G"};
const TimeMs made{1'795'000'000'000};

LegEvent event(LegStep step, std::int64_t after_ms) {
    return {std::string(step_name(step)), made + after_ms, made + after_ms, 0, {}};
}

TEST(Found, SendingBeganBehindWhatLeftNothingOpen) {
    store::LegRow leg;
    leg.created = made;
    const auto since = [&](const std::vector<LegEvent>& events) {
        return sent_between(leg, events, attempt_ms, made + 100 * minute_ms).since - made;
    };
    const LegEvent enqueued = event(LegStep::enqueue, minute_ms);
    EXPECT_EQ(since({}), 0);
    EXPECT_EQ(since({enqueued}), 0) << "nothing is open";
    EXPECT_EQ(since({enqueued, event(LegStep::lease_lost, 60 * minute_ms)}), minute_ms);
    EXPECT_EQ(since({enqueued, event(LegStep::ambiguous, 60 * minute_ms)}), 50 * minute_ms)
        << "an attempt lasts no longer";
    EXPECT_EQ(since({enqueued, event(LegStep::lease_lost, 60 * minute_ms),
                     event(LegStep::idempotent_resend, 60 * minute_ms),
                     event(LegStep::lease_lost, 90 * minute_ms)}),
              minute_ms)
        << "the first may have done it";
    EXPECT_EQ(since({enqueued, event(LegStep::ambiguous, 60 * minute_ms),
                     event(LegStep::found_absent, 80 * minute_ms),
                     event(LegStep::ambiguous, 82 * minute_ms)}),
              80 * minute_ms);
    const auto sent =
        sent_between(leg, std::vector{enqueued, event(LegStep::ambiguous, 60 * minute_ms)},
                     attempt_ms, made + 100 * minute_ms);
    EXPECT_EQ(sent.until, made + 60 * minute_ms);
    LegEvent mark = event(LegStep::enqueue, 59 * minute_ms);
    mark.kind = status_event;
    EXPECT_EQ(since({enqueued, mark, event(LegStep::lease_lost, 60 * minute_ms)}), minute_ms)
        << "the document's status is no step";
}

TEST(Found, AClockThatCannotBeRightIsNotBelievedAndTheTraceSaysSo) {
    const TimeMs now = made + 60 * minute_ms;
    const auto at = [&](std::optional<TimeMs> said) { return when_happened(said, made, now); };
    EXPECT_EQ(at(std::nullopt).at, now);
    EXPECT_FALSE(at(std::nullopt).doubted) << "it says nothing";
    EXPECT_EQ(at(made + minute_ms).at, made + minute_ms);
    EXPECT_EQ(at(made + -999).at, made) << "whole seconds";
    EXPECT_FALSE(at(made + -999).doubted);
    for (const TimeMs wrong : {made + -1000, now + 1, TimeMs{0}}) {
        EXPECT_EQ(at(wrong).at, now);
        EXPECT_TRUE(at(wrong).doubted) << wrong.value;
    }
    EXPECT_EQ(doubt_of(at(TimeMs{0}), TimeMs{0}), " clock-says 1970-01-01T00:00:00.000Z");
}

/// A leg of e-mail whose answer was lost, and what it says when it is asked.
class FoundTest : public testing::Test {
protected:
    FoundTest() : document_(office_.issue(department, {ChannelKind::email})) {
        office_.email.answer = [](const Dispatch&) {
            return Outcome{Outcome::Kind::ambiguous, Reason::outcome_unknown, {}, 0};
        };
        office_.email.found = [this](const store::LegRow&) { return found_; };
        office_.clock.advance(minute_ms);
        Courier(office_.parts()).run_once();
        sent_ = office_.clock.now();
        office_.clock.advance(20 * minute_ms);
    }
    /// Asks; the leg's last event.
    LegEvent ask(const Found& found) {
        found_ = found;
        Courier(office_.parts()).run_once();
        return office_.store.leg_events(office_.leg(document_).id).value().back();
    }

    Office office_;
    DocumentId document_;
    Found found_;
    TimeMs sent_;
};

TEST_F(FoundTest, WhatHasArrivedIsReachedOnTheDayThatTheOtherSideSays) {
    const LegEvent last = ask({Found::Kind::reached, Reason::none, sent_ + minute_ms, "job 7"});
    EXPECT_EQ(office_.state(document_), LegState::reached);
    EXPECT_EQ(last.kind, "late_report_reached");
    EXPECT_EQ(last.happened, sent_ + minute_ms);
    EXPECT_EQ(last.learned, office_.clock.now());
    EXPECT_EQ(last.detail, "asked: job 7");
    EXPECT_FALSE(office_.leg(document_).due) << "nothing is waited for";
}

TEST_F(FoundTest, ATimeBeforeTheSendingOrInTheFutureIsReplacedByThatOfTheLook) {
    const LegEvent last = ask({Found::Kind::reached, Reason::none, sent_ + -20 * minute_ms, ""});
    EXPECT_EQ(last.happened, office_.clock.now());
    EXPECT_NE(last.detail.find(" clock-says "), std::string::npos) << last.detail;
}

TEST_F(FoundTest, WhatFailedThereHasFailedWithItsReason) {
    const LegEvent last = ask({Found::Kind::failed, Reason::address_invalid, std::nullopt, "x"});
    EXPECT_EQ(office_.state(document_), LegState::failed);
    EXPECT_EQ(last.kind, "bounce");
    EXPECT_EQ(office_.leg(document_).reason, "address_invalid");
}

TEST_F(FoundTest, AnAttemptThatFindsAnEarlierOneConfirmedHasItsDay) {
    EXPECT_EQ(ask({Found::Kind::absent}).kind, "found_absent");
    office_.email.answer = [&](const Dispatch&) {
        Outcome outcome{Outcome::Kind::reached, Reason::none, "found-again", 0};
        outcome.happened = sent_ + 2 * minute_ms;
        return outcome;
    };
    office_.clock.advance(60 * minute_ms);
    Courier(office_.parts()).run_once();
    const auto events = office_.store.leg_events(office_.leg(document_).id).value();
    EXPECT_EQ(events.back().kind, "reached");
    EXPECT_EQ(events.back().happened, sent_ + 2 * minute_ms);
}

/// As the device of a fax line is asked: a call that was confirmed behind a stop serves by itself.
TEST(FoundFax, AConfirmedCallThatIsFoundLaterServesOnTheDayOfTheCall) {
    store::LegRow leg;
    leg.channel = static_cast<std::uint8_t>(ChannelKind::fax);
    leg.state = static_cast<std::uint8_t>(LegState::unknown);
    leg.created = made;
    const store::LegUpdate update =
        settle_found(leg, {Found::Kind::reached, Reason::none, made + minute_ms, "fax job 1"}, made,
                     made + attempt_ms);
    ASSERT_EQ(update.events.size(), 1U);
    const auto* const rule =
        find_service_rule(ChannelKind::fax, *leg_state(update.events.front().state_after), true);
    ASSERT_NE(rule, nullptr);
    EXPECT_EQ(rule->id, "fax-confirmed");
    EXPECT_EQ(update.events.front().happened, made + minute_ms);
}

} // namespace
} // namespace songda::delivery
