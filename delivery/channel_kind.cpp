#include "delivery/channel_kind.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace songda::delivery {

const ChannelFacts& facts_of(ChannelKind kind) {
    const auto* const found =
        std::find_if(channel_facts.begin(), channel_facts.end(),
                     [&](const ChannelFacts& each) { return each.kind == kind; });
    SONGDA_CHECK(found != channel_facts.end()); // only numbers of the table are ever written
    return *found;
}

std::string_view channel_name(ChannelKind kind) {
    return facts_of(kind).name;
}

std::string_view channel_name_zh(ChannelKind kind) {
    return facts_of(kind).name_zh;
}

std::optional<ChannelKind> parse_channel(std::string_view name) {
    for (const ChannelFacts& each : channel_facts) {
        if (each.name == name) {
            return each.kind;
        }
    }
    return std::nullopt;
}

} // namespace songda::delivery
