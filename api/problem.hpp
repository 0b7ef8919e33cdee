#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "issuer/issuer.hpp"

namespace songda::api {

/// An answer that says what went wrong, for people and programs (RFC 9457). The only place in the
/// house where a failure becomes an HTTP status. Nothing of `Error::detail` leaves: it is logged
/// under the same `instance`, which the caller can quote.
struct Problem {
    int status = 500;
    std::string_view code;     ///< stable name, last part of `type`
    std::string_view title_zh; ///< one sentence each, the same for every case of this code
    std::string_view title_en;
    std::string detail{}; ///< optional, safe to show
    const std::vector<issuer::Finding>* errors = nullptr;
    std::string document{}; ///< id of a document that the caller owns, where one is in the way
    const signer::SealRuling* seal = nullptr; ///< which seal may not be used, and why
};

[[nodiscard]] http::Response problem_response(const Problem& problem);
/// The JSON object alone, for a row of a batch.
[[nodiscard]] std::string problem_json(const Problem& problem);

/// What a Fault means to a caller. Logs `detail` with the instance.
[[nodiscard]] Problem problem_of(const Error& error);

[[nodiscard]] Problem key_missing();
[[nodiscard]] Problem key_reused();

/// Why a row was not issued. The answer outlives the problem.
[[nodiscard]] Problem problem_of_answer(const issuer::Answer& answer);

/// The same words for a terminal, in both languages.
[[nodiscard]] std::string fault_words(Fault fault);

/// For answers that the HTTP room gives by itself.
[[nodiscard]] http::Response refusal_response(int status, std::string_view why);

} // namespace songda::api
