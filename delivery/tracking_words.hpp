#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "delivery/leg_state.hpp"
#include "store/tracking.hpp"

/// Words for what happens to a letter on its way: what whoever reports says, and what people read.
namespace songda::delivery {

/// `out_for_delivery`, with the leg's state that it means. One table, also of what a source may
/// say.
struct TrackedWord {
    std::string_view word;
    LegState state;
    std::string_view sub;    ///< inside the state; may be empty
    std::string_view reason; ///< that it has of itself; may be empty
    std::string_view zh;
    std::string_view en;
};
[[nodiscard]] std::span<const TrackedWord> tracked_words();

/// Who took it, as a source says.
struct Receipt {
    std::string_view
        received_by; ///< `addressee`, `agent`, `sender`, `guard`, `locker`, `neighbour`
    bool signed_for = false;
    bool authorised = false; ///< the addressee authorised whoever took it: on the department's word
};
/// What a word means; `delivered` by who took it (delivery.md §1.4, §2.2): handed to the sender it
/// came back, in a locker or with a guard it waits for the addressee, who may have authorised that.
/// Nothing: the word is not known, or `delivered` does not say to whom.
[[nodiscard]] std::optional<TrackedWord> meaning_of_word(std::string_view word,
                                                         const Receipt& receipt);

/// What people read of an event: 派送中. Of one that is not understood: that it is not.
[[nodiscard]] const TrackedWord& words_of(const store::TrackedEvent& event);

} // namespace songda::delivery
