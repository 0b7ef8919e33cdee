#pragma once

#include <string>
#include <string_view>

#include "verifier/evidence_package.hpp"

namespace songda::app {

/// What was found in a package of evidence, statement by statement, and what its records say.
/// Chinese first.
[[nodiscard]] std::string evidence_lines(std::string_view subject,
                                         const verifier::EvidenceReport& report);
/// The same as one line of JSON:
/// `{"file","answer","as_of","findings":[{"answer","zh","en"}],"records"}`.
[[nodiscard]] std::string evidence_line(std::string_view subject,
                                        const verifier::EvidenceReport& report);

} // namespace songda::app
