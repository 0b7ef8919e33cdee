#pragma once

#include "app/config.hpp"
#include "delivery/plan.hpp"
#include "issuer/decision.hpp"

/// The issuer's words for a delivery in the dispatch office's: neither knows the other.
namespace songda::app {

/// Channels that this configuration has.
[[nodiscard]] issuer::WaysOffered ways_offered(const Config& config);
/// Views live as long as the decision.
[[nodiscard]] delivery::PlanRequest plan_request(const store::DocumentRow& document,
                                                 const issuer::Decision& decision);
/// What the recipient agreed to, as the department says; told at `at`.
[[nodiscard]] std::optional<store::ConsentEntry> consent_of(const issuer::Decision& decision,
                                                            TimeMs at);

} // namespace songda::app
