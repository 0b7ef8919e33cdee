// What must hold, compared with what really happened and not with what the engine believes.
#include <algorithm>

#include "base/text_codec.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/service_rules.hpp"
#include "delivery/settle.hpp"
#include "delivery/tracking.hpp"
#include "tests/simulation/history.hpp"

namespace songda::simulation {
namespace {

using delivery::ChannelKind;
using delivery::LegState;
using delivery::LegStep;
using delivery::ServiceState;
using store::LegEvent;
using store::LegRow;

bool came_to_nothing(LegState state) {
    return state == LegState::refused || state == LegState::expired ||
           state == LegState::returned || state == LegState::failed || state == LegState::cancelled;
}

/// Where a leg may be without an event: being leased, and given back untried, are none.
std::vector<LegState> around(LegState state) {
    if (state == LegState::queued || state == LegState::retry_wait) {
        return {LegState::queued, LegState::sending, LegState::retry_wait};
    }
    return {state};
}

bool may_follow(LegState state, const LegEvent& event) {
    const auto after = static_cast<LegState>(event.state_after);
    const auto step = delivery::parse_step(event.kind);
    for (const LegState from : around(state)) {
        const bool moves = step && delivery::state_after(from, *step) == after;
        const bool stays = !delivery::is_step(event) && from == after;
        if (moves || stays) {
            return true;
        }
    }
    return false;
}

/// The leg's events are a path of the table from its making to where it stands.
std::string find_gap(const LegRow& leg, const std::vector<LegEvent>& events) {
    // Made queued, or held: which of the two the first event says, or the state.
    std::vector<LegState> starts = {LegState::queued, LegState::held};
    std::string gap;
    for (LegState state : starts) {
        gap.clear();
        for (const LegEvent& event : events) {
            if (!may_follow(state, event)) {
                gap = std::string(delivery::state_name(state)) + " -" + event.kind + "-> " +
                      std::string(delivery::state_name(static_cast<LegState>(event.state_after)));
                break;
            }
            state = delivery::is_step(event) ? static_cast<LegState>(event.state_after) : state;
        }
        const auto reachable = around(state);
        const auto stands = static_cast<LegState>(leg.state);
        if (gap.empty() &&
            std::find(reachable.begin(), reachable.end(), stands) == reachable.end()) {
            gap = "the last event says " + std::string(delivery::state_name(state));
        }
        if (gap.empty()) {
            return {};
        }
    }
    return gap;
}

/// Events that say where the recipient has it, and when.
bool says_arrival(const LegEvent& event) {
    const auto step = delivery::parse_step(event.kind);
    if (event.kind == delivery::tracked_arrival_kind) {
        return true;
    }
    return step && (*step == LegStep::reached || *step == LegStep::late_report_reached ||
                    *step == LegStep::ack || *step == LegStep::collect);
}

bool is_so(const LegTruth& truth, const LegEvent& event) {
    return std::any_of(truth.facts.begin(), truth.facts.end(), [&](const Fact& fact) {
        return static_cast<std::uint8_t>(fact.state) == event.state_after &&
               fact.from <= event.happened && event.happened <= fact.until;
    });
}

bool consent_at(const std::vector<store::ConsentEntry>& consents, TimeMs when) {
    bool given = false;
    for (const store::ConsentEntry& each : consents) {
        given = each.at <= when ? each.given : given;
    }
    return given;
}

class Checker {
public:
    Checker(store::Store& store, Truth& truth, TimeMs now)
        : store_(store), truth_(truth), now_(now) {}

    void run() {
        for (const DocumentTruth& document : truth_.documents) {
            const auto legs = store_.legs_of(document.id).value();
            for (const LegRow& leg : legs) {
                check_leg(document, leg);
            }
            check_case(document, legs);
            check_dead_letters(document, legs);
            check_evidence(document, legs);
        }
    }

private:
    /// Everything that happened since the issue has its record, and each names the one before.
    void check_evidence(const DocumentTruth& document, const std::vector<LegRow>& legs) {
        const auto records = store_.evidence_of(document.id).value();
        std::size_t happened = 1; // that it was taken in
        for (const LegRow& leg : legs) {
            happened += store_.leg_events(leg.id).value().size();
        }
        happened += store_.service_entries(document.id).value().size();
        happened += store_.consents(document.id).value().size();
        const auto served = std::find_if(legs.begin(), legs.end(), [](const LegRow& leg) {
            return leg.purpose == store::LegPurpose::service;
        });
        for (const store::InboxEntry& entry : store_.inbox(served->inbox).value()) {
            happened += entry.document == document.id && entry.opened ? 1U : 0U;
        }
        if (!records.empty() && records.size() != happened) {
            truth_.fault("document " + to_text(document.id) + ": " +
                         std::to_string(records.size()) + " records of evidence for " +
                         std::to_string(happened) + " events");
        }
        for (std::size_t at = 1; at < records.size(); ++at) {
            if (!records[at].text.starts_with(to_hex(store::hash_of(records[at - 1])))) {
                truth_.fault("document " + to_text(document.id) + ": record " +
                             std::to_string(at + 1) + " does not go on from the one before");
            }
        }
        truth_.counts["records of evidence"] += records.size();
    }

