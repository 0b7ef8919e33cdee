// The state table: exactly the steps of the reference, no dead ends, and the page that shows it is
// printed from it. SONGDA_UPDATE_PAGES=1 writes the page anew.
#include "delivery/leg_state.hpp"

#include <set>
#include <sstream>

#include <gtest/gtest.h>

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
    out << fates() << until_its_level;
    return out.str();
}

TEST(LegState, TableHasTheReferencesStepsTheLateReportAndTheHolds) {
    EXPECT_EQ(leg_transitions.size(), 85U + 1U + 2U);
    std::set<std::pair<LegState, LegStep>> seen;
    for (const LegTransition& each : leg_transitions) {
        EXPECT_TRUE(seen.insert({each.from, each.step}).second)
            << state_name(each.from) << ' ' << step_name(each.step) << " is listed twice";
    }
}

TEST(LegState, EveryPairThatIsNotListedIsRefused) {
    std::size_t allowed = 0;
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        for (int step = 0; step <= static_cast<int>(LegStep::overturned); ++step) {
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
