// The state table: exactly the steps of the reference, no dead ends, and the page that shows it is
// printed from it. SONGDA_UPDATE_PAGES=1 writes the page anew.
#include "delivery/leg_state.hpp"

#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "delivery/leg_watch.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/policy.hpp"
#include "delivery/settle.hpp"
#include "tests/fakes/printed_page.hpp"

namespace songda::delivery {
namespace {

LegState state(std::size_t number) {
    return *leg_state(static_cast<std::uint8_t>(number));
}

std::set<LegState> reachable_from(LegState start) {
    std::set<LegState> found = {start};
    for (std::size_t before = 0; before != found.size();) {
        before = found.size();
        for (const LegTransition& each : leg_transitions) {
            if (found.contains(each.from)) {
                found.insert(each.to);
            }
        }
    }
    return found;
}

std::string_view fate_name(Fate fate) {
    switch (fate) {
    case Fate::stays: return "–";
    case Fate::stopped: return "stopped → `cancelled`";
    case Fate::held: return "held → `held`";
    case Fate::released: return "released → `queued`";
    case Fate::marked: return "marked";
    }
    return "";
}

/// What a leg of service meets when its document's status changes.
std::string fates() {
    using store::DocumentStatus;
    std::string again;
    std::string never;
    for (const DocumentStatus status : store::document_statuses) {
        if (status != DocumentStatus::valid) {
            const bool may = store::may_follow(status, DocumentStatus::valid);
            std::string& to = may ? again : never;
            to += (to.empty() ? "`" : ", `") + std::string(store::status_name(status)) + '`';
        }
    }
    never += ", `" + std::string(store::status_name(DocumentStatus::expired)) + '`';
    std::ostringstream out;
    out << "\n## When the document's status changes\n\n"
           "Printed from `fate_of` (`delivery/settle.hpp`). A leg of service by its state and by "
           "what the document is from then on:\nwhat may hold again ("
        << again << ") keeps waiting legs, what never does (" << never
        << ") stops them.\n\n| state | holds again | may hold again | holds never again |\n"
           "|---|---|---|---|\n";
    const auto row = [&](const std::string& name, LegState each, bool by_status) {
        out << "| " << name;
        for (const DocumentStatus holds :
             {DocumentStatus::valid, DocumentStatus::suspended, DocumentStatus::revoked}) {
            const Fate fate = fate_of(each, by_status, holds);
            const bool back = fate == Fate::marked && holds == DocumentStatus::valid;
            out << " | " << (back ? "mark taken back" : fate_name(fate));
        }
        out << " |\n";
    };
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        const std::string name = '`' + std::string(state_name(state(number))) + '`';
        if (state(number) == LegState::held) {
            row(name + " for the document's status", LegState::held, true);
            row(name + " for another reason", LegState::held, false);
        } else {
            row(name, state(number), false);
        }
    }
    out << "\nIt happens in the transaction of the change, and once more when a courier has "
           "claimed a leg and looks at the document. Stopped and\nheld legs have the status as "
           "their reason. A held leg is looked at every ten minutes too; once released, its time "
           "to be delivered\nbegins anew. A marked leg goes on as it was, `sending`, `unknown` and "
           "`reached` included: the event `document_status` with the status\nas its detail is "
           "what the delivery view shows; holding again takes the mark back. A `failed` leg of "
           "unknown outcome counts as\n`unknown`. Of a copy the status is its own, or its main's "
           "if that does not hold.\n\nLegs that tell (告知, 抄送) are never stopped: one that "
           "waits while the status changes again still goes, in its turn, and says that it\nis "
           "history and what holds now. Replacing it would hide from the recipient, and from who "
           "supervises, that there was such a time. Nobody answers them: a mail that was accepted "
           "rests at\n`accepted`.\n";
    return out.str();
}

/// Words of delivery/standing.hpp and settle.hpp.
constexpr std::string_view until_its_level = R"(
## Until its level is reached

A document whose template wants more than its signature ([level](../formats/template.md)) has its legs of service `held` from the
beginning, with the level as their reason: `awaits_B-LT`. The transaction that puts the revision which reaches it moves them: `queued`
if the document holds, `held` with its status if it may hold again, `cancelled` if it never does. What carries the document then carries
the file with its revisions. As with other held legs no deadline runs; once released, the time to be delivered begins anew. A leg that
was added meanwhile is held when a courier comes to it, and held legs are looked at once an hour. A status that ends a document for good
stops them; any other leaves them waiting for the level. Until then the applicant's inbox says that the document is signed and waits for
its trusted time-stamp, and hands nothing over; its department has the file at any time. Legs that tell wait for no level.
)";