    void fault(const LegRow& leg, const std::string& what) {
        truth_.fault("leg " + to_text(leg.id) + " over " +
                     std::string(delivery::channel_name(static_cast<ChannelKind>(leg.channel))) +
                     " (" + std::string(delivery::state_name(static_cast<LegState>(leg.state))) +
                     ' ' + leg.reason + "): " + what);
    }

    void check_leg(const DocumentTruth& document, const LegRow& leg) {
        const auto events = store_.leg_events(leg.id).value();
        const LegTruth& truth = truth_.leg(leg.id);
        check_rest(document, leg);
        const std::string gap = find_gap(leg, events);
        if (!gap.empty()) {
            fault(leg, "its history has a gap: " + gap);
        }
        for (const std::string& mark : truth.kept) {
            if (std::none_of(events.begin(), events.end(),
                             [&](const LegEvent& each) { return each.detail.ends_with(mark); })) {
                fault(leg, "what was kept of it is gone: " + mark);
            }
        }
        for (const LegEvent& event : events) {
            if (says_arrival(event) && !is_so(truth, event)) {
                fault(leg, "it says what never happened: " + event.kind);
            }
        }
        check_effects(leg, events, truth);
        check_tracked(leg, events);
        const auto state = static_cast<LegState>(leg.state);
        if (leg.dead_since && state != LegState::failed && state != LegState::expired) {
            fault(leg, "it is a dead letter, and was not given up");
        }
    }

    /// What was given up is on the list, unless another way served in between.
    void check_dead_letters(const DocumentTruth& document, const std::vector<LegRow>& legs) {
        const auto entries = store_.service_entries(document.id).value();
        const bool served =
            std::any_of(entries.begin(), entries.end(), [](const store::ServiceEntry& entry) {
                const auto step = static_cast<delivery::ServiceStep>(entry.kind);
                return step == delivery::ServiceStep::served ||
                       step == delivery::ServiceStep::served_by_hand;
            });
        for (const LegRow& leg : legs) {
            if (!served && leg.state == static_cast<std::uint8_t>(LegState::failed) &&
                !leg.dead_since) {
                fault(leg, "it was given up, and is no dead letter");
            }
            truth_.counts["dead letters"] += leg.dead_since ? 1U : 0U;
        }
    }

    /// What its events mean together is where it stands, unless a person or time had a say.
    void check_tracked(const LegRow& leg, const std::vector<LegEvent>& events) {
        const auto tracked = store_.tracked_events(leg.id).value();
        const auto fold = delivery::fold_tracking(tracked);
        const bool asked = std::any_of(events.begin(), events.end(), [](const LegEvent& event) {
            return event.kind == delivery::step_name(LegStep::correction);
        });
        const bool by_person = std::any_of(events.begin(), events.end(), [](const LegEvent& event) {
            return event.detail == delivery::operator_detail;
        });
        truth_.counts["tracked disputes"] += asked ? 1U : 0U;
        if (!fold.state || by_person || asked) {
            return;
        }
        const auto state = static_cast<LegState>(leg.state);
        if (fold.contradicted) {
            fault(leg, "what is tracked contradicts itself, and nobody was asked");
        } else if (delivery::band_of(*fold.state) > 2 && state != *fold.state) {
            fault(leg, "what is tracked says " + std::string(delivery::state_name(*fold.state)));
        }
    }

