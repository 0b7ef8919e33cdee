#pragma once

#include <string>
#include <vector>

#include "api/routes.hpp"
#include "verifier/report.hpp"

namespace songda::api {

/// A document's own history, oldest first, as its department reads it.
[[nodiscard]] std::string history_json(const std::vector<store::StatusEntry>& history);
/// Whether it holds now: with its days of validity, and for a copy with what it is a copy of.
[[nodiscard]] std::string holds_json(const verifier::Report& report);

} // namespace songda::api
