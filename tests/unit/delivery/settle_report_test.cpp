// What a provider's report means for a leg: every kind in every state, and that the order in which
// reports come, and how often, changes nothing.
#include "delivery/settle_report.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "delivery/leg_state.hpp"
#include "delivery/leg_watch.hpp"

namespace songda::delivery {
namespace {

using Kind = ReportVerdict::Kind;

constexpr TimeMs now{1'700'000'000'000};

store::LegRow leg(LegState state) {
    store::LegRow row;
    row.channel = static_cast<std::uint8_t>(ChannelKind::email);
    row.state = static_cast<std::uint8_t>(state);
    row.created = now;
    row.deadline = now + 3'600'000;
    return row;
}

LegReport report(ReportKind kind) {
    return {kind, kind == ReportKind::failed ? Reason::address_invalid : Reason::none, now,
            "report"};
}

LegState after(LegState state, ReportKind kind) {
    const ReportVerdict verdict = settle_report(leg(state), report(kind), now);
    return verdict.kind == Kind::applied ? *leg_state(verdict.update.state) : state;
}

TEST(SettleReport, WhatAPersonOverturnedNoRepeatedReportUpholds) {
    store::LegRow row = leg(LegState::failed);
    row.reason = "overturned";
    for (const ReportKind kind : {ReportKind::reached, ReportKind::acknowledged}) {
        EXPECT_EQ(settle_report(row, report(kind), now).kind, Kind::outweighed);
    }
}

TEST(SettleReport, EveryKindInEveryState) {
    using enum LegState;
    struct Row {
        LegState from;
        LegState moving;
        LegState failed;
        LegState reached;
        LegState acknowledged;
    };
    for (const Row& row : std::initializer_list<Row>{
             {created, created, created, created, created},
             {held, held, held, held, held},
             {queued, queued, failed, reached, acknowledged},
             {sending, sending, sending, sending, sending},
             {retry_wait, retry_wait, failed, reached, acknowledged},
             {unknown, in_transit, failed, reached, acknowledged},
             {accepted, in_transit, failed, reached, acknowledged},
             {in_transit, in_transit, failed, reached, acknowledged},
             {attempted, in_transit, failed, reached, acknowledged},
             {available, available, available, reached, available},
             {lost_track, in_transit, failed, reached, acknowledged},
             {reached, reached, reached, reached, acknowledged},
             {acknowledged, acknowledged, acknowledged, acknowledged, acknowledged},
             {refused, refused, refused, refused, refused},
             {expired, expired, expired, expired, expired},
             {returning, returning, returning, returning, returning},
             {returned, returned, returned, returned, returned},
             {failed, failed, failed, reached, acknowledged},
             {cancelled, cancelled, cancelled, cancelled, cancelled},
             {disputed, disputed, disputed, disputed, disputed}}) {
        EXPECT_EQ(after(row.from, ReportKind::moving), row.moving) << state_name(row.from);
        EXPECT_EQ(after(row.from, ReportKind::failed), row.failed) << state_name(row.from);
        EXPECT_EQ(after(row.from, ReportKind::reached), row.reached) << state_name(row.from);
        EXPECT_EQ(after(row.from, ReportKind::acknowledged), row.acknowledged)
            << state_name(row.from);
    }
}

TEST(SettleReport, WhatContradictsIsVisibleAndChangesNothing) {
    const auto kind = [](LegState state, ReportKind what) {
        return settle_report(leg(state), report(what), now).kind;
    };
    EXPECT_EQ(kind(LegState::reached, ReportKind::failed), Kind::outweighed);
    EXPECT_EQ(kind(LegState::cancelled, ReportKind::reached), Kind::impossible);
    EXPECT_EQ(kind(LegState::sending, ReportKind::reached), Kind::later);
    EXPECT_EQ(kind(LegState::reached, ReportKind::reached), Kind::repeated);
}

TEST(SettleReport, ALostAnswerIsSettledByAnyReportAndKeepsItsTrail) {
    const ReportVerdict verdict =
        settle_report(leg(LegState::unknown), report(ReportKind::failed), now + 5);
    ASSERT_EQ(verdict.update.events.size(), 2U);
    EXPECT_EQ(verdict.update.events[0].kind, "found_accepted");
    EXPECT_EQ(verdict.update.events[1].kind, "bounce");
    EXPECT_EQ(verdict.update.events[1].happened, now);
    EXPECT_EQ(verdict.update.events[1].learned, now + 5);
    EXPECT_EQ(verdict.update.reason, "address_invalid");
    EXPECT_FALSE(verdict.update.due);
}

TEST(SettleReport, AReportFromTheFutureHappenedNow) {
    LegReport early = report(ReportKind::reached);
    early.happened = now + 86'400'000;
    EXPECT_EQ(settle_report(leg(LegState::accepted), early, now).update.events[0].happened, now);
}

RC_GTEST_PROP(SettleReport, OrderAndRepetitionChangeNothing, ()) {
    const auto kinds = *rc::gen::container<std::vector<ReportKind>>(
        rc::gen::elementOf(std::vector<ReportKind>{ReportKind::moving, ReportKind::failed,
                                                   ReportKind::reached, ReportKind::acknowledged}));
    const auto start =
        *rc::gen::elementOf(std::vector<LegState>{LegState::accepted, LegState::unknown});
    const auto fold = [start](const std::vector<ReportKind>& reports) {
        LegState state = start;
        for (const ReportKind kind : reports) {
            state = after(state, kind);
        }
        return state;
    };
    std::vector<ReportKind> sorted = kinds;
    std::sort(sorted.begin(), sorted.end());
    std::vector<ReportKind> twice = kinds;
    twice.insert(twice.end(), kinds.rbegin(), kinds.rend());
    RC_ASSERT(fold(kinds) == fold(sorted));
    RC_ASSERT(fold(twice) == fold(sorted));
}

} // namespace
} // namespace songda::delivery
