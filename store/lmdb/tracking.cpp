#include "store/lmdb/tracking_rows.hpp"

#include <algorithm>
#include <array>

#include "store/limits.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/service_rows.hpp"

namespace songda::store {
namespace {

using Kind = TrackedOutcome::Kind;

Result<void> check_tracked(const TrackedEvent& event) {
    bool fits = !event.source.empty() && !event.id.empty() &&
                event.voids.size() <= tracked_voids_max && event.said_at.size() <= 40 &&
                event.text.reveal().size() + event.place.reveal().size() <= tracked_text_bytes_max;
    for (const std::string* const name :
         std::array{&event.source, &event.id, &event.number, &event.code}) {
        fits = fits && name->size() <= tracked_name_bytes_max;
    }
    for (const std::string& id : event.voids) {
        fits = fits && id.size() <= tracked_name_bytes_max;
    }
    return fits ? check_row(event)
                : Result<void>(Error{Fault::invalid_input, "a tracked event is too long"});
}

/// The leg as it stands, moved by everything that was tracked of it.
Result<void> settle(Batch& batch, const LmdbOptions& options, const LegRow& leg,
                    const std::vector<TrackedEvent>& tracked, std::uint8_t before, bool news,
                    TimeMs now) {
    if (!options.settle_tracked) {
        return {};
    }
    const auto events = list_rows<LegEvent>(batch.rows, Table::leg_event, leg.id.view());
    if (!events.ok()) {
        return events.error();
    }
    const auto update = options.settle_tracked({leg, tracked, before, news, events.value(), now});
    if (!update) {
        return {};
    }
    Result<void> checked = check_leg_update(*update);
    if (!checked.ok()) {
        return checked;
    }
    // News of the same state too: who claimed the leg for its silence learns that there is none.
    const bool moves = update->state != leg.state || update->due != leg.due;
    apply_leg_update(batch, leg, leg.fence + (moves ? 1U : 0U), *update);
    return put_what_follows(batch, options.follow_leg, leg, *update);
}

Result<TrackedOutcome> track(Batch& batch, const LmdbOptions& options, const TrackedWrite& write) {
    const auto leg = find_row<LegRow>(batch.rows, Table::leg, write.leg.view());
    auto tracked = list_rows<TrackedEvent>(batch.rows, Table::tracked, write.leg.view());
    if (!leg.ok() || !tracked.ok()) {
        return leg.ok() ? tracked.error() : leg.error();
    }
    if (!leg.value()) {
        return TrackedOutcome{Kind::unknown_leg};
    }
    TrackedOutcome outcome{Kind::kept, leg.value()->state, leg.value()->state};
    for (const TrackedEvent& each : tracked.value()) {
        if (is_same_report(each, write.event)) {
            outcome.kind = Kind::repeated;
            return outcome;
        }
        if (each.source == write.event.source && each.id == write.event.id) {
            outcome.kind = Kind::contradicts;
        }
    }
    if (tracked.value().size() >= tracked_events_max) {
        outcome.kind = Kind::full;
        return outcome;
    }
    tracked.value().push_back(write.event);
    const auto number = static_cast<std::uint32_t>(tracked.value().size());
    batch.rows.put(Table::tracked, Key().raw(write.leg.view()).number(number), encode(write.event));
    const Result<void> settled = settle(batch, options, *leg.value(), tracked.value(),
                                        leg.value()->state, true, write.event.recorded);
    const auto after = find_row<LegRow>(batch.rows, Table::leg, write.leg.view());
    if (!settled.ok() || !after.ok() || !after.value()) {
        return settled.ok() ? Error{Fault::corrupt, "a leg that is gone"} : settled.error();
    }
    outcome.after = after.value()->state;
    return outcome;
}

} // namespace

Result<void> settle_waiting_tracked(Batch& batch, const LmdbOptions& options, const LegRow& before,
                                    const LegUpdate& update) {
    if (update.state == before.state || !last_under(batch.rows, Table::tracked, before.id.view())) {
        return {};
    }
    const auto leg = find_row<LegRow>(batch.rows, Table::leg, before.id.view());
    const auto tracked = list_rows<TrackedEvent>(batch.rows, Table::tracked, before.id.view());
    if (!leg.ok() || !leg.value() || !tracked.ok()) {
        return Error{Fault::corrupt, "what was tracked of a leg cannot be read"};
    }
    TimeMs now = tracked.value().back().recorded;
    if (!update.events.empty()) {
        now = std::max(now, update.events.back().learned);
    }
    return settle(batch, options, *leg.value(), tracked.value(), before.state, false, now);
}

Result<std::vector<TrackedOutcome>> LmdbStore::put_tracked(std::span<const TrackedWrite> writes) {
    for (const TrackedWrite& each : writes) {
        const Result<void> checked = check_tracked(each.event);
        if (!checked.ok()) {
            return checked.error();
        }
    }
    std::vector<TrackedOutcome> outcomes;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        for (const TrackedWrite& each : writes) {
            const Result<TrackedOutcome> outcome = track(batch, options_, each);
            if (!outcome.ok()) {
                batch.refuse(outcome.error());
                return outcome.error();
            }
            outcomes.push_back(outcome.value());
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return outcomes;
}

Result<std::vector<TrackedEvent>> LmdbStore::tracked_events(const LegId& leg) {
    Transaction rows = environment_.read();
    return list_rows<TrackedEvent>(rows, Table::tracked, leg.view());
}

} // namespace songda::store
