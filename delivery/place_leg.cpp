#include "delivery/place_leg.hpp"

#include <algorithm>

#include "delivery/collector.hpp"
#include "delivery/plan.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {

Result<std::optional<store::LegEvent>> find_collected(store::Store& store,
                                                      const std::vector<store::LegRow>& legs) {
    for (const store::LegRow& leg : legs) {
        if (leg_state(leg.state) != LegState::acknowledged ||
            !is_place(static_cast<ChannelKind>(leg.channel))) {
            continue;
        }
        auto events = store.leg_events(leg.id);
        if (!events.ok()) {
            return events.error();
        }
        for (store::LegEvent& event : events.value()) {
            if (event.kind == step_name(LegStep::collect)) {
                return std::optional(std::move(event));
            }
        }
    }
    return std::optional<store::LegEvent>();
}

Result<store::LegRow> leg_to_collect(store::Store& store, const std::vector<store::LegRow>& legs,
                                     ChannelKind channel, TimeMs now, Random& random) {
    const auto number = static_cast<std::uint8_t>(channel);
    const auto waiting = std::find_if(legs.rbegin(), legs.rend(), [&](const store::LegRow& leg) {
        return is_service(leg) && leg.channel == number &&
               (leg_state(leg.state) == LegState::sending || settle_offered(leg, now));
    });
    if (waiting != legs.rend()) {
        return *waiting;
    }
    store::LegRow like = *std::find_if(legs.begin(), legs.end(), &is_service);
    like.channel = number;
    like.address = {};
    store::LegWrite made = make_leg(like, now, random);
    const auto added = store.add_leg(made);
    return added.ok() ? Result<store::LegRow>(std::move(made.leg)) : added.error();
}

} // namespace songda::delivery
