#include "delivery/standing.hpp"

#include "delivery/settle.hpp"

namespace songda::delivery {

Standing standing_of(const store::DocumentRow& document, const store::StatusEntry& status,
                     SignatureLevel level, TimeMs now) {
    Standing standing;
    standing.holds = store::was_over_when_issued(document)
                         ? status.change.status
                         : store::status_at(document, status.change.status, now);
    if (level < document.level_wanted) {
        standing.awaited = document.level_wanted;
    }
    return standing;
}

Result<Standing> find_standing(store::Store& store, const store::DocumentRow& document,
                               TimeMs now) {
    const auto status = store.find_status(document);
    const auto level = store.find_level(document);
    if (!status.ok() || !level.ok()) {
        return status.ok() ? level.error() : status.error();
    }
    return standing_of(document, status.value(), level.value(), now);
}

std::vector<store::Aftermath::Change> release_levelled(const store::LevelledDocument& levelled) {
    const Standing standing =
        standing_of(levelled.document, levelled.status, levelled.level, levelled.at);
    std::vector<store::Aftermath::Change> changes;
    for (const store::LegRow& leg : levelled.legs) {
        if (awaits_of(leg) == Awaits::level && !standing.awaited) {
            if (auto update = settle_standing(leg, standing, levelled.at)) {
                changes.push_back({leg.id, *std::move(update)});
            }
        }
    }
    return changes;
}

} // namespace songda::delivery
