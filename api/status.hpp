#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/routes.hpp"
#include "verifier/report.hpp"

namespace songda::api {

/// The document that the path names, if it is the caller's: another department's is as absent as an
/// unknown one (threat T18).
[[nodiscard]] Result<std::optional<store::DocumentRow>>
find_own_document(const ApiParts& parts, const http::Request& request, const Principal& principal);

/// A document's own history, oldest first, as its department reads it.
[[nodiscard]] std::string history_json(const std::vector<store::StatusEntry>& history);
/// Whether it holds now: with its days of validity, and for a copy with what it is a copy of.
[[nodiscard]] std::string holds_json(const verifier::Report& report);

} // namespace songda::api
