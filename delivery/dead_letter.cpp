#include "delivery/dead_letter.hpp"

#include <charconv>

#include "delivery/channel.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {

bool gives_up(std::uint8_t from, std::uint8_t to) {
    const auto before = leg_state(from);
    const auto after = leg_state(to);
    // While a courier settles a leg that waited, it is stored as being sent.
    const bool inside = before == LegState::held || before == LegState::queued ||
                        before == LegState::sending || before == LegState::retry_wait;
    return after == LegState::failed || (after == LegState::expired && inside);
}

bool may_have_arrived(const store::LegRow& leg) {
    return leg_state(leg.state) == LegState::failed &&
           (leg.reason == reason_name(Reason::outcome_unknown) ||
            leg.reason == reason_name(Reason::no_news));
}

bool may_replay(const store::LegRow& leg) {
    if (static_cast<ChannelKind>(leg.channel) == ChannelKind::post) {
        return false; // another envelope is another letter, with a number of its own
    }
    const bool recognised = static_cast<ChannelKind>(leg.channel) == ChannelKind::portal;
    // What a person found not to have arrived is there, for a side that recognises it.
    return leg.dead_since && leg.reason != reason_name(Reason::overturned) &&
           (recognised || !may_have_arrived(leg));
}

bool DeadLetterFilter::takes(const store::LegRow& leg) const {
    return leg.dead_since && (!channel || leg.channel == static_cast<std::uint8_t>(*channel)) &&
           (reason.empty() || leg.reason == reason) && (!before || *leg.dead_since < *before);
}

std::string cursor_of(const store::DeadLetter& place) {
    return std::to_string(place.since.value) + '.' + to_text(place.leg);
}

std::optional<store::DeadLetter> parse_dead_letter_cursor(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t since = 0;
    const auto read = std::from_chars(text.data(), text.data() + dot, since);
    const auto leg = parse_leg_id(text.substr(dot + 1));
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + dot;
    return whole && leg ? std::optional(store::DeadLetter{TimeMs{since}, *leg}) : std::nullopt;
}

store::LegUpdate settle_seen_to(const store::LegRow& leg) {
    store::LegUpdate update = stay(leg);
    update.seen_to = true;
    return update;
}

} // namespace songda::delivery
