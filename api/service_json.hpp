#pragma once

#include <string>

#include "delivery/service_case.hpp"

namespace songda::api {

/// Whether, when and by what a document is served: `{"state","state_zh","since","served_at",
/// "learned_at","channel","rule","rules_version","basis_zh","basis","serve_by","consent"}`. For the
/// department and for the applicant; no address.
[[nodiscard]] std::string service_json(const delivery::ServiceCase& service);

} // namespace songda::api
