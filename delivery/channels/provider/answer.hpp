#pragma once

#include <optional>
#include <string>

#include "delivery/channel.hpp"
#include "delivery/channels/guarded_http.hpp"
#include "delivery/channels/provider/spec.hpp"

/// What a provider answered, and what that means for a leg (delivery.md §6.1). Pure; reads outside
/// bytes.
namespace songda::delivery::provider {

struct Answer {
    Outcome outcome;
    std::string ref;            ///< the provider's own id; at most 128 bytes
    bool token_refused = false; ///< a new token and one more try
    bool unknown_code = false;  ///< the file does not say what its code means: somebody should
};

/// The provider's own code first, for HTTP's status alone lies; then the status; then how the
/// exchange broke. `to` is cut out of the trace.
[[nodiscard]] Answer read_answer(const Spec& spec, const HttpReply& reply, std::string_view to);

/// Fit for evidence and logs: printable ASCII, bounded, without the recipient's address.
[[nodiscard]] std::string trimmed(std::string text, std::string_view to, std::size_t bytes_max);

struct Token {
    std::string text;
    std::int64_t lives_ms = 0;
};
/// `access_token` and `expires_in` (RFC 6749 §5.1; WeChat's are called the same).
[[nodiscard]] std::optional<Token> read_token(const HttpReply& reply);
/// Why there is no token. Never accepted or ambiguous: nothing was sent for anybody.
[[nodiscard]] Outcome token_failure(const HttpReply& reply);

} // namespace songda::delivery::provider
