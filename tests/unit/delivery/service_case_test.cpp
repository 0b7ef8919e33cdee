// The service case: what counts as service and since when, whatever the order in which it was
// learned; what the other ways do then. SONGDA_UPDATE_PAGES=1 writes docs/states/service.md anew.
#include "delivery/service_case.hpp"

#include <algorithm>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "delivery/mail_report.hpp"
#include "delivery/service_rules.hpp"
#include "delivery/settle.hpp"
#include "tests/fakes/printed_page.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
const DepartmentCode department{"11320199014138860W"};
constexpr std::int64_t hour_ms = 3'600'000;

class ServiceCaseTest : public testing::Test {
protected:
    ServiceCaseTest() {
        office_.consent = store::ConsentEntry{true,          "送达地址确认书",    "2026-1",
                                              {2026, 11, 1}, office_.clock.now(), "decision"};
    }
    [[nodiscard]] ServiceCase service(const DocumentId& document) {
        return find_service_case(office_.store, *office_.store.find_document(document).value(),
                                 office_.clock.now())
            .value();
    }
    /// An event from outside.
    void report(const DocumentId& document, ChannelKind channel, LegStep step, TimeMs happened) {
        const store::LegRow leg = office_.leg(document, channel);
        const auto after = state_after(*leg_state(leg.state), step);
        ASSERT_TRUE(after) << state_name(*leg_state(leg.state)) << ' ' << step_name(step);
        store::LegUpdate update;
        update.state = static_cast<std::uint8_t>(*after);
        update.reason = leg.reason;
        update.events = {
            {std::string(step_name(step)), happened, office_.clock.now(), update.state, "test"}};
        ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, update).value());
    }
    void work() { Courier(office_.parts()).run_once(); }

    Office office_;
};

TEST_F(ServiceCaseTest, WithConsentThePortalServesWhenItIsReached) {
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    EXPECT_EQ(service(document).state, ServiceState::planned);
    work();
    const ServiceCase found = service(document);
    EXPECT_EQ(found.state, ServiceState::served);
    ASSERT_TRUE(found.basis);
    EXPECT_EQ(found.basis->rule, "portal-reached");
    EXPECT_EQ(found.basis->rules_version, service_rules_version);
    EXPECT_EQ(found.basis->leg, office_.leg(document).id);
    EXPECT_EQ(found.basis->happened, office_.clock.now());
}

TEST_F(ServiceCaseTest, WithoutConsentOnlyOpeningCounts) {
    office_.consent.reset();
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    work();
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
    office_.clock.advance(hour_ms);
    report(document, ChannelKind::portal, LegStep::ack, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::served);
    EXPECT_EQ(service(document).basis->rule, "portal-opened");
}

TEST_F(ServiceCaseTest, ConsentThatWasTakenBackCountsNoMore) {
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    ASSERT_TRUE(
        office_.store
            .add_consent(
                document,
                {false, "送达地址确认书", "2026-1", {2026, 11, 2}, office_.clock.now(), "operator"},
                {office_.clock.now(), "operator", "consent", "", ""})
            .ok());
    work();
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
    EXPECT_FALSE(service(document).consent);
}

TEST_F(ServiceCaseTest, ConsentCountsThatWasGivenWhenItHappened) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    work();
    const TimeMs delivered = office_.clock.now() + 1000;
    office_.clock.advance(hour_ms);
    ASSERT_TRUE(office_.store
                    .add_consent(document,
                                 {false, "form", "1", {2026, 11, 2}, office_.clock.now(), "who"},
                                 {office_.clock.now(), "who", "consent", "", ""})
                    .ok());
    office_.clock.advance(hour_ms);
    report(document, ChannelKind::email, LegStep::reached, delivered);
    EXPECT_EQ(service(document).state, ServiceState::served);
    EXPECT_EQ(service(document).basis->happened, delivered);
}

TEST_F(ServiceCaseTest, WhatIsContestedAndUpheldCountsFromItsArrivalAgain) {
    const DocumentId document =
        office_.issue(department, {ChannelKind::portal, ChannelKind::email});
    work();
    const TimeMs arrived = office_.clock.now();
    office_.clock.advance(hour_ms);
    const TimeMs delivered = office_.clock.now();
    report(document, ChannelKind::email, LegStep::reached, delivered);
    report(document, ChannelKind::portal, LegStep::correction, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::served) << "the mail serves it too";
    EXPECT_EQ(service(document).basis->happened, delivered);
    office_.clock.advance(hour_ms);
    report(document, ChannelKind::portal, LegStep::upheld, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::served);
    EXPECT_EQ(service(document).basis->happened, arrived);
}

