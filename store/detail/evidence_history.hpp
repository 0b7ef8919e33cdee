#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "store/evidence.hpp"

/// What happened in a document's delivery, as its rows say it, in the order of its records: for the
/// first record of a chain brings those of everything before it.
namespace songda::store::detail {

/// One of them is set, an event with its leg.
struct Happened {
    const LegRow* leg = nullptr;
    const LegEvent* event = nullptr;
    const ServiceEntry* service = nullptr;
    const ConsentEntry* consent = nullptr;
    const InboxEntry* opened = nullptr;
};

struct DeliveryHistory {
    std::vector<LegRow> legs;
    std::vector<std::vector<LegEvent>> events; ///< a list a leg
    std::vector<ServiceEntry> service;
    std::vector<ConsentEntry> consents;
    std::vector<InboxEntry> inboxes;
};

/// When we learned of it, and what comes first of what came together: a leg's step is known before
/// what follows from it.
[[nodiscard]] inline std::pair<TimeMs, int> place_of(const Happened& each) {
    return each.consent != nullptr  ? std::pair(each.consent->at, 0)
           : each.opened != nullptr ? std::pair(*each.opened->opened, 1)
           : each.event != nullptr  ? std::pair(each.event->learned, 2)
                                    : std::pair(each.service->learned, 3);
}

/// Whose inbox it concerns; `otherwise`, where what happened does not say it.
[[nodiscard]] inline const InboxId* recipient_of(const Happened& each, const InboxId* otherwise) {
    if (each.leg != nullptr) {
        return each.leg->purpose == LegPurpose::supervision ? nullptr : &each.leg->inbox;
    }
    return each.opened != nullptr ? &each.opened->inbox : otherwise;
}

/// Views into `history`.
[[nodiscard]] inline std::vector<Happened> in_order(const DeliveryHistory& history) {
    std::vector<Happened> all;
    for (const ConsentEntry& consent : history.consents) {
        all.push_back({nullptr, nullptr, nullptr, &consent, nullptr});
    }
    for (const InboxEntry& entry : history.inboxes) {
        if (entry.opened) {
            all.push_back({nullptr, nullptr, nullptr, nullptr, &entry});
        }
    }
    for (std::size_t leg = 0; leg < history.legs.size(); ++leg) {
        for (const LegEvent& event : history.events[leg]) {
            all.push_back({&history.legs[leg], &event, nullptr, nullptr, nullptr});
        }
    }
    for (const ServiceEntry& entry : history.service) {
        all.push_back({nullptr, nullptr, &entry, nullptr, nullptr});
    }
    std::stable_sort(all.begin(), all.end(), [](const Happened& left, const Happened& right) {
        return place_of(left) < place_of(right);
    });
    return all;
}

} // namespace songda::store::detail
