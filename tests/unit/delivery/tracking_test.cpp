// What is tracked of a leg: the same set of events means the same in any order and however often it
// is told, every step is one of the table, and nothing that was told is lost. Prints how often "the
// last one told wins" would have taken a success back.
#include "delivery/tracking.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"
#include "delivery/tracking_words.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using store::TrackedEvent;
using Events = std::vector<TrackedEvent>;

constexpr std::int64_t hour_ms = 3'600'000;
const DepartmentCode department{"11320199014138860W"};
constexpr std::array reportable = {LegState::accepted,  LegState::in_transit,  LegState::attempted,
                                   LegState::available, LegState::returning,   LegState::expired,
                                   LegState::failed,    LegState::refused,     LegState::returned,
                                   LegState::reached,   LegState::acknowledged};

TrackedEvent event_of(std::string id, LegState state, std::int64_t hours) {
    TrackedEvent event;
    event.source = "carrier";
    event.id = std::move(id);
    event.code = std::string(state_name(state));
    event.occurred = TimeMs{fakes::ManualClock().now().value + hours * hour_ms};
    event.state = static_cast<std::uint8_t>(state);
    event.reason = state == LegState::failed ? "lost" : "";
    event.payload = sha256(as_bytes(event.id + event.code));
    return event;
}

Events random_events(std::mt19937_64& chance) {
    Events events;
    for (std::size_t count = 1 + chance() % 8; count > 0; --count) {
        // Hours are few, so that some happen at once; ids are few, so that some contradict.
        const LegState state = reportable[chance() % reportable.size()];
        events.push_back(event_of("e" + std::to_string(chance() % 12), state,
                                  static_cast<std::int64_t>(1 + chance() % 10)));
        if (chance() % 12 == 0) {
            events.back().voids = {"e" + std::to_string(chance() % 12)};
        }
        if (chance() % 15 == 0) {
            events.back().state = 0;
        }
    }
    return events;
}

/// In any order, and some more than once.
Events shuffled(Events events, std::mt19937_64& chance) {
    for (std::size_t more = chance() % 4; more > 0; --more) {
        events.push_back(events[chance() % events.size()]);
    }
    std::shuffle(events.begin(), events.end(), chance);
    return events;
}

TEST(Tracking, TheFoldKnowsNoOrder) {
    std::mt19937_64 chance(1);
    std::size_t dependent = 0;
    std::size_t regressed = 0;
    std::size_t arrived = 0;
    for (int round = 0; round < 20'000; ++round) {
        const Events events = random_events(chance);
        const TrackingFold first = fold_tracking(events);
        const Events again = shuffled(events, chance);
        const TrackingFold second = fold_tracking(again);
        const bool same =
            first.state == second.state && first.contradicted == second.contradicted &&
            (first.decides == nullptr || (first.decides->occurred == second.decides->occurred &&
                                          first.decides->id == second.decides->id));
        dependent += same ? 0U : 1U;
        const bool success = first.state && is_arrival(*first.state);
        arrived += success ? 1U : 0U;
        const auto last = static_cast<LegState>(again.back().state);
        regressed += success && !is_arrival(last) ? 1U : 0U;
    }
    EXPECT_EQ(dependent, 0U);
    EXPECT_GT(regressed, 1000U);
    std::printf("20000 sets, %zu with a success, order-dependent %zu; the last one told would have "
                "taken back %zu\n",
                arrived, dependent, regressed);
}

class TrackedLegTest : public testing::Test {
protected:
    TrackedLegTest() { office_.clock.advance(20 * hour_ms); }

