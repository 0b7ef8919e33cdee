#include "api/delivery_json.hpp"

#include "base/json.hpp"
#include "delivery/channel.hpp"
#include "delivery/leg_state.hpp"

namespace songda::api {

std::string delivery_json(const std::vector<delivery::LegProgress>& legs) {
    std::string to = "[";
    for (const delivery::LegProgress& progress : legs) {
        to += to.back() == '[' ? "" : ",";
        JsonObject object(to);
        object.text("channel", delivery::channel_name(
                                   static_cast<delivery::ChannelKind>(progress.leg.channel)));
        if (const auto state = delivery::leg_state(progress.leg.state)) {
            object.text("state", delivery::state_name(*state));
            object.text("state_zh", delivery::state_name_zh(*state));
        }
        object.text_if("reason", progress.leg.reason);
        object.text("at", to_rfc3339(progress.since));
        object.raw("attempts", std::to_string(progress.leg.attempts));
        object.end();
    }
    return to + ']';
}

} // namespace songda::api
