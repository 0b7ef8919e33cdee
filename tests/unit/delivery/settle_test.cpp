// What answers and time mean for a leg: every outcome from every state in which it can come, the
// waiting times, and that no recorded step is outside the table.
#include "delivery/settle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "delivery/leg_watch.hpp"
#include "delivery/policy.hpp"

namespace songda::delivery {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr TimeMs start{1'000'000};

store::LegRow leg(LegState state, ChannelKind channel = ChannelKind::email) {
    store::LegRow row;
    row.channel = static_cast<std::uint8_t>(channel);
    row.state = static_cast<std::uint8_t>(state);
    row.created = start;
    row.deadline = start + 48 * hour;
    return row;
}

LegState state_of(const store::LegUpdate& update) {
    return *leg_state(update.state);
}

Outcome outcome(Outcome::Kind kind, Reason reason = Reason::none) {
    return {kind, reason, "trace", 0};
}

std::vector<std::string> steps(const store::LegUpdate& update) {
    std::vector<std::string> names;
    for (const store::LegEvent& event : update.events) {
        names.push_back(event.kind);
    }
    return names;
}

using Steps = std::vector<std::string>;

TEST(Settle, AcceptedMailWaitsForNewsAndIsNotDelivered) {
    const auto update =
        settle_outcome(leg(LegState::queued), outcome(Outcome::Kind::accepted), {start + 5, 0});
    EXPECT_EQ(state_of(update), LegState::accepted);
    EXPECT_EQ(update.due, start + 5 + 72 * hour);
    EXPECT_EQ(update.attempts_delta, 1);
    EXPECT_EQ(update.events.front().detail, "trace");
}

TEST(Settle, AcceptedNoticeWaitsForNoNews) {
    auto row = leg(LegState::queued);
    row.purpose = store::LegPurpose::notice;
    const auto update = settle_outcome(row, outcome(Outcome::Kind::accepted), {start, 0});
    EXPECT_EQ(state_of(update), LegState::accepted);
    EXPECT_FALSE(update.due);
}

TEST(Settle, PortalThatTookTheMessageIsReached) {
    const auto update = settle_outcome(leg(LegState::retry_wait, ChannelKind::portal),
                                       outcome(Outcome::Kind::accepted), {start, 0});
    EXPECT_EQ(state_of(update), LegState::reached);
    EXPECT_FALSE(update.due);
}

TEST(Settle, TemporaryFailureWaitsLongerEachTime) {
    std::int64_t before = 0;
    for (std::uint16_t attempts = 0; attempts < 6; ++attempts) {
        auto row = leg(LegState::queued);
        row.attempts = attempts;
        const auto update = settle_outcome(row, outcome(Outcome::Kind::temporary, Reason::network),
                                           {start, 0.999999});
        EXPECT_EQ(state_of(update), LegState::retry_wait);
        EXPECT_EQ(update.reason, "network");
        EXPECT_GT(*update.due - start, before);
        before = *update.due - start;
    }
}

TEST(Settle, RetryAfterOfTheOtherSideIsKept) {
    Outcome busy = outcome(Outcome::Kind::temporary, Reason::rate_limited);
    busy.retry_after_ms = 2 * hour;
    EXPECT_EQ(settle_outcome(leg(LegState::queued), busy, {start, 0}).due, start + 2 * hour);
}

TEST(Settle, NoAttemptBehindTheDeadline) {
    auto row = leg(LegState::retry_wait);
    row.attempts = 6;
    const auto update = settle_outcome(row, outcome(Outcome::Kind::temporary, Reason::network),
                                       {row.deadline + -1000, 0.5});
    EXPECT_EQ(state_of(update), LegState::failed);
    EXPECT_EQ(steps(update), (Steps{"temp_fail", "exhausted"}));
    EXPECT_FALSE(update.due);
}

TEST(Settle, WrongConfigurationCostsNoAttempt) {
    const auto update =
        settle_outcome(leg(LegState::queued),
                       outcome(Outcome::Kind::configuration, Reason::config_auth), {start, 0.5});
    EXPECT_EQ(state_of(update), LegState::retry_wait);
    EXPECT_EQ(update.attempts_delta, 0);
}

TEST(Settle, AmbiguousAnswerIsNeverResent) {
    const auto update = settle_outcome(
        leg(LegState::queued), outcome(Outcome::Kind::ambiguous, Reason::timeout), {start, 0});
    EXPECT_EQ(state_of(update), LegState::unknown);
    const auto later = settle_by_time(leg(LegState::unknown), false, {*update.due, 0});
    EXPECT_EQ(state_of(*later), LegState::failed);
    EXPECT_EQ(later->reason, "outcome_unknown");
}

TEST(Settle, LostLeaseOfMailIsUnknownAndOfAWebhookIsSentAgain) {
    const auto mail = settle_by_time(leg(LegState::sending), false, {start, 0});
    EXPECT_EQ(state_of(*mail), LegState::unknown);
    EXPECT_EQ(mail->due, start + 24 * hour);
    const auto webhook =
        settle_by_time(leg(LegState::sending, ChannelKind::portal), true, {start, 0});
    EXPECT_EQ(state_of(*webhook), LegState::queued);
    EXPECT_EQ(webhook->due, start);
    EXPECT_EQ(steps(*webhook), (Steps{"lease_lost", "idempotent_resend"}));
}

TEST(Settle, SilenceAfterAcceptanceIsLostTrack) {
    const auto update = settle_by_time(leg(LegState::accepted), false, {start, 0});
    EXPECT_EQ(state_of(*update), LegState::lost_track);
    EXPECT_EQ(update->reason, "no_news");
}

TEST(Settle, WaitingLegBehindItsDeadlineExpires) {
    for (const LegState state : {LegState::queued, LegState::retry_wait}) {
        const auto row = leg(state);
        EXPECT_FALSE(settle_by_time(row, false, {row.deadline, 0}));
        EXPECT_EQ(state_of(*settle_by_time(row, false, {row.deadline + 1, 0})), LegState::expired);
    }
}

TEST(Settle, UntriedLegIsDueAtOnceWithItsAttempts) {
    const auto update = settle_untried(leg(LegState::queued), Reason::service_stopped, start);
    EXPECT_EQ(state_of(update), LegState::retry_wait);
    EXPECT_EQ(update.due, start);
    EXPECT_EQ(update.attempts_delta, 0);
    EXPECT_TRUE(update.events.empty());
    EXPECT_EQ(update.reason, "service_stopped");
    auto tried = leg(LegState::retry_wait);
    tried.reason = "network";
    EXPECT_EQ(settle_untried(tried, Reason::channel_paused, start).reason, "network");
}

TEST(Settle, ALimitOfOursCostsNoAttemptAndNoTime) {
    Outcome night = outcome(Outcome::Kind::not_now, Reason::quiet_hours);
    night.retry_after_ms = 11 * hour;
    auto row = leg(LegState::retry_wait, ChannelKind::sms);
    row.reason = "network";
    row.deadline = start + hour;
    const auto update = settle_outcome(row, night, {start, 0.9});
    EXPECT_EQ(state_of(update), LegState::retry_wait);
    EXPECT_EQ(update.due, start + 11 * hour);
    EXPECT_EQ(update.attempts_delta, 0);
    EXPECT_EQ(update.reason, "quiet_hours");
    EXPECT_EQ(update.deadline, start + 11 * hour + policy_of(ChannelKind::sms).give_up)
        << "it does not expire over night";
    EXPECT_TRUE(update.events.empty());
}

TEST(Settle, NobodyIsCalledMoreThanThreeTimes) {
    auto row = leg(LegState::queued, ChannelKind::voice);
    const auto call = [&] {
        const auto update = settle_outcome(
            row, outcome(Outcome::Kind::temporary, Reason::not_answered), {start, 0});
        row.attempts = static_cast<std::uint16_t>(row.attempts + update.attempts_delta);
        row.state = update.state;
        return state_of(update);
    };
    EXPECT_EQ(call(), LegState::retry_wait);
    EXPECT_EQ(call(), LegState::retry_wait);
    EXPECT_EQ(call(), LegState::failed);
}

TEST(Settle, AFaxIsTriedFiveTimesAndABusyLineIsOneOfThem) {
    auto row = leg(LegState::queued, ChannelKind::fax);
    row.deadline = start + 6 * hour;
    for (std::uint16_t attempts = 0; attempts < 5; ++attempts) {
        row.attempts = attempts;
        const auto update =
            settle_outcome(row, outcome(Outcome::Kind::temporary, Reason::line_busy), {start, 0.5});
        EXPECT_EQ(state_of(update), attempts < 4 ? LegState::retry_wait : LegState::failed);
        EXPECT_EQ(update.reason, "line_busy");
    }
}

TEST(Settle, WhatTheAddresseesDeviceConfirmedHasArrived) {
    const auto update = settle_outcome(leg(LegState::queued, ChannelKind::fax),
                                       outcome(Outcome::Kind::reached, Reason::none), {start, 0.5});
    EXPECT_EQ(state_of(update), LegState::reached);
    EXPECT_EQ(steps(update), Steps{"reached"});
    EXPECT_FALSE(update.due);
}

TEST(Settle, OpeningAcknowledgesWhatCanHaveArrived) {
    for (const LegState state : {LegState::accepted, LegState::reached, LegState::lost_track}) {
        EXPECT_EQ(state_of(*settle_opened(leg(state), start)), LegState::acknowledged);
    }
    const auto unknown = settle_opened(leg(LegState::unknown), start);
    EXPECT_EQ(steps(*unknown), (Steps{"late_report_reached", "ack"}));
    for (const LegState state : {LegState::queued, LegState::sending, LegState::acknowledged,
                                 LegState::cancelled, LegState::disputed}) {
        EXPECT_FALSE(settle_opened(leg(state), start)) << state_name(state);
    }
}

TEST(Settle, OpeningByLinkSaysNothingOfPaper) {
    for (const ChannelKind channel : {ChannelKind::post, ChannelKind::counter}) {
        auto row = leg(LegState::unknown);
        row.channel = static_cast<std::uint8_t>(channel);
        EXPECT_FALSE(settle_opened(row, start));
    }
}

TEST(Settle, OnlyAnUnknownFailureAcceptsALateReport) {
    auto row = leg(LegState::failed);
    row.reason = "address_invalid";
    EXPECT_FALSE(settle_opened(row, start));
    for (const char* reason : {"outcome_unknown", "no_news"}) {
        row.reason = reason;
        EXPECT_EQ(state_of(*settle_opened(row, start)), LegState::acknowledged);
    }
}

TEST(Settle, SilenceIsFollowedByAnInquiryAndThenByTheEnd) {
    auto row = leg(LegState::accepted);
    const auto lost_track = settle_by_time(row, false, {start, 0});
    ASSERT_EQ(lost_track->due, start + 30 * 24 * hour);
    row.state = lost_track->state;
    const auto failed = settle_by_time(row, false, {*lost_track->due, 0});
    EXPECT_EQ(steps(*failed), Steps{"lost"});
    EXPECT_EQ(state_of(*failed), LegState::failed);
    EXPECT_EQ(failed->reason, "no_news");
    EXPECT_FALSE(failed->due);
}

TEST(Settle, AContestedLegIsToldAgainEachDayAndDecidedByNobody) {
    const auto update = settle_by_time(leg(LegState::disputed), false, {start, 0});
    EXPECT_EQ(state_of(*update), LegState::disputed);
    EXPECT_EQ(update->due, start + 24 * hour);
    EXPECT_TRUE(update->events.empty());
}

TEST(Settle, AnOperatorRecordsWhatWasFoundOut) {
    const auto sent_again =
        settle_by_operator(leg(LegState::unknown), LegStep::found_absent, start + -hour, start);
    ASSERT_TRUE(sent_again.ok());
    EXPECT_EQ(state_of(sent_again.value()), LegState::retry_wait);
    EXPECT_EQ(sent_again.value().due, start);
    EXPECT_GT(*sent_again.value().deadline, start);
    EXPECT_EQ(sent_again.value().events.at(0).happened, start + -hour);
    EXPECT_EQ(sent_again.value().events.at(0).learned, start);
    const auto contested =
        settle_by_operator(leg(LegState::reached), LegStep::correction, start, start);
    EXPECT_EQ(state_of(contested.value()), LegState::disputed);
    EXPECT_EQ(contested.value().due, start + 24 * hour);
}

TEST(Settle, AnOperatorRecordsNothingThatTheTableDoesNotLeaveToThem) {
    EXPECT_EQ(
        settle_by_operator(leg(LegState::queued), LegStep::reached, start, start).error().fault,
        Fault::conflict);
    EXPECT_EQ(settle_by_operator(leg(LegState::unknown), LegStep::give_up, start + 1, start)
                  .error()
                  .fault,
              Fault::invalid_input);
    auto held = leg(LegState::held);
    held.reason = "suspended";
    EXPECT_FALSE(may_record(held, LegStep::release));
    EXPECT_TRUE(may_record(held, LegStep::cancel));
    auto failed = leg(LegState::failed);
    failed.reason = "address_invalid";
    EXPECT_FALSE(may_record(failed, LegStep::late_report_reached));
    failed.reason = "no_news";
    EXPECT_TRUE(may_record(failed, LegStep::late_report_reached));
}

TEST(Settle, WhatAnOperatorRecordsNeverLeavesALegUnwatched) {
    for (const LegTransition& each : leg_transitions) {
        auto row = leg(each.from);
        row.reason = each.from == LegState::failed ? "no_news" : "";
        row.has_notices = true;
        if (each.step == LegStep::replay) { // a dead letter that surely did not arrive
            row.reason = "network";
            row.dead_since = start;
        }
        const auto update = settle_by_operator(row, each.step, start, start);
        ASSERT_EQ(update.ok(), watch_of(each.from).by_operator.has(each.step));
        if (update.ok()) {
            ASSERT_EQ(state_of(update.value()), each.to);
            EXPECT_EQ(update.value().due.has_value(), watch_of(each.to).limit != LegLimit::none)
                << state_name(each.from) << ' ' << step_name(each.step);
            EXPECT_EQ(update.value().events.size(), 1U);
            EXPECT_EQ(update.value().reason.empty(), each.to != LegState::failed);
        }
    }
}

TEST(Settle, EveryStateHasAnAnswerToTime) {
    for (std::uint8_t number = 1; number <= leg_state_count; ++number) {
        for (const bool idempotent : {false, true}) {
            const auto update =
                settle_by_time(leg(*leg_state(number)), idempotent, {start + 100 * hour, 0});
            ASSERT_TRUE(update.has_value()) << state_name(*leg_state(number));
            for (const store::LegEvent& event : update->events) {
                EXPECT_TRUE(leg_state(event.state_after));
            }
        }
    }
}

RC_GTEST_PROP(Settle, DelaysStayWithinTheirSpread, (std::uint8_t attempts)) {
    const double jitter = *rc::gen::map(rc::gen::inRange(0, 1'000'000),
                                        [](int parts) { return parts / 1'000'000.0; });
    for (const ChannelKind kind : {ChannelKind::portal, ChannelKind::email}) {
        const ChannelPolicy& policy = policy_of(kind);
        const std::int64_t full =
            policy.delays[std::min<std::size_t>(attempts, policy.delays.size() - 1)];
        const std::int64_t delay = retry_delay(policy, attempts, jitter);
        RC_ASSERT(delay >= 1000);
        RC_ASSERT(delay <= std::max<std::int64_t>(1000, full + full / 5));
    }
}

} // namespace
} // namespace songda::delivery