    /// A leg that the post has taken, made at the clock's beginning.
    LegId posted() {
        const TimeMs begin = fakes::ManualClock().now();
        office_.clock.set(begin);
        document_ = office_.issue(department, {ChannelKind::post});
        const LegId id = office_.leg(document_).id;
        office_.clock.advance(20 * hour_ms);
        return id;
    }
    store::TrackedOutcome tell(const LegId& leg, TrackedEvent event) {
        office_.clock.advance(1);
        event.recorded = office_.clock.now();
        const store::TrackedWrite write{leg, std::move(event)};
        return office_.store.put_tracked({&write, 1}).value()[0];
    }
    LegState state(const LegId& leg) {
        return *leg_state(office_.store.find_leg(leg).value()->state);
    }
    LegState told(const Events& events) {
        const LegId leg = posted();
        for (const TrackedEvent& each : events) {
            tell(leg, each);
        }
        expect_table(leg);
        return state(leg);
    }
    /// Every step that was recorded is one of the table, from where the leg stood.
    void expect_table(const LegId& leg) {
        LegState at = LegState::queued;
        for (const store::LegEvent& event : office_.store.leg_events(leg).value()) {
            const auto step = parse_step(event.kind);
            if (!step) {
                continue; // a note
            }
            if (*step == LegStep::accepted || *step == LegStep::reached ||
                *step == LegStep::offered) {
                at = at == LegState::queued ? LegState::sending : at;
            }
            const auto after = state_after(at, *step);
            ASSERT_TRUE(after) << state_name(at) << ' ' << event.kind;
            at = *after;
        }
        EXPECT_EQ(at, state(leg));
    }
    ServiceCase service() {
        return find_service_case(office_.store, *office_.store.find_document(document_).value(),
                                 office_.clock.now())
            .value();
    }

    office::Office office_;
    DocumentId document_;
};

/// Where the table has a way the leg stands where the fold says; otherwise a person is asked.
TEST_F(TrackedLegTest, TheLegEndsWhereTheFoldSaysOrWithAPerson) {
    std::mt19937_64 chance(2);
    std::size_t asked = 0;
    std::size_t contradicted = 0;
    for (int round = 0; round < 3000; ++round) {
        const Events events = shuffled(random_events(chance), chance);
        const TrackingFold fold = fold_tracking(events);
        const LegId leg = posted();
        std::size_t kept = 0;
        for (const TrackedEvent& each : events) {
            kept += tell(leg, each).kind == store::TrackedOutcome::Kind::repeated ? 0U : 1U;
        }
        expect_table(leg);
        if (HasFatalFailure()) {
            return;
        }
        EXPECT_EQ(office_.store.tracked_events(leg).value().size(), kept);
        const LegState stands = state(leg);
        if (fold.contradicted) {
            ++contradicted;
            EXPECT_EQ(stands, LegState::disputed);
        } else if (stands == LegState::disputed) {
            ++asked;
        } else if (fold.state == LegState::accepted) {
            EXPECT_EQ(band_of(stands), 1);
        } else {
            EXPECT_TRUE(!fold.state || stands == *fold.state)
                << state_name(stands) << " for " << state_name(*fold.state);
        }
        for (const TrackedEvent& each : events) {
            const auto all = office_.store.leg_events(leg).value();
            EXPECT_TRUE(
                std::any_of(all.begin(), all.end(),
                            [&](const store::LegEvent& one) { return one.trace == each.payload; }))
                << "no record of " << each.id;
        }
    }
    std::printf("3000 sets: %zu contradict themselves, %zu more need a person\n", contradicted,
                asked);
    EXPECT_LT(asked, 150U);
}

/// Of what a carrier tells without taking anything back, no order matters at all.
TEST_F(TrackedLegTest, AnyOrderOfAnOrdinaryWayEndsAlike) {
    const std::vector<Events> ways = {
        {event_of("1", LegState::accepted, 1), event_of("2", LegState::in_transit, 2),
         event_of("3", LegState::attempted, 3), event_of("4", LegState::in_transit, 4),
         event_of("5", LegState::reached, 5), event_of("6", LegState::acknowledged, 6)},
        {event_of("1", LegState::in_transit, 1), event_of("2", LegState::refused, 2),
         event_of("3", LegState::returning, 3), event_of("4", LegState::returned, 4)},
        {event_of("1", LegState::in_transit, 1), event_of("2", LegState::available, 2),
         event_of("3", LegState::expired, 3), event_of("4", LegState::returning, 4)},
        {event_of("1", LegState::available, 1), event_of("2", LegState::in_transit, 2)},
        {event_of("1", LegState::in_transit, 1), event_of("2", LegState::failed, 2),
         event_of("3", LegState::returned, 3)},
        {event_of("1", LegState::in_transit, 1), event_of("2", LegState::reached, 2),
         event_of("3", LegState::returned, 3)},
    };
    for (const Events& way : ways) {
        Events order = way;
        const auto before = [](const TrackedEvent& left, const TrackedEvent& right) {
            return left.id < right.id;
        };
        const LegState expected = told(order);
        const auto served =
            service().basis ? std::optional(service().basis->happened) : std::nullopt;
        while (std::next_permutation(order.begin(), order.end(), before)) {
            ASSERT_EQ(told(order), expected);
            const ServiceCase now = service();
            ASSERT_EQ(now.basis ? std::optional(now.basis->happened) : std::nullopt, served)
                << "the day of service depends on the order";
        }
    }
}