/// What a report does, in words.
std::string doing(const store::LegRow& leg, MailReport::Kind kind) {
    MailReport report;
    report.kind = kind;
    report.reason = kind == MailReport::Kind::failed ? Reason::bounced : Reason::none;
    const ReportSettlement settled = settle_mail_report(leg, {}, report, TimeMs{1});
    if (settled.kind == ReportSettlement::Kind::later) {
        return "waits";
    }
    if (settled.kind == ReportSettlement::Kind::noted) {
        return settled.update->reason == leg.reason ? "note" : "note, and its reason";
    }
    std::string words;
    for (const store::LegEvent& event : settled.update->events) {
        words += (words.empty() ? "" : ", ") + event.kind;
    }
    return words + " → `" + std::string(state_name(*leg_state(settled.update->state))) + '`';
}

std::string returned() {
    std::ostringstream out;
    out << "\n## When mail comes back\n\n"
           "Printed from `settle_mail_report` (`delivery/mail_report.hpp`; [what a report means]"
           "(../formats/mail.md#what-comes-back)). A leg of e-mail by its state:\n\n"
           "| state | a bounce | `delivered` that is believed |\n|---|---|---|\n";
    const auto row = [&out](std::string_view name, const store::LegRow& leg) {
        out << "| " << name << " | " << doing(leg, MailReport::Kind::failed) << " | "
            << doing(leg, MailReport::Kind::delivered) << " |\n";
    };
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        store::LegRow leg;
        leg.channel = static_cast<std::uint8_t>(ChannelKind::email);
        leg.state = static_cast<std::uint8_t>(number);
        row('`' + std::string(state_name(state(number))) + '`', leg);
        if (state(number) == LegState::failed) {
            leg.reason = reason_name(Reason::outcome_unknown);
            row("`failed`, nobody knew", leg);
        }
    }
    out << R"(
A note is the event `mail_report`; it moves nothing. While the leg is with a courier the mail waits. What is delayed, passed on, a complaint or not
understood is a note in every state. Whatever the order in which reports come, and however often, the leg ends alike, but for what the
table of steps decides itself: an opening and a bounce, of which the first stands.
)";
    return out.str();
}

/// Who watches each state, and what an operator may record.
std::string watches() {
    std::ostringstream out;
    out << "\n## Who watches\n\n"
           "Printed from `delivery/leg_watch.hpp`. Past its limit a courier records the step by "
           "itself; ⚠: coming to the state is a warning in the\nlog (`leg_settled`) and counted "
           "(`songda_legs_settled_total`). `songda delivery DOCUMENT --leg ID --step STEP --reason "
           "…` records what an operator\nfound out; who and why is in the audit.\n\n"
           "| state | ⚠ | limit | past it | by an operator |\n|---|---|---|---|---|\n";
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        const LegWatch& watch = watch_of(state(number));
        out << "| `" << state_name(watch.state) << "` | " << (watch.alarms ? "⚠" : "") << " | "
            << limit_words(watch.limit) << " | "
            << (watch.overdue ? step_name(*watch.overdue) : "–") << " |";
        std::string separator = " ";
        for (const LegTransition& each : leg_transitions) {
            if (each.from == watch.state && watch.by_operator.has(each.step)) {
                out << separator << '`' << step_name(each.step) << "` "
                    << step_meaning_zh(each.step);
                separator = " · ";
            }
        }
        out << " |\n";
    }
    out << "\nA leg that waits for its document (`held`) has no limit of its own, and is not let "
           "go by hand. What only tells (告知, 抄送) rests at `accepted`.\n`failed` is open to a "
           "late report only when nobody knows that it failed: `outcome_unknown`, `no_news`.\n"
           "Its addressee is told by the chosen notices of what may be collected, of what was not "
           "opened in 3 days, and of a mail of which nothing\nwas heard in 72 h; not once somebody "
           "has opened or taken the document, and not while it does not hold.\n";
    return out.str();
}

