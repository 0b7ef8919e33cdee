#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "delivery/channel.hpp"
#include "delivery/channels/guarded_http.hpp"

/// What a webhook's receiver answered, and what that means for a leg. Pure; reads outside bytes.
namespace songda::delivery {

/// Nobody makes us wait longer than this.
inline constexpr std::int64_t retry_after_ms_max = 24LL * 3600 * 1000;

/// The value of Retry-After, seconds or an IMF-fixdate (RFC 9110 §10.2.3), as milliseconds from
/// `now`, clamped to 0 … retry_after_ms_max. Nothing on any other text.
[[nodiscard]] std::optional<std::int64_t> parse_retry_after(std::string_view text, TimeMs now);

/// Status first: whatever broke after it does not change the receiver's answer. With a trace.
[[nodiscard]] Outcome classify_webhook(const HttpReply& answer);

} // namespace songda::delivery