TEST_F(TrackedLegTest, ServiceIsWhenItHappenedAndHasItsEvidence) {
    const LegId leg = posted();
    tell(leg, event_of("1", LegState::accepted, 1));
    EXPECT_EQ(service().state, ServiceState::in_progress);
    TrackedEvent delivered = event_of("2", LegState::reached, 7);
    delivered.payload = sha256(as_bytes("what came"));
    tell(leg, delivered);
    EXPECT_EQ(service().state, ServiceState::served);
    EXPECT_EQ(service().basis->happened, delivered.occurred);
    EXPECT_EQ(service().basis->rule, "post-delivered");
    const auto events = office_.store.leg_events(leg).value();
    EXPECT_EQ(events.back().trace, delivered.payload);
    bool named = false;
    for (const auto& record : office_.store.evidence_of(document_).value()) {
        named = named || record.text.find("ContentConsignment") != std::string::npos;
    }
    EXPECT_TRUE(named);
}

TEST_F(TrackedLegTest, AContestKeepsBothSidesAndAPersonDecides) {
    const LegId leg = posted();
    tell(leg, event_of("1", LegState::reached, 3));
    tell(leg, event_of("2", LegState::returned, 5));
    EXPECT_EQ(state(leg), LegState::disputed);
    EXPECT_EQ(office_.store.find_leg(leg).value()->reason, "contradicted");
    EXPECT_EQ(service().state, ServiceState::disputed);
    EXPECT_EQ(office_.store.tracked_events(leg).value().size(), 2U);
    const auto row = *office_.store.find_leg(leg).value();
    office_.clock.advance(1000);
    const auto upheld =
        settle_by_operator(row, LegStep::upheld, office_.clock.now(), office_.clock.now());
    ASSERT_TRUE(office_.store.append_leg_event(leg, row.state, upheld.value()).value());
    EXPECT_EQ(service().state, ServiceState::served);
    EXPECT_EQ(service().basis->happened, event_of("1", LegState::reached, 3).occurred);
    // What the person knew changes nothing any more; what is new does.
    tell(leg, event_of("3", LegState::in_transit, 2));
    EXPECT_EQ(state(leg), LegState::reached);
    tell(leg, event_of("4", LegState::returned, 9));
    EXPECT_EQ(state(leg), LegState::disputed);
}

TEST_F(TrackedLegTest, ACorrectionTakesAnArrivalBack) {
    TrackedEvent lost = event_of("2", LegState::failed, 5);
    lost.voids = {"1"};
    EXPECT_EQ(told({event_of("1", LegState::reached, 3), lost}), LegState::failed);
    EXPECT_NE(service().state, ServiceState::served);
    EXPECT_EQ(told({lost, event_of("1", LegState::reached, 3)}), LegState::failed);

    TrackedEvent later = event_of("2", LegState::reached, 6);
    later.voids = {"1"};
    EXPECT_EQ(told({event_of("1", LegState::reached, 3), later}), LegState::reached);
    EXPECT_EQ(service().basis->happened, later.occurred) << "the day that was corrected";
    EXPECT_EQ(told({later, event_of("1", LegState::reached, 3)}), LegState::reached);
    EXPECT_EQ(service().basis->happened, later.occurred);

    TrackedEvent moving = event_of("2", LegState::in_transit, 5);
    moving.voids = {"1"};
    EXPECT_EQ(told({event_of("1", LegState::reached, 3), moving}), LegState::disputed);
    EXPECT_EQ(told({event_of("1", LegState::acknowledged, 3), lost}), LegState::disputed);
}

