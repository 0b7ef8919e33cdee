// What returned mail does to a leg: every state with every report, times, repetitions, and 20,000
// orders of what can happen to a mail, which end alike.
#include "delivery/mail_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include "delivery/leg_watch.hpp"
#include "delivery/reason_words.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

using Kind = MailReport::Kind;
using Settled = ReportSettlement::Kind;

constexpr TimeMs made{1'000'000};
constexpr TimeMs now{9'000'000};

store::LegRow leg(LegState state, Reason reason = Reason::none) {
    store::LegRow row;
    row.channel = static_cast<std::uint8_t>(ChannelKind::email);
    row.state = static_cast<std::uint8_t>(state);
    row.reason = reason_name(reason);
    row.created = made;
    row.deadline = made + 48 * 3'600'000;
    return row;
}

MailReport report(Kind kind, std::string source = "0123456789abcdef") {
    MailReport report;
    report.kind = kind;
    report.reason = kind == Kind::failed ? Reason::mailbox_full : Reason::none;
    report.trace = "dsn 5.2.2";
    report.source = std::move(source);
    return report;
}

/// The leg as the store would have it afterwards.
struct World {
    store::LegRow row;
    std::vector<store::LegEvent> events;

    void apply(const store::LegUpdate& update) {
        row.state = update.state;
        row.reason = update.reason;
        row.due = update.due;
        events.insert(events.end(), update.events.begin(), update.events.end());
    }
    [[nodiscard]] LegState state() const { return *leg_state(row.state); }
};

LegState after(LegState state, Kind kind, Reason reason = Reason::none) {
    World world{leg(state, reason), {}};
    const auto settled = settle_mail_report(world.row, world.events, report(kind), now);
    if (settled.update) {
        world.apply(*settled.update);
    }
    return world.state();
}

TEST(MailReport, ABounceFailsWhatIsOutAndNothingElse) {
    const std::set<LegState> failing = {
        LegState::unknown,    LegState::accepted, LegState::in_transit, LegState::attempted,
        LegState::lost_track, LegState::reached,  LegState::failed};
    for (const LegWatch& each : leg_watches) {
        EXPECT_EQ(after(each.state, Kind::failed),
                  failing.contains(each.state) ? LegState::failed : each.state)
            << state_name(each.state);
    }
}

TEST(MailReport, OnlyABelievedDeliveryReaches) {
    for (const LegState state : {LegState::accepted, LegState::unknown, LegState::lost_track}) {
        EXPECT_EQ(after(state, Kind::delivered), LegState::reached) << state_name(state);
        World world{leg(state), {}};
        MailReport doubted = report(Kind::delivered);
        doubted.believed = false;
        const auto settled = settle_mail_report(world.row, {}, doubted, now);
        EXPECT_EQ(settled.kind, Settled::noted);
        EXPECT_EQ(settled.update->state, world.row.state);
    }
    EXPECT_EQ(after(LegState::failed, Kind::delivered, Reason::outcome_unknown), LegState::reached);
    EXPECT_EQ(after(LegState::failed, Kind::delivered, Reason::address_invalid), LegState::failed);
    EXPECT_EQ(after(LegState::acknowledged, Kind::delivered), LegState::acknowledged);
}

TEST(MailReport, WhatOnlyTellsMovesNothing) {
    for (const LegWatch& each : leg_watches) {
        for (const Kind kind : {Kind::delayed, Kind::passed_on, Kind::complaint, Kind::unclear}) {
            EXPECT_EQ(after(each.state, kind), each.state) << state_name(each.state);
        }
    }
    auto row = leg(LegState::accepted);
    row.due = now + 5;
    const auto settled = settle_mail_report(row, {}, report(Kind::delayed), now);
    EXPECT_EQ(settled.kind, Settled::noted);
    EXPECT_EQ(settled.update->due, row.due) << "who waits for news goes on waiting";
    const store::LegEvent& event = settled.update->events.front();
    EXPECT_EQ(event.detail, "delayed: dsn 5.2.2 [mail 0123456789abcdef]");
    EXPECT_NE(note_words_zh(event).find("延迟"), std::string_view::npos);
    EXPECT_FALSE(is_step(event));
}

TEST(MailReport, EveryStepIsOneOfTheTable) {
    for (const LegWatch& each : leg_watches) {
        for (const Kind kind : {Kind::failed, Kind::delivered}) {
            const auto settled = settle_mail_report(leg(each.state), {}, report(kind), now);
            LegState state = each.state;
            for (const auto& event :
                 settled.update ? settled.update->events : std::vector<store::LegEvent>{}) {
                if (!is_step(event)) {
                    continue;
                }
                const auto step = parse_step(event.kind);
                ASSERT_TRUE(step) << event.kind;
                const auto next = state_after(state, *step);
                ASSERT_TRUE(next) << state_name(state) << ' ' << event.kind;
                state = *next;
            }
            EXPECT_EQ(settled.update ? settled.update->state : leg(each.state).state,
                      static_cast<std::uint8_t>(state));
        }
    }
}

TEST(MailReport, TheTimeIsTheReportsIfItCanBe) {
    const auto happened = [](std::optional<TimeMs> told) {
        MailReport bounce = report(Kind::failed);
        bounce.happened = told;
        return settle_mail_report(leg(LegState::accepted), {}, bounce, now).update->events.front();
    };
    EXPECT_EQ(happened(TimeMs{5'000'000}).happened, TimeMs{5'000'000});
    EXPECT_EQ(happened(TimeMs{5'000'000}).learned, now);
    EXPECT_EQ(happened(made).happened, made);
    EXPECT_EQ(happened(made + -1).happened, now) << "before there was a leg";
    EXPECT_EQ(happened(now + 1).happened, now) << "in the future";
    EXPECT_EQ(happened(std::nullopt).happened, now);
}

