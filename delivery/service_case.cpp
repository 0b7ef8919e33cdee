#include "delivery/service_case.hpp"

#include <algorithm>
#include <utility>

#include "delivery/dead_letter.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/plan.hpp"
#include "delivery/service_rules.hpp"
#include "delivery/settle.hpp"
#include "delivery/tracking.hpp"

namespace songda::delivery {
namespace {

using store::LegEvent;
using store::LegRow;
using store::ServiceEntry;

std::optional<ServiceStep> step_of(const ServiceEntry& entry) {
    const bool known = entry.kind >= static_cast<std::uint8_t>(ServiceStep::served) &&
                       entry.kind <= static_cast<std::uint8_t>(ServiceStep::closed);
    return known ? std::optional(static_cast<ServiceStep>(entry.kind)) : std::nullopt;
}

void fold_one(ServiceFold& fold, const ServiceEntry& entry) {
    const auto step = step_of(entry);
    const auto after = step ? state_after(fold.state, *step) : std::nullopt;
    if (!after) {
        return;
    }
    const bool serves = *step == ServiceStep::served || *step == ServiceStep::served_by_hand;
    const bool earlier =
        !fold.basis || fold.state != ServiceState::served || entry.happened < fold.basis->happened;
    if (serves && earlier) {
        fold.basis = entry;
    } else if (*step == ServiceStep::overturned) {
        fold.basis.reset();
    }
    fold.state = *after;
    fold.last = entry;
}

/// Nothing more will come of it.
bool came_to_nothing(LegState state) {
    return state == LegState::refused || state == LegState::expired ||
           state == LegState::returned || state == LegState::failed || state == LegState::cancelled;
}

/// Nothing of it has left the house.
bool is_inside(LegState state) {
    return state == LegState::created || state == LegState::held || state == LegState::queued ||
           state == LegState::sending || state == LegState::retry_wait;
}

std::optional<store::ConsentEntry> consent_in_force(std::span<const store::ConsentEntry> consents) {
    return consents.empty() || !consents.back().given ? std::nullopt
                                                      : std::optional(consents.back());
}

/// What counts is what the recipient had agreed to by then.
bool consent_at(std::span<const store::ConsentEntry> consents, TimeMs when) {
    bool given = false;
    for (const store::ConsentEntry& each : consents) {
        given = each.at <= when ? each.given : given;
    }
    return given;
}

/// A step, or one more report of an arrival that is known.
bool counts(const LegEvent& event) {
    return is_step(event) || event.kind == tracked_arrival_kind;
}

/// Says where the recipient has it; that it had arrived after all is no arrival, nor is being told
/// of it once more.
bool says_arrival(const LegEvent& event) {
    return counts(event) && event.kind != step_name(LegStep::upheld) &&
           event.kind != step_name(LegStep::renotify);
}

/// The earliest event by which a leg has served, by the rules; none before it turned out that it
/// had not arrived.
struct Success {
    const ServiceRule* rule = nullptr;
    const LegEvent* event = nullptr;
};
Success find_success(const LegRow& leg, std::span<const LegEvent> events,
                     std::span<const store::ConsentEntry> consents) {
    Success found;
    for (const LegEvent& event : events) {
        const auto state = leg_state(event.state_after);
        if (state && came_to_nothing(*state) && is_step(event)) {
            found = {};
        }
        const ServiceRule* const rule =
            state ? find_service_rule(static_cast<ChannelKind>(leg.channel), *state,
                                      consent_at(consents, event.happened))
                  : nullptr;
        if (rule != nullptr && says_arrival(event) &&
            (found.event == nullptr || event.happened < found.event->happened)) {
            found = {rule, &event};
        }
    }
    return found;
}

/// Notes and the document's status move nothing.
const LegEvent* last_step(std::span<const LegEvent> events) {
    const auto found = std::find_if(events.rbegin(), events.rend(), &counts);
    return found == events.rend() ? nullptr : &*found;
}

/// So long after a notice nobody needs to be told that there is something.
constexpr std::int64_t just_told_ms = 3'600'000;

/// What follows, gathered step by step.
class Following {
public:
    explicit Following(const store::MovedLeg& moved)
        : moved_(moved), fold_(fold_service(moved.service)),
          event_(*last_step(moved.update.events)) {}

    store::ServiceAftermath run() {
        // A report that comes late may move a leg by several steps at once.
        for (const LegEvent& event : moved_.update.events) {
            const auto stands = leg_state(event.state_after);
            if (!counts(event) || !stands) {
                continue;
            }
            look_at_basis(event, *stands);
            if (event.kind == step_name(LegStep::upheld)) {
                take_all(); // contested no more, it counts from when it had arrived
            } else {
                take_success(moved_.leg, {event});
            }
        }
        if (fold_.state == ServiceState::served) {
            drop_fallbacks();
            drop_dead_letters();
        } else {
            go_on();
            tell_who_may_come();
        }
        tell_who_has_not_opened();
        after_.open = fold_.state != ServiceState::served && fold_.state != ServiceState::closed;
        return std::move(after_);
    }

private:
    [[nodiscard]] bool is_basis(const LegRow& leg) const {
        return fold_.basis && fold_.basis->leg == leg.id;
    }

