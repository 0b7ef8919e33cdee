#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "verifier/report.hpp"
#include "verifier/sm2_cms.hpp"

namespace songda::app {

/// The answer as a person reads it: three axes with their reasons, each signature of a foreign
/// file, the conclusion, and what to do about what is not known. Chinese first.
/// `message`: what an SM2 message over its record says, if one was given.
[[nodiscard]] std::string
report_lines(std::string_view subject, const verifier::Report& report,
             const std::optional<verifier::Sm2Finding>& message = std::nullopt);

/// The same as one line of JSON: docs/formats/answer.md with the file's name in front. `subject`
/// is shown with `?` for what is not UTF-8.
[[nodiscard]] std::string
report_line(std::string_view subject, const verifier::Report& report,
            const std::optional<verifier::Sm2Finding>& message = std::nullopt);
[[nodiscard]] std::string failure_line(std::string_view subject, const Error& failure);

} // namespace songda::app
