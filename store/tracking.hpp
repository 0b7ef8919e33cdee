#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/requests.hpp"

namespace songda::store {

/// What a carrier, a partner or a clerk says of a leg 轨迹事件, as it was first said. Append-only;
/// what the numbers and words mean belongs to delivery/tracking.hpp.
struct TrackedEvent {
    std::string source;      ///< who says it; at most tracked_name_bytes_max, as the next three
    std::string id;          ///< the source's own, by which it is known again
    std::string number = {}; ///< of the waybill that it is said of; may be empty
    std::string code = {};   ///< the source's own, raw
    TimeMs occurred;         ///< by the source's clock
    std::string said_at;     ///< the same as the source wrote it, with its offset; at most 40 bytes
    TimeMs recorded;         ///< ours
    std::uint8_t state = 0;  ///< LegRow::state that it means; 0: nobody knows what it means
    std::string sub = {};    ///< `out_for_delivery`
    std::string reason = {};
    Private<std::string> text = {};      ///< raw: may name people; at most tracked_text_bytes_max
    Private<std::string> place = {};     ///< the same
    Digest payload{};                    ///< SHA-256 of what the source sent
    std::vector<std::string> voids = {}; ///< ids of its own that it takes back
    bool operator==(const TrackedEvent&) const = default;
};
/// Says the same, whenever and in whatever wrapping it was told.
[[nodiscard]] inline bool is_same_report(const TrackedEvent& left, const TrackedEvent& right) {
    TrackedEvent told = right;
    told.recorded = left.recorded;
    told.payload = left.payload;
    return left == told;
}

/// A leg with everything that was tracked of it, as it stands in the transaction.
struct TrackedLeg {
    const LegRow& leg;
    const std::vector<TrackedEvent>& tracked; ///< in the order of their recording
    std::uint8_t before = 0;                  ///< LegRow::state until now
    bool news = true; ///< the last of them has just been kept; else the leg has just moved
    const std::vector<LegEvent>& events;
    TimeMs now;
};
/// What that means for the leg; nothing: it stays as it is. As FollowLeg: called inside the
/// transaction, it only thinks, and a store is given one when it is opened.
using SettleTracked = std::function<std::optional<LegUpdate>(const TrackedLeg&)>;

struct TrackedWrite {
    LegId leg;
    TrackedEvent event;
};

struct TrackedOutcome {
    enum class Kind : std::uint8_t {
        kept,
        repeated,    ///< the same was kept before: nothing changed
        contradicts, ///< kept beside another of the same id that says something else
        unknown_leg,
        full, ///< the leg has tracked_events_max
    };
    Kind kind = Kind::kept;
    std::uint8_t before = 0; ///< LegRow::state
    std::uint8_t after = 0;
    bool operator==(const TrackedOutcome&) const = default;
};

} // namespace songda::store
