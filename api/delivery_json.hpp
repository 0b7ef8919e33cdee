#pragma once

#include <string>
#include <vector>

#include "delivery/collecting.hpp"

namespace songda::api {

/// How a document travels: `[{"channel","state","state_zh","reason","at","attempts"}]`, without
/// addresses. For the department and for the applicant.
[[nodiscard]] std::string delivery_json(const std::vector<delivery::LegProgress>& legs);

} // namespace songda::api