    void add(ServiceStep step, const LegRow& leg, const LegEvent& event,
             const ServiceRule* rule = nullptr) {
        if (!state_after(fold_.state, step)) {
            return;
        }
        ServiceEntry entry;
        entry.kind = static_cast<std::uint8_t>(step);
        entry.happened = event.happened;
        entry.learned = event.learned;
        entry.leg = leg.id;
        if (rule != nullptr) {
            entry.rule = rule->id;
            entry.rules_version = service_rules_version;
        }
        fold_one(fold_, entry);
        after_.entries.push_back(std::move(entry));
    }

    /// The leg by which it is served is contested, or had not arrived after all.
    void look_at_basis(const LegEvent& event, LegState state) {
        if (!is_basis(moved_.leg)) {
            return;
        }
        if (state == LegState::disputed) {
            add(ServiceStep::disputed, moved_.leg, event);
            take_all();
        } else if (state == LegState::reached && fold_.state == ServiceState::disputed) {
            add(ServiceStep::upheld, moved_.leg, event);
        } else if (came_to_nothing(state)) {
            add(ServiceStep::overturned, moved_.leg, event);
            take_all();
        }
    }

    /// Whatever has arrived and is not contested.
    void take_all() {
        for (const LegRow& leg : moved_.legs) {
            const LegState stands = *leg_state(leg.state);
            const bool arrived = stands == LegState::reached || stands == LegState::acknowledged;
            if (arrived && leg.purpose == store::LegPurpose::service) {
                take_success(leg, moved_.events_of(leg.id));
            }
        }
    }

    /// First success wins, by when it happened and not by when it was learned.
    void take_success(const LegRow& leg, const std::vector<LegEvent>& events) {
        const Success success = find_success(leg, events, moved_.consents);
        if (success.event == nullptr) {
            return;
        }
        const bool known = fold_.state == ServiceState::served && fold_.basis &&
                           fold_.basis->happened <= success.event->happened;
        const bool contested = fold_.state == ServiceState::disputed && is_basis(leg);
        if (!known && !contested) {
            add(ServiceStep::served, leg, *success.event, success.rule);
        }
    }

    template <class Use>
    void each_fallback(Use use) {
        for (const LegRow& leg : moved_.legs) {
            if (leg.purpose == store::LegPurpose::service && awaits_of(leg) == Awaits::turn) {
                use(leg);
            }
        }
    }

    void drop_fallbacks() {
        each_fallback([&](const LegRow& leg) {
            after_.changes.push_back({leg.id, settle_not_needed(leg, event_.learned)});
        });
    }

    /// What was to bring it, or to tell that it is there, needs nobody any more.
    void drop_dead_letters() {
        for (const LegRow& leg : moved_.legs) {
            if (leg.dead_since && (is_service(leg) || is_chosen_notice(leg))) {
                after_.changes.push_back({leg.id, settle_seen_to(leg)});
            }
        }
    }

    /// The next fallback, once all others came to nothing; or nothing is left to be tried.
    void go_on() {
        const bool all_over =
            std::all_of(moved_.legs.begin(), moved_.legs.end(), [](const LegRow& leg) {
                return leg.purpose != store::LegPurpose::service ||
                       awaits_of(leg) == Awaits::turn || came_to_nothing(*leg_state(leg.state));
            });
        if (!all_over || !store::may_hold(moved_.status)) {
            return;
        }
        const LegRow* next = nullptr;
        each_fallback([&](const LegRow& leg) {
            if (next == nullptr || std::pair(leg.due, leg.id) < std::pair(next->due, next->id)) {
                next = &leg;
            }
        });
        if (next != nullptr) {
            after_.changes.push_back({next->id, settle_turn(*next, event_.learned)});
        } else if (fold_.state == ServiceState::in_progress) {
            add(ServiceStep::unserved, moved_.leg, event_);
        }
    }

    /// It may be collected from now on, or may be still. What an operator told is told.
    void tell_who_may_come() {
        const bool offered = event_.kind == step_name(LegStep::offered);
        const bool again = event_.kind == step_name(LegStep::renotify);
        if (*leg_state(moved_.leg.state) == LegState::available &&
            ((offered && !just_told()) || (again && event_.detail != operator_detail))) {
            after_.legs = tell_waiting(moved_.leg, moved_.legs, event_.learned);
        }
    }

    /// It arrived and was not opened, or nothing was heard of it since it was sent.
    void tell_who_has_not_opened() {
        const bool arrived = moved_.leg.state == static_cast<std::uint8_t>(LegState::reached);
        const bool unread = arrived && event_.kind == step_name(LegStep::renotify);
        const bool silent = event_.kind == step_name(LegStep::no_news) &&
                            facts_of(static_cast<ChannelKind>(moved_.leg.channel)).by_link &&
                            moved_.status == store::DocumentStatus::valid;
        if ((unread || silent) && !was_opened(moved_.legs) && !just_told()) {
            after_.legs = tell_waiting(moved_.leg, moved_.legs, event_.learned);
        }
    }

