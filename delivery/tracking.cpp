#include "delivery/tracking.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <tuple>
#include <vector>

#include "base/check.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

using store::LegEvent;
using store::LegUpdate;
using store::TrackedEvent;
using Steps = std::vector<LegStep>;

LegState meaning_of(const TrackedEvent& event) {
    return leg_state(event.state).value_or(LegState::created);
}

bool is_understood(const TrackedEvent& event) {
    return band_of(meaning_of(event)) > 0;
}

bool voids(const TrackedEvent& voiding, const TrackedEvent& event) {
    return voiding.source == event.source && voiding.id != event.id &&
           std::find(voiding.voids.begin(), voiding.voids.end(), event.id) != voiding.voids.end();
}

/// Who decides: the greatest. Nothing in it depends on when it was told.
auto weight_of(const TrackedEvent& event) {
    const LegState state = meaning_of(event);
    return std::tuple(band_of(state), state != LegState::accepted, event.occurred,
                      std::string_view(event.id), std::string_view(event.source),
                      std::string_view(event.code), event.state);
}

/// Steps by which reports move a leg. `deadline` is ours where nothing has left the house, and a
/// bounce takes an arrival back: that is said below.
bool is_reported(const LegTransition& each) {
    constexpr std::array steps = {
        LegStep::enqueue, LegStep::release,        LegStep::due,
        LegStep::lease,   LegStep::accepted,       LegStep::reached,
        LegStep::offered, LegStep::found_accepted, LegStep::late_report_reached,
        LegStep::moving,  LegStep::attempt_failed, LegStep::ack,
        LegStep::collect, LegStep::refused,        LegStep::returning,
        LegStep::lost,    LegStep::returned};
    const bool overdue = each.step == LegStep::deadline &&
                         (each.from == LegState::available || each.from == LegState::returning);
    return overdue || std::find(steps.begin(), steps.end(), each.step) != steps.end();
}

/// The shortest way by reports; of several the one that the table has first. An arrival is not
/// passed on the way to anything but a better one.
std::optional<Steps> find_way(LegState from, LegState to) {
    struct Found {
        LegState state;
        Steps steps;
    };
    std::deque<Found> open = {{from, {}}};
    std::array<bool, leg_state_count + 1> seen{};
    while (!open.empty()) {
        const Found at = std::move(open.front());
        open.pop_front();
        if (at.state == to) {
            return at.steps;
        }
        if (is_arrival(at.state) && to != LegState::acknowledged) {
            continue;
        }
        for (const LegTransition& each : leg_transitions) {
            if (each.from == at.state && is_reported(each) && each.to != LegState::disputed &&
                !seen[static_cast<std::size_t>(each.to)]) {
                seen[static_cast<std::size_t>(each.to)] = true;
                Steps steps = at.steps;
                steps.push_back(each.step);
                open.push_back({each.to, std::move(steps)});
            }
        }
    }
    return std::nullopt;
}

/// When a person last found something out about the leg. What only sets it going again finds
/// nothing out.
std::optional<TimeMs> decided_at(const std::vector<LegEvent>& events) {
    constexpr std::array goes_on = {LegStep::enqueue, LegStep::release,    LegStep::due,
                                    LegStep::hold,    LegStep::lease_lost, LegStep::renotify};
    const auto last = std::find_if(events.rbegin(), events.rend(), [&](const LegEvent& each) {
        return each.detail == operator_detail &&
               std::none_of(goes_on.begin(), goes_on.end(),
                            [&](LegStep step) { return each.kind == step_name(step); });
    });
    return last == events.rend() ? std::nullopt : std::optional(last->learned);
}

bool is_dead(const store::LegRow& leg) {
    const LegState state = *leg_state(leg.state);
    return (band_of(state) >= band_of(LegState::returning) && !is_arrival(state) &&
            !may_have_arrived(leg)) ||
           state == LegState::cancelled;
}

/// The news takes back an arrival that counted.
bool takes_arrival_back(const store::TrackedLeg& tracked) {
    const TrackedEvent& news = tracked.tracked.back();
    return tracked.news && is_arrival(*leg_state(tracked.leg.state)) &&
           std::any_of(tracked.tracked.begin(), tracked.tracked.end(),
                       [&](const TrackedEvent& each) {
                           return is_arrival(meaning_of(each)) && voids(news, each);
                       });
}

/// Where an arrival was taken back: what remains, if the table has a way; else a person's turn.
Steps steps_back(LegState from, const TrackingFold& fold) {
    const auto after = state_after(from, LegStep::bounce);
    const auto way =
        after && fold.state && !fold.contradicted ? find_way(*after, *fold.state) : std::nullopt;
    if (!way) {
        return {LegStep::correction};
    }
    Steps steps = {LegStep::bounce};
    steps.insert(steps.end(), way->begin(), way->end());
    return steps;
}

/// News of the same, which the table counts: so that silence is measured from it.
Steps steps_again(LegState state) {
    return state == LegState::in_transit  ? Steps{LegStep::moving}
           : state == LegState::attempted ? Steps{LegStep::attempt_failed}
                                          : Steps();
}

