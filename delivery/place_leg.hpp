#pragma once

#include <optional>
#include <vector>

#include "base/random.hpp"
#include "delivery/channel_kind.hpp"
#include "store/store.hpp"

/// Legs where the applicant comes to, for the counter and the kiosk.
namespace songda::delivery {

[[nodiscard]] inline bool is_place(ChannelKind kind) {
    return facts_of(kind).taken == LegStep::offered;
}

[[nodiscard]] inline bool is_service(const store::LegRow& leg) {
    return leg.purpose == store::LegPurpose::service;
}

/// The event by which a document was collected in person, of whichever such leg; nothing: it was
/// not.
[[nodiscard]] Result<std::optional<store::LegEvent>>
find_collected(store::Store& store, const std::vector<store::LegRow>& legs);

/// The leg over `channel` that can be collected now or is just going there; made when there is
/// none, since coming in person is always possible (S13). `legs`: the document's, one of service at
/// least.
[[nodiscard]] Result<store::LegRow> leg_to_collect(store::Store& store,
                                                   const std::vector<store::LegRow>& legs,
                                                   ChannelKind channel, TimeMs now, Random& random);

} // namespace songda::delivery