std::string page() {
    std::ostringstream out;
    out << "# States of a leg 渠道投递\n\n"
           "Printed from `delivery/leg_state.hpp`; a test compares. The numbers are stored.\n\n"
           "| # | state | 中文 | steps |\n|---|---|---|---|\n";
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        out << "| " << number << " | `" << state_name(state(number)) << "` | "
            << state_name_zh(state(number)) << " |";
        std::string separator = " ";
        for (const LegTransition& each : leg_transitions) {
            if (each.from == state(number)) {
                out << separator << step_name(each.step) << " → `" << state_name(each.to) << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    out << watches() << fates() << until_its_level << returned();
    return out.str();
}

TEST(LegState, TableHasTheReferencesStepsAndThoseThatTheHeaderNames) {
    EXPECT_EQ(leg_transitions.size(), 85U + 1U + 2U + 16U + 2U + 1U);
    std::set<std::pair<LegState, LegStep>> seen;
    for (const LegTransition& each : leg_transitions) {
        EXPECT_TRUE(seen.insert({each.from, each.step}).second)
            << state_name(each.from) << ' ' << step_name(each.step) << " is listed twice";
    }
}

TEST(LegState, EveryPairThatIsNotListedIsRefused) {
    std::size_t allowed = 0;
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        for (std::size_t step = 0; step < leg_step_count; ++step) {
            allowed += state_after(state(number), static_cast<LegStep>(step)) ? 1U : 0U;
        }
    }
    EXPECT_EQ(allowed, leg_transitions.size());
}

TEST(LegState, EveryStateIsReachedAndReachesAnEnd) {
    EXPECT_EQ(reachable_from(LegState::created).size(), leg_state_count);
    const std::set<LegState> ends = {LegState::returned, LegState::cancelled, LegState::failed,
                                     LegState::reached, LegState::acknowledged};
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        bool ends_somewhere = false;
        for (const LegState each : reachable_from(state(number))) {
            ends_somewhere = ends_somewhere || ends.contains(each);
        }
        EXPECT_TRUE(ends_somewhere) << state_name(state(number));
    }
}

/// Ends for dispatch (delivery.md §1.2), all but `disputed` and what is still under way. What
/// nobody opened is told of once.
bool rests(LegState state) {
    const LegLimit limit = watch_of(state).limit;
    return limit == LegLimit::none || limit == LegLimit::unread;
}

TEST(LegWatch, NoStateThatDoesNotRestLacksALimitASweeperOrAnOperatorsStep) {
    const std::set<LegState> ends = {LegState::reached,  LegState::acknowledged, LegState::refused,
                                     LegState::expired,  LegState::returned,     LegState::failed,
                                     LegState::cancelled};
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        const LegWatch& watch = watch_of(state(number));
        ASSERT_EQ(watch.state, state(number));
        EXPECT_EQ(rests(watch.state), ends.contains(watch.state)) << state_name(watch.state);
        std::size_t by_operator = 0;
        for (std::size_t step = 0; step < leg_step_count; ++step) {
            const auto each = static_cast<LegStep>(step);
            if (watch.by_operator.has(each)) {
                ++by_operator;
                EXPECT_TRUE(state_after(watch.state, each))
                    << state_name(watch.state) << ' ' << step_name(each);
                EXPECT_FALSE(step_meaning_zh(each).empty()) << step_name(each);
                EXPECT_FALSE(step_meaning(each).empty()) << step_name(each);
                EXPECT_EQ(parse_step(step_name(each)), each);
            }
        }
        if (!rests(watch.state)) {
            EXPECT_GT(by_operator, 0U) << state_name(watch.state);
            // Only a dispute waits for a person, and tells so each day.
            EXPECT_TRUE(watch.overdue || (watch.state == LegState::disputed && watch.alarms));
        }
        if (watch.overdue) {
            EXPECT_TRUE(state_after(watch.state, *watch.overdue)) << state_name(watch.state);
        }
    }
}

/// Time alone ends every leg but a contested one, within seven steps.
TEST(LegWatch, NoStateIsStuck) {
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        LegState each = state(number);
        for (int steps = 0; steps < 7 && watch_of(each).overdue; ++steps) {
            each = *state_after(each, *watch_of(each).overdue);
        }
        EXPECT_TRUE(rests(each) || each == LegState::disputed) << state_name(state(number));
    }
}

TEST(LegWatch, ThePageTellsThePoliciesTimes) {
    constexpr std::int64_t hour = 3'600'000;
    EXPECT_EQ(policy_of(ChannelKind::portal).unknown, hour);
    EXPECT_EQ(policy_of(ChannelKind::email).unknown, 24 * hour);
    for (const ChannelKind kind : {ChannelKind::portal, ChannelKind::email}) {
        EXPECT_EQ(policy_of(kind).no_news, 72 * hour);
    }
}

TEST(LegState, UnknownNumbersAreNotStates) {
    EXPECT_FALSE(leg_state(0));
    EXPECT_FALSE(leg_state(21));
    EXPECT_EQ(leg_state(20), LegState::disputed);
}

TEST(LegState, PageShowsTheTable) {
    EXPECT_EQ(fakes::printed_page("docs/states/leg.md", page()), page());
}

} // namespace
} // namespace songda::delivery