Steps steps_of(const store::TrackedLeg& tracked, const TrackingFold& fold) {
    const LegState from = *leg_state(tracked.leg.state);
    if (takes_arrival_back(tracked)) {
        return steps_back(from, fold);
    }
    if (!fold.state) {
        return {};
    }
    const LegState to = *fold.state;
    if (is_arrival(from) && !is_arrival(to)) {
        // What moves on is an old scan; what came back contests it.
        return band_of(to) > 1 ? Steps{LegStep::correction} : Steps();
    }
    if (from == to && !fold.contradicted) {
        const bool is_news = tracked.news && fold.decides == &tracked.tracked.back();
        return is_news ? steps_again(from) : Steps();
    }
    if (from == LegState::acknowledged && to == LegState::reached && !fold.contradicted) {
        return {};
    }
    const bool same_band =
        to == LegState::accepted && (band_of(from) == 1 || from == LegState::lost_track);
    if (same_band) {
        return {};
    }
    Steps steps;
    if (!(is_arrival(from) && band_of(from) >= band_of(to))) {
        auto way = find_way(from, to);
        if (!way) {
            return state_after(from, LegStep::correction) ? Steps{LegStep::correction} : Steps();
        }
        steps = *std::move(way);
    }
    if (is_arrival(to) && (fold.contradicted || is_dead(tracked.leg))) {
        steps.push_back(LegStep::correction);
    }
    return steps;
}

std::string detail_of(const TrackedEvent& event) {
    std::string detail = event.code;
    for (const std::string& word : {event.sub, event.reason}) {
        detail += (detail.empty() || word.empty() ? "" : " ") + word;
    }
    return detail + (detail.empty() ? "[tracked " : " [tracked ") + event.id + ']';
}

/// By the source's clock, as far as that can be.
TimeMs happened_at(const store::TrackedLeg& tracked, const TrackedEvent& event) {
    return std::clamp(event.occurred, std::min(tracked.leg.created, tracked.now), tracked.now);
}

LegUpdate note(const store::TrackedLeg& tracked, const TrackedEvent& news, bool counts) {
    const bool arrival =
        is_arrival(*leg_state(tracked.leg.state)) && is_arrival(meaning_of(news)) && counts;
    LegUpdate update = stay(tracked.leg);
    update.events = {{std::string(arrival ? tracked_arrival_kind : tracked_event_kind),
                      happened_at(tracked, news), tracked.now, tracked.leg.state, detail_of(news),
                      news.payload}};
    return update;
}

LegUpdate walk(const store::TrackedLeg& tracked, const TrackingFold& fold, const Steps& steps) {
    const TrackedEvent& news = tracked.tracked.back();
    LegUpdate update;
    LegState state = *leg_state(tracked.leg.state);
    for (const LegStep step : steps) {
        const auto after = state_after(state, step);
        SONGDA_CHECK(after.has_value());
        state = *after;
        const bool contests = step == LegStep::correction || step == LegStep::bounce;
        const TrackedEvent& says = contests || fold.decides == nullptr ? news : *fold.decides;
        if (step != LegStep::lease && step != LegStep::due) { // as when a courier takes it
            update.events.push_back({std::string(step_name(step)), happened_at(tracked, says),
                                     tracked.now, static_cast<std::uint8_t>(state), detail_of(says),
                                     says.payload});
        }
    }
    update.state = static_cast<std::uint8_t>(state);
    update.reason = state == LegState::disputed ? std::string(reason_name(Reason::contradicted))
                    : fold.decides != nullptr   ? fold.decides->reason
                                                : std::string();
    update.due = due_in(state, tracked.leg, tracked.now);
    if (state == LegState::available) {
        update.deadline = pickup_end(tracked.leg, tracked.now);
    }
    // What was told stands in the history, whatever decided.
    if (tracked.news && fold.decides != &news && update.events.back().trace != news.payload) {
        update.events.push_back(note(tracked, news, false).events.front());
        update.events.back().state_after = update.state;
    }
    return update;
}

} // namespace

bool is_void(std::span<const TrackedEvent> events, const TrackedEvent& event) {
    return std::any_of(events.begin(), events.end(),
                       [&](const TrackedEvent& each) { return voids(each, event); });
}

TrackingFold fold_tracking(std::span<const TrackedEvent> events, std::optional<TimeMs> after) {
    TrackingFold fold;
    bool arrived = false;
    bool adverse = false;
    for (const TrackedEvent& each : events) {
        if (!is_understood(each) || (after && each.recorded <= *after) || is_void(events, each)) {
            continue;
        }
        const LegState state = meaning_of(each);
        arrived = arrived || is_arrival(state);
        adverse = adverse || (band_of(state) > 1 && !is_arrival(state));
        if (fold.decides == nullptr || weight_of(*fold.decides) < weight_of(each)) {
            fold.decides = &each;
            fold.state = state;
        }
    }
    fold.contradicted = arrived && adverse;
    return fold;
}

std::optional<LegUpdate> settle_tracked(const store::TrackedLeg& tracked) {
    const LegState state = *leg_state(tracked.leg.state);
    if (!tracked.news && leg_state(tracked.before) != LegState::sending) {
        return std::nullopt;
    }
    const TrackedEvent& news = tracked.tracked.back();
    const bool waits = state == LegState::sending || state == LegState::disputed;
    if (!waits) {
        const TrackingFold fold = fold_tracking(tracked.tracked, decided_at(tracked.events));
        const Steps steps = steps_of(tracked, fold);
        if (!steps.empty()) {
            return walk(tracked, fold, steps);
        }
    }
    const bool counts = !waits && !is_void(tracked.tracked, news);
    return tracked.news ? std::optional(note(tracked, news, counts)) : std::nullopt;
}

} // namespace songda::delivery