TEST(MailReport, TheSameMailTwiceIsOnce) {
    World world{leg(LegState::accepted), {}};
    for (int i = 0; i < 3; ++i) {
        for (const Kind kind : {Kind::delayed, Kind::failed}) {
            const auto settled = settle_mail_report(
                world.row, world.events,
                report(kind, kind == Kind::failed ? "aaaaaaaaaaaaaaaa" : "bbbbbbbbbbbbbbbb"), now);
            EXPECT_EQ(settled.update.has_value(), i == 0);
            if (settled.update) {
                world.apply(*settled.update);
            }
        }
    }
    EXPECT_EQ(world.events.size(), 2U);
}

TEST(MailReport, NotesHaveAnEndAndABounceStillCounts) {
    World world{leg(LegState::accepted), {}};
    for (int i = 0; i < 1000; ++i) {
        const auto settled = settle_mail_report(world.row, world.events,
                                                report(Kind::delayed, std::to_string(i)), now);
        if (settled.update) {
            world.apply(*settled.update);
        }
    }
    EXPECT_EQ(world.events.size(), report_notes_max);
    const auto bounce = settle_mail_report(world.row, world.events, report(Kind::failed), now);
    EXPECT_EQ(bounce.kind, Settled::moved);
}

TEST(MailReport, WhatIsWithACourierIsAskedForLater) {
    EXPECT_EQ(settle_mail_report(leg(LegState::sending), {}, report(Kind::failed), now).kind,
              Settled::later);
}

TEST(MailReport, EveryReasonHasWordsForPeople) {
    for (int number = 1; number <= static_cast<int>(Reason::overturned); ++number) {
        const std::string_view name = reason_name(static_cast<Reason>(number));
        EXPECT_FALSE(reason_words_zh(name).empty()) << name;
        EXPECT_FALSE(reason_words(name).empty()) << name;
    }
    EXPECT_EQ(reason_words_zh(""), "");
    EXPECT_EQ(reason_words("revoked"), "");
}

/// What can become known of a mail, each of its own source.
enum class News { accepted, lost_answer, delivered, bounce, bounce_again, delayed, opened };

/// Told in this order, as the office is told: before its own answer is in, the leg is with a
/// courier and reports wait.
LegState told(std::deque<News> order) {
    World world{leg(LegState::sending), {}};
    for (std::size_t waited = 0; !order.empty() && waited <= order.size();) {
        const News news = order.front();
        order.pop_front();
        ReportSettlement settled{Settled::known, {}};
        if (news == News::accepted || news == News::lost_answer) {
            auto before = world.row;
            before.state = static_cast<std::uint8_t>(LegState::queued); // as it was claimed
            settled.update = settle_outcome(
                before,
                {news == News::accepted ? Outcome::Kind::accepted : Outcome::Kind::ambiguous,
                 Reason::none, "", 0},
                {now, 0});
        } else if (news == News::opened) {
            settled.update =
                world.state() == LegState::sending ? std::nullopt : settle_opened(world.row, now);
            settled.kind = world.state() == LegState::sending ? Settled::later : Settled::known;
        } else {
            const bool bounced = news == News::bounce || news == News::bounce_again;
            const Kind kind = bounced                   ? Kind::failed
                              : news == News::delivered ? Kind::delivered
                                                        : Kind::delayed;
            // The second bounce is the very same mail.
            settled = settle_mail_report(
                world.row, world.events,
                report(kind, bounced ? "bounce" : std::string(report_name(kind))), now);
        }
        if (settled.kind == Settled::later) {
            order.push_back(news);
            ++waited;
            continue;
        }
        waited = 0;
        if (settled.update) {
            world.apply(*settled.update);
        }
    }
    return world.state();
}

TEST(MailReport, TwentyThousandOrdersEndAlikeButForWhatTheTableDecides) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::vector<News> all = {News::delivered, News::bounce, News::bounce_again,
                                   News::delayed,   News::opened, News::delayed};
    for (int round = 0; round < 20'000; ++round) {
        std::deque<News> order = {random() % 2 == 0 ? News::accepted : News::lost_answer};
        std::set<News> heard;
        for (const News each : all) {
            if (random() % 2 == 0) {
                order.push_back(each);
                heard.insert(each);
            }
        }
        std::shuffle(order.begin(), order.end(), random);
        const bool bounced = heard.contains(News::bounce) || heard.contains(News::bounce_again);
        const bool opened = heard.contains(News::opened);
        const LegState state = told(order);
        if (bounced && opened) {
            // §1.3: FAILED hears of no opening, ACKNOWLEDGED of no bounce: the first stands.
            EXPECT_TRUE(state == LegState::failed || state == LegState::acknowledged);
        } else {
            const bool sent = order.front() == News::accepted ||
                              std::find(order.begin(), order.end(), News::accepted) != order.end();
            EXPECT_EQ(state, bounced                           ? LegState::failed
                             : opened                          ? LegState::acknowledged
                             : heard.contains(News::delivered) ? LegState::reached
                             : sent                            ? LegState::accepted
                                                               : LegState::unknown)
                << round;
        }
    }
}

TEST(MailReport, ALateBounceAfterTheOpeningChangesNothing) {
    EXPECT_EQ(told({News::accepted, News::opened, News::bounce}), LegState::acknowledged);
    EXPECT_EQ(told({News::accepted, News::bounce, News::opened}), LegState::failed);
    EXPECT_EQ(told({News::accepted, News::delivered, News::bounce}), LegState::failed);
    EXPECT_EQ(told({News::bounce, News::delivered, News::accepted}), LegState::failed);
}

} // namespace
} // namespace songda::delivery