TEST_F(TrackedLegTest, WhatNobodyKnewAcceptsALateReport) {
    const LegId leg = posted();
    tell(leg, event_of("1", LegState::in_transit, 1));
    for (const Reason reason : {Reason::no_news, Reason::none}) {
        store::LegUpdate lost;
        lost.state = static_cast<std::uint8_t>(LegState::failed);
        lost.reason = reason_name(reason);
        lost.events = {{"lost", office_.clock.now(), office_.clock.now(), lost.state, ""}};
        const LegId one = posted();
        tell(one, event_of("1", LegState::in_transit, 1));
        ASSERT_TRUE(
            office_.store
                .append_leg_event(one, static_cast<std::uint8_t>(LegState::in_transit), lost)
                .value());
        tell(one, event_of("2", LegState::reached, 4));
        EXPECT_EQ(state(one), reason == Reason::no_news ? LegState::reached : LegState::disputed);
    }
}

TEST_F(TrackedLegTest, WhatIsToldWhileACourierHasItCountsWhenItIsBack) {
    const TimeMs begin = fakes::ManualClock().now();
    office_.clock.set(begin);
    document_ = office_.issue(department, {ChannelKind::post});
    const LegId leg = office_.leg(document_).id;
    office::ScriptedChannel post{false};
    post.answer = [&](const Dispatch&) {
        const store::TrackedOutcome outcome = tell(leg, event_of("1", LegState::in_transit, 0));
        EXPECT_EQ(outcome.after, static_cast<std::uint8_t>(LegState::sending));
        return Outcome{Outcome::Kind::ambiguous, Reason::outcome_unknown, {}, 0};
    };
    Courier(office_.parts({{ChannelKind::post, post, 1, 1}})).run_once();
    EXPECT_EQ(state(leg), LegState::in_transit);
}

TEST_F(TrackedLegTest, ARepetitionChangesNothingAndAContradictionIsKept) {
    using Kind = store::TrackedOutcome::Kind;
    const LegId leg = posted();
    EXPECT_EQ(tell(leg, event_of("1", LegState::in_transit, 1)).kind, Kind::kept);
    const auto before = office_.store.leg_events(leg).value().size();
    EXPECT_EQ(tell(leg, event_of("1", LegState::in_transit, 1)).kind, Kind::repeated);
    EXPECT_EQ(office_.store.leg_events(leg).value().size(), before);
    EXPECT_EQ(tell(leg, event_of("1", LegState::returned, 1)).kind, Kind::contradicts);
    EXPECT_EQ(office_.store.tracked_events(leg).value().size(), 2U);
    TrackedEvent unknown = event_of("9", LegState::reached, 2);
    unknown.state = 0;
    const LegState stood = state(leg);
    EXPECT_EQ(tell(leg, unknown).kind, Kind::kept);
    EXPECT_EQ(state(leg), stood) << "nobody knows what it means: it moves nothing";
}

TEST(TrackingWords, WhoTookItDecidesWhatDeliveredMeans) {
    const auto state = [](std::string_view by, bool signed_for = false, bool authorised = false) {
        const auto word = meaning_of_word("delivered", {by, signed_for, authorised});
        return word ? std::optional(word->state) : std::nullopt;
    };
    EXPECT_EQ(state("addressee"), LegState::reached);
    EXPECT_EQ(state("addressee", true), LegState::acknowledged);
    EXPECT_EQ(state("agent", true), LegState::acknowledged);
    EXPECT_EQ(state("sender", true), LegState::returned);
    for (const char* const by : {"locker", "guard", "neighbour"}) {
        EXPECT_EQ(state(by, true), LegState::available) << by;
        EXPECT_EQ(state(by, true, true), LegState::reached) << by;
    }
    EXPECT_EQ(state(""), std::nullopt) << "to whom?";
    EXPECT_EQ(meaning_of_word("flying", {}), std::nullopt);
    for (const TrackedWord& each : tracked_words()) {
        TrackedEvent event;
        event.state = static_cast<std::uint8_t>(each.state);
        event.sub = each.sub;
        event.reason = each.reason;
        EXPECT_EQ(words_of(event).word, each.word);
    }
}

} // namespace
} // namespace songda::delivery