TEST_F(ServiceCaseTest, WhatExpiredOnItsWayIsNotToBeServedAnyMore) {
    office_.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::temporary, Reason::mailbox_full, "", 0};
    };
    const Date today = china_date(office_.clock.now());
    ASSERT_EQ(office_.expire(office_.clock.now()), 0U); // from this day on
    const DocumentId document =
        office_.issue(department, {ChannelKind::email}, "91320199MA5JMH929H", today);
    work();
    ASSERT_EQ(office_.expire(office_.clock.now() + 24 * hour_ms), 1U);
    EXPECT_EQ(office_.state(document), LegState::cancelled);
    EXPECT_EQ(service(document).state, ServiceState::revoked);
    EXPECT_EQ(service(document).since, store::expiry_of(today).change.at);
}

TEST_F(ServiceCaseTest, AMailRelayThatTookItHasServedNobody) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    work();
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
}

TEST_F(ServiceCaseTest, ServesOnTheDayThatItHappenedNotWhenItWasLearned) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    work();
    const TimeMs delivered = office_.clock.now() + 1000;
    office_.clock.advance(5 * hour_ms);
    report(document, ChannelKind::email, LegStep::reached, delivered);
    const ServiceCase found = service(document);
    ASSERT_TRUE(found.basis);
    EXPECT_EQ(found.basis->happened, delivered);
    EXPECT_EQ(found.basis->learned, office_.clock.now());
}

TEST_F(ServiceCaseTest, FallbackIsDroppedOnceAnotherWayServed) {
    office_.fallback = {ChannelKind::email};
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    ASSERT_EQ(awaits_of(office_.leg(document, ChannelKind::email)), Awaits::turn);
    work();
    const store::LegRow mail = office_.leg(document, ChannelKind::email);
    EXPECT_EQ(leg_state(mail.state), LegState::cancelled);
    EXPECT_EQ(mail.reason, "served_already");
    office_.clock.advance(100 * hour_ms);
    work();
    EXPECT_TRUE(office_.email.sent.empty());
}

TEST_F(ServiceCaseTest, FallbackGoesAtOnceWhenAllBeforeItFailed) {
    office_.fallback = {ChannelKind::email};
    office_.portal.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::permanent, Reason::address_invalid, "", 0};
    };
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    work();
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::accepted);
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
}

TEST_F(ServiceCaseTest, FallbackGoesWhenThoseBeforeItHaveHadTheirTime) {
    office_.consent.reset();
    office_.fallback = {ChannelKind::email};
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    work();
    office_.clock.advance(71 * hour_ms);
    work();
    EXPECT_TRUE(office_.email.sent.empty());
    office_.clock.advance(2 * hour_ms);
    work(); // looks, and lets it go
    work();
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::accepted);
}

TEST_F(ServiceCaseTest, UnservedWhenEveryWayCameToNothingAndServedByALateReport) {
    const auto refused = [](const Dispatch&) {
        return Outcome{Outcome::Kind::permanent, Reason::address_invalid, "", 0};
    };
    office_.portal.answer = refused;
    const DocumentId document =
        office_.issue(department, {ChannelKind::portal, ChannelKind::email});
    work();
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
    report(document, ChannelKind::email, LegStep::bounce, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::unserved);
    report(document, ChannelKind::email, LegStep::late_report_reached, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::served);
}

TEST_F(ServiceCaseTest, ALateBounceTakesTheServiceBackAndAnotherWayStandsIn) {
    const DocumentId document =
        office_.issue(department, {ChannelKind::email, ChannelKind::portal});
    office_.portal.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::temporary, Reason::network, "", 0};
    };
    work();
    const TimeMs mailed = office_.clock.now();
    report(document, ChannelKind::email, LegStep::reached, mailed);
    office_.portal.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::accepted, Reason::none, "", 0};
    };
    office_.clock.advance(hour_ms);
    work();
    const TimeMs arrived = office_.clock.now();
    ASSERT_EQ(office_.state(document, ChannelKind::portal), LegState::reached);
    ASSERT_EQ(service(document).basis->happened, mailed);
    office_.clock.advance(hour_ms);
    report(document, ChannelKind::email, LegStep::bounce, office_.clock.now());
    const ServiceCase found = service(document);
    EXPECT_EQ(found.state, ServiceState::served);
    EXPECT_EQ(found.basis->rule, "portal-reached");
    EXPECT_EQ(found.basis->happened, arrived);
}

TEST_F(ServiceCaseTest, AContestedServiceWaitsForAPerson) {
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    work();
    report(document, ChannelKind::portal, LegStep::correction, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::disputed);
    report(document, ChannelKind::portal, LegStep::upheld, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::served);
    report(document, ChannelKind::portal, LegStep::correction, office_.clock.now());
    report(document, ChannelKind::portal, LegStep::overturned, office_.clock.now());
    EXPECT_EQ(service(document).state, ServiceState::unserved);
    EXPECT_FALSE(service(document).basis);
}

