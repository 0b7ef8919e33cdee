#pragma once

#include <string>

#include "base/result.hpp"
#include "catalogue/deadlines.hpp"

namespace songda::api {

/// The deadlines that run, `[{"deadline","deadline_zh","working_days","basis","due",
/// "working_days_left","overdue"}]` (docs/formats/case.md). Fault not_found: a year without
/// calendar.
[[nodiscard]] Result<std::string> deadlines_json(const catalogue::WorkingDays& calendar,
                                                 const catalogue::CaseDays& days, Date today);

} // namespace songda::api
