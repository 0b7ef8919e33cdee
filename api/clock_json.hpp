#pragma once

#include <string>

#include "delivery/intervals.hpp"

namespace songda::api {

/// How long a document took: `{"decided_on","issued_at","first_attempt_at","served_at","serve_by",
/// "late","decided_to_issued","issued_to_first_attempt","issued_to_served","decided_to_served"}`;
/// an interval is `{"seconds","working_days"}`. What is not known, or not yet, is absent
/// (docs/formats/api.md).
[[nodiscard]] std::string clock_json(const delivery::Moments& moments,
                                     const delivery::Intervals& intervals);

} // namespace songda::api