    /// It rests, and nobody will claim it; or it waits for something that may still come.
    void check_rest(const DocumentTruth& document, const LegRow& leg) {
        const auto state = static_cast<LegState>(leg.state);
        const bool tells = leg.purpose != store::LegPurpose::service;
        const bool rests =
            came_to_nothing(state) || state == LegState::reached ||
            state == LegState::acknowledged ||
            (tells && (state == LegState::accepted || state == LegState::in_transit));
        const bool waits = state == LegState::held && leg.due && now_ < *leg.due &&
                           document.status != store::DocumentStatus::valid &&
                           store::may_hold(document.status);
        if (!waits && (!rests || leg.due)) {
            fault(leg, "it does not come to rest");
        }
        if (state == LegState::failed && leg.reason.empty()) {
            // Perhaps an operator decided: then the event says so.
            fault(leg, "it failed without a reason");
        }
    }

    void check_effects(const LegRow& leg, const std::vector<LegEvent>& events,
                       const LegTruth& truth) {
        if (truth.taken > 1) {
            fault(leg, "it was taken " + std::to_string(truth.taken) + " times");
        }
        const bool idempotent = leg.channel == static_cast<std::uint8_t>(ChannelKind::portal) ||
                                leg.channel == static_cast<std::uint8_t>(ChannelKind::counter);
        const bool told = std::any_of(events.begin(), events.end(), [](const LegEvent& event) {
            return event.kind == "accepted" || event.kind == "reached" ||
                   event.kind == "late_report_reached" || event.kind == "offered" ||
                   event.state_after == static_cast<std::uint8_t>(LegState::unknown);
        });
        if (!idempotent && truth.taken > 0 && !told) {
            fault(leg, "it was taken, and nothing in its history says that it may have been");
        }
        const auto state = static_cast<LegState>(leg.state);
        const bool upheld = std::any_of(events.begin(), events.end(), [](const LegEvent& event) {
            return event.kind == delivery::step_name(LegStep::upheld);
        });
        if (truth.bounce_told && state == LegState::reached && !upheld) {
            fault(leg, "it came back, and counts as arrived");
        }
        if (truth.taken == 0 && (state == LegState::reached || state == LegState::accepted)) {
            fault(leg, "it never left");
        }
    }

    void check_case(const DocumentTruth& document, const std::vector<LegRow>& legs) {
        const auto row = store_.find_document(document.id).value();
        const auto found = delivery::find_service_case(store_, *row, now_).value();
        const bool nothing_left = std::all_of(legs.begin(), legs.end(), [](const LegRow& leg) {
            return leg.purpose != store::LegPurpose::service ||
                   came_to_nothing(static_cast<LegState>(leg.state));
        });
        const std::string name = "document " + to_text(document.id) + " (" +
                                 std::string(delivery::state_name(found.state)) + "): ";
        if (nothing_left &&
            (found.state == ServiceState::planned || found.state == ServiceState::in_progress)) {
            truth_.fault(name + "all its ways came to nothing, and nobody is told");
        }
        if (!document.by_hand) {
            check_service(name, found, document, legs);
            check_order(name, found, document, legs);
        }
    }

    /// The earliest arrival that counts, of legs that stand by it.
    void check_service(const std::string& name, const delivery::ServiceCase& found,
                       const DocumentTruth& document, const std::vector<LegRow>& legs) {
        const auto consents = store_.consents(document.id).value();
        std::optional<TimeMs> earliest;
        for (const LegRow& leg : legs) {
            const auto state = static_cast<LegState>(leg.state);
            const bool stands = state == LegState::reached || state == LegState::acknowledged;
            if (leg.purpose != store::LegPurpose::service || !stands) {
                continue;
            }
            std::optional<TimeMs> own;
            for (const LegEvent& event : store_.leg_events(leg.id).value()) {
                if (delivery::is_step(event) &&
                    came_to_nothing(static_cast<LegState>(event.state_after))) {
                    own.reset(); // what arrived before had not
                }
                const auto* const rule = delivery::find_service_rule(
                    static_cast<ChannelKind>(leg.channel), static_cast<LegState>(event.state_after),
                    consent_at(consents, event.happened));
                if (says_arrival(event) && rule != nullptr) {
                    own = std::min(own.value_or(event.happened), event.happened);
                }
            }
            if (own) {
                earliest = std::min(earliest.value_or(*own), *own);
            }
        }
        const bool served = found.state == ServiceState::served;
        if (served != earliest.has_value()) {
            truth_.fault(name +
                         (served ? "nothing serves it" : "it is served, and nobody says so"));
        } else if (served && found.basis->happened != *earliest) {
            truth_.fault(name + "served at " + to_china_time(found.basis->happened) +
                         ", and it was at " + to_china_time(*earliest));
        } else if (served) {
            ++truth_.counts["served"];
        }
        truth_.counts["unserved"] += found.state == ServiceState::unserved ? 1U : 0U;
    }

