#pragma once

#include <vector>

#include "catalogue/case_steps.hpp"
#include "store/rows.hpp"

namespace songda::api {

/// Where a case stands after the events that the store has of it; those of a later version are
/// passed over.
[[nodiscard]] inline catalogue::CaseFold fold_events(const std::vector<store::CaseEvent>& events) {
    std::vector<catalogue::DatedEvent> dated;
    for (const store::CaseEvent& event : events) {
        if (const auto kind = catalogue::find_event(event.kind)) {
            dated.push_back({*kind, event.day, event.working_days});
        }
    }
    return catalogue::fold_case(dated);
}

} // namespace songda::api