    /// A notice is about to go, or went just now.
    [[nodiscard]] bool just_told() const {
        return std::any_of(moved_.legs.begin(), moved_.legs.end(), [&](const LegRow& leg) {
            if (!is_chosen_notice(leg)) {
                return false;
            }
            const auto events = moved_.events_of(leg.id);
            return is_inside(*leg_state(leg.state)) ||
                   (!events.empty() && event_.learned < events.back().learned + just_told_ms);
        });
    }

    const store::MovedLeg& moved_;
    ServiceFold fold_;
    const LegEvent& event_; ///< the last of those that moved the leg
    store::ServiceAftermath after_;
};

} // namespace

std::string_view state_name(ServiceState state) {
    switch (state) {
    case ServiceState::planned: return "planned";
    case ServiceState::in_progress: return "in_progress";
    case ServiceState::served: return "served";
    case ServiceState::unserved: return "unserved";
    case ServiceState::by_hand: return "by_hand";
    case ServiceState::closed: return "closed";
    case ServiceState::disputed: return "disputed";
    case ServiceState::revoked: return "revoked";
    }
    return "";
}

std::string_view state_name_zh(ServiceState state) {
    switch (state) {
    case ServiceState::planned: return "待送达";
    case ServiceState::in_progress: return "送达中";
    case ServiceState::served: return "已送达";
    case ServiceState::unserved: return "未能送达";
    case ServiceState::by_hand: return "人工送达中";
    case ServiceState::closed: return "已终结";
    case ServiceState::disputed: return "送达有争议";
    case ServiceState::revoked: return "无需送达";
    }
    return "";
}

std::string_view step_name(ServiceStep step) {
    switch (step) {
    case ServiceStep::served: return "served";
    case ServiceStep::unserved: return "unserved";
    case ServiceStep::disputed: return "disputed";
    case ServiceStep::upheld: return "upheld";
    case ServiceStep::overturned: return "overturned";
    case ServiceStep::by_hand: return "by_hand";
    case ServiceStep::served_by_hand: return "served_by_hand";
    case ServiceStep::closed: return "closed";
    }
    return "";
}

std::string_view step_name_zh(ServiceStep step) {
    switch (step) {
    case ServiceStep::served: return "送达";
    case ServiceStep::unserved: return "各方式均未送达";
    case ServiceStep::disputed: return "对送达有异议";
    case ServiceStep::upheld: return "核实：确已送达";
    case ServiceStep::overturned: return "核实：并未送达";
    case ServiceStep::by_hand: return "转人工送达";
    case ServiceStep::served_by_hand: return "人工送达";
    case ServiceStep::closed: return "终结";
    }
    return "";
}

ServiceFold fold_service(std::span<const ServiceEntry> entries) {
    ServiceFold fold;
    for (const ServiceEntry& entry : entries) {
        fold_one(fold, entry);
    }
    return fold;
}

store::ServiceAftermath follow_service(const store::MovedLeg& moved) {
    const bool counts = moved.leg.purpose == store::LegPurpose::service &&
                        last_step(moved.update.events) != nullptr && leg_state(moved.leg.state);
    return counts ? Following(moved).run() : store::ServiceAftermath{};
}

Result<ServiceCase> find_service_case(store::Store& store, const store::DocumentRow& document,
                                      TimeMs now) {
    const auto entries = store.service_entries(document.id);
    const auto consents = store.consents(document.id);
    const auto legs = store.legs_of(document.id);
    const auto status = store.find_status(document);
    if (!entries.ok() || !consents.ok()) {
        return entries.ok() ? consents.error() : entries.error();
    }
    if (!legs.ok() || !status.ok()) {
        return legs.ok() ? status.error() : legs.error();
    }
    const ServiceFold fold = fold_service(entries.value());
    ServiceCase found;
    found.state = fold.state;
    found.since = fold.last ? fold.last->happened : document.issued_at;
    found.basis = fold.basis;
    found.consent = consent_in_force(consents.value());
    found.serve_by = document.serve_by;
    const bool inside =
        std::all_of(legs.value().begin(), legs.value().end(), [](const LegRow& leg) {
            const auto state = leg_state(leg.state);
            return leg.purpose != store::LegPurpose::service || (state && is_inside(*state));
        });
    if (fold.state == ServiceState::in_progress && inside) {
        found.state = ServiceState::planned;
    }
    const bool open = fold.state != ServiceState::served && fold.state != ServiceState::disputed;
    const bool over = document.valid_until && *document.valid_until < china_date(now) &&
                      !store::was_over_when_issued(document);
    const bool ended = !store::may_hold(status.value().change.status);
    if (open && (ended || over)) {
        found.state = ServiceState::revoked;
        found.since =
            ended ? status.value().change.at : store::expiry_of(*document.valid_until).change.at;
    }
    return found;
}

} // namespace songda::delivery