    /// The legs' events told once more in another order of the legs: the same case.
    void check_order(const std::string& name, const delivery::ServiceCase& found,
                     const DocumentTruth& document, std::vector<LegRow> legs) {
        struct Told {
            std::size_t leg;
            LegEvent event;
        };
        std::vector<Told> told;
        for (std::size_t at = legs.size(); at-- > 0;) { // those that came last come first
            for (const LegEvent& event : store_.leg_events(legs[at].id).value()) {
                told.push_back({at, event});
            }
            legs[at].state = static_cast<std::uint8_t>(LegState::queued);
            legs[at].reason.clear();
        }
        const auto row = store_.find_document(document.id).value();
        const auto consents = store_.consents(document.id).value();
        std::vector<store::ServiceEntry> entries;
        std::map<LegId, std::vector<LegEvent>> known;
        for (const Told& each : told) {
            LegRow& leg = legs[each.leg];
            leg.state = each.event.state_after;
            known[leg.id].push_back(each.event);
            store::LegUpdate update;
            update.state = leg.state;
            update.events = {each.event};
            const auto after =
                delivery::follow_service({*row, document.status, leg, update, legs, entries,
                                          consents, [&](const LegId& id) { return known[id]; }});
            entries.insert(entries.end(), after.entries.begin(), after.entries.end());
        }
        const delivery::ServiceFold fold = delivery::fold_service(entries);
        const bool same =
            (fold.state == ServiceState::served) == (found.state == ServiceState::served) &&
            (fold.state != ServiceState::served || fold.basis->happened == found.basis->happened);
        if (!same) {
            truth_.fault(name + "told in another order it is " +
                         std::string(delivery::state_name(fold.state)) +
                         (fold.basis ? " at " + to_china_time(fold.basis->happened) : ""));
        }
    }

    store::Store& store_;
    Truth& truth_;
    const TimeMs now_;
};

} // namespace

/// In passing: no leg that nobody will look at again, and none that is late in peace.
void History::look_around() {
    for (const LegRow& leg : all_legs()) {
        const auto state = static_cast<LegState>(leg.state);
        const delivery::LegLimit limit = delivery::watch_of(state).limit;
        const bool rests = limit == delivery::LegLimit::none || limit == delivery::LegLimit::unread;
        const bool tells = leg.purpose != store::LegPurpose::service;
        if (!rests && !leg.due && !tells) {
            truth_.fault("leg " + to_text(leg.id) + " is forgotten at " +
                         std::string(delivery::state_name(state)));
        }
        if (world_.peace && leg.due && *leg.due <= clock_.now()) {
            truth_.fault("leg " + to_text(leg.id) + " is stuck at " +
                         std::string(delivery::state_name(state)));
        }
    }
}

std::string History::describe() {
    std::string text;
    for (const DocumentTruth& document : truth_.documents) {
        text += "document " + to_text(document.id) + '\n';
        for (const store::ConsentEntry& each : store().consents(document.id).value()) {
            text += "  consent " + std::string(each.given ? "given " : "taken back ") +
                    to_china_time(each.at) + '\n';
        }
        for (const LegRow& leg : store().legs_of(document.id).value()) {
            text += "  leg " + to_text(leg.id) + ' ' +
                    std::string(delivery::channel_name(static_cast<ChannelKind>(leg.channel))) +
                    ' ' + std::string(delivery::purpose_name(leg.purpose)) + '\n';
            for (const LegEvent& event : store().leg_events(leg.id).value()) {
                text +=
                    "    " + to_china_time(event.happened) + " learned " +
                    to_china_time(event.learned) + ' ' + event.kind + " -> " +
                    std::string(delivery::state_name(static_cast<LegState>(event.state_after))) +
                    ' ' + event.detail + '\n';
            }
        }
        for (const store::ServiceEntry& each : store().service_entries(document.id).value()) {
            text +=
                "  " + to_china_time(each.happened) + " learned " + to_china_time(each.learned) +
                ' ' +
                std::string(delivery::step_name(static_cast<delivery::ServiceStep>(each.kind))) +
                (each.leg ? ' ' + to_text(*each.leg) : "") + '\n';
        }
    }
    return text;
}

std::vector<std::string> History::check() {
    Checker(store(), truth_, clock_.now()).run();
    return truth_.faults;
}

} // namespace songda::simulation