TEST_F(ServiceCaseTest, ADocumentThatHoldsNoMoreIsNotToBeServed) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    EXPECT_EQ(service(document).state, ServiceState::revoked);
    EXPECT_TRUE(office_.store.service_entries(document).value().empty());
}

/// A holiday note or a server's hearsay of before the opening is no opening.
TEST_F(ServiceCaseTest, WhatOnlyTellsOfALegNeitherServesNorDatesTheServiceBack) {
    office_.consent.reset();
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    work();
    office_.clock.advance(hour_ms);
    const TimeMs before = office_.clock.now();
    office_.clock.advance(hour_ms);
    const TimeMs opened = office_.clock.now();
    report(document, ChannelKind::email, LegStep::ack, opened);
    ASSERT_EQ(service(document).basis->happened, opened);
    const store::LegRow leg = office_.leg(document, ChannelKind::email);
    MailReport heard{MailReport::Kind::delivered, Reason::none, false, "2.0.0", before, "ab12"};
    const auto noted = settle_mail_report(leg, office_.store.leg_events(leg.id).value(), heard,
                                          office_.clock.now());
    ASSERT_EQ(noted.kind, ReportSettlement::Kind::noted);
    ASSERT_EQ(noted.update->events.front().happened, before);
    ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, *noted.update).value());
    EXPECT_EQ(service(document).basis->happened, opened);
    EXPECT_EQ(office_.store.service_entries(document).value().size(), 1U);
}

TEST_F(ServiceCaseTest, ANoticeServesNothing) {
    office_.consent.reset();
    office_.notices = {ChannelKind::email};
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    work();
    ASSERT_EQ(office_.email.told.size(), 1U);
    EXPECT_EQ(service(document).state, ServiceState::in_progress);
}

TEST_F(ServiceCaseTest, IsOpenUntilServedAndAgainWhenThatIsOverturned) {
    office_.serve_by = Date{2026, 12, 4};
    const DocumentId document = office_.issue(department, {ChannelKind::portal});
    const auto open = [&] {
        return office_.store.open_services(department, {2026, 12, 31}, std::nullopt, 10).value();
    };
    ASSERT_EQ(open().size(), 1U);
    EXPECT_EQ(open()[0], (store::OpenService{{2026, 12, 4}, document}));
    work();
    EXPECT_TRUE(open().empty());
    report(document, ChannelKind::portal, LegStep::bounce, office_.clock.now());
    EXPECT_EQ(open().size(), 1U);
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    EXPECT_TRUE(open().empty());
}

