#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "delivery/channel_kind.hpp"
#include "store/requests.hpp"

/// Dead letters 死信: legs that were given up, until they are sent again, arrive after all, are not
/// needed any more because another way has served, or somebody has seen to them. The store keeps an
/// index of them (Store::dead_letters), told by `gives_up`; delivery.md §8.1 (9).
namespace songda::delivery {

/// Given up: it failed, or its time was over before anything of it had left. That nobody came to
/// collect is no dead letter. As store::GivesUp.
[[nodiscard]] bool gives_up(std::uint8_t from, std::uint8_t to);

/// It failed because nobody knows what became of it.
[[nodiscard]] bool may_have_arrived(const store::LegRow& leg);

/// May it go once more under the same key? A dead letter that surely did not arrive, or whose other
/// side recognises what it has (portal); else, as after a decision of a person that it had not
/// arrived, and for every letter by post, only a new leg can go, with an id of its own.
[[nodiscard]] bool may_replay(const store::LegRow& leg);

/// Which of them are asked for.
struct DeadLetterFilter {
    std::optional<ChannelKind> channel = {};
    std::string reason = {};           ///< empty: any
    std::optional<TimeMs> before = {}; ///< given up before it
    [[nodiscard]] bool takes(const store::LegRow& leg) const;
};

/// `1767225600000.LEG`: the place of a dead letter, for whoever goes on behind it.
[[nodiscard]] std::string cursor_of(const store::DeadLetter& place);
[[nodiscard]] std::optional<store::DeadLetter> parse_dead_letter_cursor(std::string_view text);

/// Somebody has seen to it, and it stays as it is.
[[nodiscard]] store::LegUpdate settle_seen_to(const store::LegRow& leg);

} // namespace songda::delivery
