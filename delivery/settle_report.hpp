#pragma once

#include <optional>
#include <string>

#include "delivery/channel.hpp"
#include "store/store.hpp"

/// What a provider's report means for a leg (delivery.md §1.4): a pure function of both. Reports
/// come late, twice and in any order, so they have ranks: the highest that ever came decides, and
/// one that is not higher changes nothing.
namespace songda::delivery {

/// In the order of their ranks.
enum class ReportKind : std::uint8_t {
    moving,       ///< it is on its way
    failed,       ///< it did not arrive and will not
    reached,      ///< it is at the recipient's telephone or account
    acknowledged, ///< the recipient confirmed that it was heard
};

struct LegReport {
    ReportKind kind = ReportKind::moving;
    Reason reason = Reason::none;     ///< of a failure
    TimeMs happened;                  ///< when, by the provider's clock
    std::string detail;               ///< of the event: no personal data, at most 500 bytes
    std::optional<Digest> trace = {}; ///< SHA-256 of what the provider sent
};

struct ReportVerdict {
    enum class Kind {
        applied,    ///< `update` is to be recorded
        repeated,   ///< nothing new
        outweighed, ///< contradicts what ranks higher: nothing changes, somebody should know
        later,      ///< the leg is being sent right now: its answer comes first
        impossible, ///< the leg's state has no such way: nothing changes, somebody should know
    };
    Kind kind = Kind::repeated;
    store::LegUpdate update;
};

/// The leg as it stands. A failure that is reported first gives way to a success that is reported
/// later; the other way round it is outweighed.
[[nodiscard]] ReportVerdict settle_report(const store::LegRow& leg, const LegReport& report,
                                          TimeMs now);

} // namespace songda::delivery
