#pragma once

#include "app/config.hpp"
#include "delivery/status_plan.hpp"

namespace songda::app {

/// Who supervises what each department issues, as the configuration names them.
[[nodiscard]] delivery::Supervisors supervisors_of(const Config& config);

/// The planner's part in a change of status. The planner outlives it.
[[nodiscard]] store::Follow follow_by(const delivery::StatusPlanner& planner);

} // namespace songda::app
