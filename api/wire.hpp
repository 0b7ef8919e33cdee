#pragma once

#include <optional>
#include <string>

#include "api/problem.hpp"
#include "http/message.hpp"

/// What several counters share: JSON answers and the header Idempotency-Key.
namespace songda::api {

/// Not to be stored by anybody.
[[nodiscard]] http::Response json_response(int status, std::string body);

/// draft-ietf-httpapi-idempotency-key-header-07: a structured-field string; the bare form that many
/// clients send is taken too. Empty if absent; nothing if not 1–128 visible ASCII characters.
[[nodiscard]] std::optional<std::string> idempotency_key(const http::Request& request);

[[nodiscard]] http::Response malformed_key();

} // namespace songda::api