/// What happens to one document over three ways: each way's own story in its order, the stories
/// mixed anyhow, and each of them may be told late.
TEST_F(ServiceCaseTest, TheOrderOfLearningChangesNothing) {
    struct Told {
        ChannelKind channel;
        LegStep step;
        std::int64_t happened;
    };
    const std::vector<std::vector<Told>> stories = {
        {{ChannelKind::portal, LegStep::ack, 900}},
        {{ChannelKind::email, LegStep::reached, 300}, {ChannelKind::email, LegStep::bounce, 700}},
        {{ChannelKind::fax, LegStep::reached, 500}, {ChannelKind::fax, LegStep::ack, 800}}};
    std::mt19937 random(20'261'130); // NOLINT(cert-msc51-cpp): the same runs every time
    for (int run = 0; run < 2000; ++run) {
        Office office(static_cast<std::uint64_t>(run) + 1);
        office.consent = office_.consent;
        const DocumentId document =
            office.issue(department, {ChannelKind::portal, ChannelKind::email, ChannelKind::fax});
        const TimeMs start = office.clock.now();
        office.portal.answer = [](const Dispatch&) {
            return Outcome{Outcome::Kind::ambiguous, Reason::timeout, "", 0};
        };
        office::ScriptedChannel fax(false);
        Courier(office.parts({{ChannelKind::portal, office.portal, 1, 1},
                              {ChannelKind::email, office.email, 1, 1},
                              {ChannelKind::fax, fax, 1, 1}}))
            .run_once();
        std::vector<std::size_t> turns;
        for (std::size_t story = 0; story < stories.size(); ++story) {
            turns.insert(turns.end(), stories[story].size(), story);
        }
        std::shuffle(turns.begin(), turns.end(), random);
        std::array<std::size_t, 3> next{};
        for (const std::size_t story : turns) {
            const Told& told = stories[story][next.at(story)++];
            office.clock.advance(60'000);
            const store::LegRow leg = office.leg(document, told.channel);
            const bool portal = told.channel == ChannelKind::portal;
            store::LegUpdate update =
                portal ? *settle_opened(leg, start + told.happened) : store::LegUpdate{};
            if (!portal) {
                update.state =
                    static_cast<std::uint8_t>(*state_after(*leg_state(leg.state), told.step));
                update.events = {{std::string(step_name(told.step)), start + told.happened,
                                  office.clock.now(), update.state, ""}};
            }
            ASSERT_TRUE(office.store.append_leg_event(leg.id, leg.state, update).value());
        }
        const ServiceCase found =
            find_service_case(office.store, *office.store.find_document(document).value(),
                              office.clock.now())
                .value();
        ASSERT_EQ(found.state, ServiceState::served) << run;
        ASSERT_EQ(found.basis->happened, start + 500) << run; // the mail came back
        ASSERT_EQ(found.basis->rule, "fax-confirmed") << run;
    }
}

std::string states_page() {
    std::ostringstream out;
    out << "# Service case 送达任务\n\n"
           "The obligation to serve one document on its recipient, over all its legs "
           "([leg](leg.md)). Printed from `delivery/service_case.hpp` and\n`service_rules.hpp`; a "
           "test compares. Entries are append-only, written in the transaction in which a leg "
           "moved; the numbers are stored.\n\n| state | 中文 | steps |\n|---|---|---|\n";
    for (std::size_t number = 0; number < service_state_count; ++number) {
        const auto state = static_cast<ServiceState>(number);
        out << "| `" << state_name(state) << "` | " << state_name_zh(state) << " |";
        std::string separator = " ";
        for (const ServiceTransition& each : service_transitions) {
            if (each.from == state) {
                out << separator << step_name(each.step) << " → `" << state_name(each.to) << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    out << "\n`planned` is `in_progress` while nothing has left the house; `revoked` follows from "
           "the document's status: what holds no more and never will\nis not to be served. Neither "
           "is an entry.\n\n| # | entry | 中文 |\n|---|---|---|\n";
    for (std::uint8_t number = 1; number <= 8; ++number) {
        const auto step = static_cast<ServiceStep>(number);
        out << "| " << int{number} << " | " << step_name(step) << " | " << step_name_zh(step)
            << " |\n";
    }
    out << "\n## What counts as service\n\nVersion `" << service_rules_version
        << "`. A leg of service over a channel that comes to a state has served then. What is "
           "not here only tells (告知): text message,\nWeChat, voice and browser push never serve. "
           "Consent is the last that the recipient had given, and not taken back, when it "
           "happened.\n\n"
           "| rule | channel | state | consent | basis |\n|---|---|---|---|---|\n";
    for (const ServiceRule& rule : service_rules) {
        out << "| `" << rule.id << "` | " << channel_name(rule.channel) << " | `"
            << state_name(rule.at) << "` | " << (rule.needs_consent ? "needed" : "–") << " | "
            << rule.basis_zh << " |\n";
    }
    out << R"(
## Which moment

The day of service is the day on which it happened outside, never that of our learning. Of several successes the earliest counts: one that is
learned late and happened before the known one is another `served` entry. A late bounce of the leg by which it was served takes the
service back (`overturned`), and the earliest success of the others stands in. While a leg is
contested another that has arrived serves (`served`); upheld, it counts from its arrival again. So the order in which reports come changes nothing; a test
tells 2,000 histories in any order. What expired on its way is `revoked`.

## The other ways

What the recipient chose at once goes at once, whichever serves first. A fallback is a leg that is `held` with the reason `awaits_turn`: it goes
when all before it came to nothing, in the same transaction, or when they have had `fallback_after_hours` each; it is `cancelled` with
`served_already` once another way has served. When nothing is left and nothing served, the case is `unserved`: an alarm, and a person's turn.
)";
    return out.str();
}

TEST(ServiceStates, ThePageIsPrintedFromTheTables) {
    const std::string page = states_page();
    EXPECT_EQ(fakes::printed_page("docs/states/service.md", page), page);
}

TEST(ServiceStates, EveryStepLeadsSomewhereAndNoStateIsADeadEndButServed) {
    for (const ServiceTransition& each : service_transitions) {
        EXPECT_EQ(state_after(each.from, each.step), each.to);
    }
    for (const ServiceState state :
         {ServiceState::in_progress, ServiceState::unserved, ServiceState::by_hand,
          ServiceState::closed, ServiceState::disputed}) {
        EXPECT_TRUE(std::any_of(service_transitions.begin(), service_transitions.end(),
                                [&](const auto& each) {
                                    return each.from == state && each.to == ServiceState::served;
                                }))
            << state_name(state);
    }
}

TEST(ServiceStates, NoChannelThatOnlyTellsHasARule) {
    for (const ServiceRule& rule : service_rules) {
        EXPECT_TRUE(facts_of(rule.channel).serves) << rule.id;
    }
    for (const ChannelFacts& facts : channel_facts) {
        const bool may = std::any_of(service_rules.begin(), service_rules.end(),
                                     [&](const auto& rule) { return rule.channel == facts.kind; });
        EXPECT_EQ(may, facts.serves) << facts.name;
    }
}

} // namespace
} // namespace songda::delivery
