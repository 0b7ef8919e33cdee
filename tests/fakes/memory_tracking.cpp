// What is tracked of legs, of the store in memory.
#include <algorithm>

#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;
using Kind = TrackedOutcome::Kind;

void MemoryStore::settle_tracked(const LegId& id, std::uint8_t before, bool news, TimeMs now) {
    const std::vector<TrackedEvent>& tracked = tracked_[id];
    LegRow& leg = legs_.at(id);
    if (!settle_tracked_ || tracked.empty()) {
        return;
    }
    const auto update = settle_tracked_({leg, tracked, before, news, events_[id], now});
    if (update) {
        const bool moves = update->state != leg.state || update->due != leg.due;
        apply(leg, leg.fence + (moves ? 1U : 0U), *update);
        follow_moved(id, *update);
    }
}

void MemoryStore::settle_waiting_tracked(const LegId& id, std::uint8_t before,
                                         const LegUpdate& update) {
    const auto tracked = tracked_.find(id);
    if (update.state == before || tracked == tracked_.end()) {
        return;
    }
    TimeMs now = tracked->second.back().recorded;
    if (!update.events.empty()) {
        now = std::max(now, update.events.back().learned);
    }
    settle_tracked(id, before, false, now);
}

TrackedOutcome MemoryStore::track(const TrackedWrite& write) {
    const auto leg = legs_.find(write.leg);
    if (leg == legs_.end()) {
        return {Kind::unknown_leg};
    }
    TrackedOutcome outcome{Kind::kept, leg->second.state, leg->second.state};
    std::vector<TrackedEvent>& tracked = tracked_[write.leg];
    const auto is_same = [&](const TrackedEvent& each) {
        return is_same_report(each, write.event);
    };
    const auto has_id = [&](const TrackedEvent& each) {
        return each.source == write.event.source && each.id == write.event.id;
    };
    if (std::any_of(tracked.begin(), tracked.end(), is_same)) {
        outcome.kind = Kind::repeated;
        return outcome;
    }
    if (tracked.size() >= tracked_events_max) {
        outcome.kind = Kind::full;
        return outcome;
    }
    if (std::any_of(tracked.begin(), tracked.end(), has_id)) {
        outcome.kind = Kind::contradicts;
    }
    tracked.push_back(write.event);
    settle_tracked(write.leg, leg->second.state, true, write.event.recorded);
    outcome.after = leg->second.state;
    return outcome;
}

Result<std::vector<TrackedOutcome>> MemoryStore::put_tracked(std::span<const TrackedWrite> writes) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    std::vector<TrackedOutcome> outcomes;
    for (const TrackedWrite& each : writes) {
        outcomes.push_back(track(each));
    }
    return outcomes;
}

Result<std::vector<TrackedEvent>> MemoryStore::tracked_events(const LegId& leg) {
    const Lock lock(mutex_);
    return look_up(tracked_, leg).value_or(std::vector<TrackedEvent>{});
}

} // namespace songda::fakes
