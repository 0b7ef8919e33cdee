#include "delivery/channels/webhook_answer.hpp"

#include <algorithm>
#include <array>

#include <curl/curl.h>
#include <fmt/format.h>

#include "delivery/channels/transport.hpp"

namespace songda::delivery {
namespace {

using Kind = Outcome::Kind;

constexpr std::size_t digits_max = 9; // more than 24 hours in any case

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    for (const char c : text.substr(0, digits_max)) {
        number = number * 10 + (c - '0');
    }
    return text.size() > digits_max ? retry_after_ms_max : number;
}

/// `Tue, 24 Nov 2026 01:02:03 GMT`. The day's name is not compared with the date.
std::optional<TimeMs> parse_http_date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" ||
        text[7] != ' ' || text[11] != ' ' || text[16] != ' ') {
        return std::nullopt;
    }
    const auto* const month = std::find(months.begin(), months.end(), text.substr(8, 3));
    if (month == months.end()) {
        return std::nullopt;
    }
    return parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4),
                                     month - months.begin() + 1, text.substr(5, 2),
                                     text.substr(17, 8)));
}

Outcome by_status(long status) {
    if (status >= 200 && status <= 299) {
        return {Kind::accepted, Reason::none, {}, 0};
    }
    switch (status) {
    case 401:
    case 403: return {Kind::configuration, Reason::config_auth, {}, 0};
    case 404:
    case 405: return {Kind::configuration, Reason::address_unreachable, {}, 0};
    case 408: return {Kind::temporary, Reason::timeout, {}, 0};
    case 410: return {Kind::permanent, Reason::endpoint_gone, {}, 0};
    case 425: return {Kind::temporary, Reason::provider_down, {}, 0};
    case 429: return {Kind::temporary, Reason::rate_limited, {}, 0};
    default: break;
    }
    if (status <= 399) { // a redirect is not followed: it could lead anywhere
        return {Kind::configuration, Reason::address_unreachable, {}, 0};
    }
    if (status <= 499) {
        return {Kind::permanent, Reason::policy_rejected, {}, 0};
    }
    return {Kind::temporary, Reason::provider_down, {}, 0};
}

Outcome classify(const HttpReply& answer) {
    if (answer.status >= 200 && answer.status <= 599) {
        return by_status(answer.status);
    }
    if (answer.address_denied) {
        return {Kind::configuration, Reason::policy_rejected, {}, 0};
    }
    if (answer.status != 0) { // 1xx and then nothing, or no HTTP at all
        return {Kind::temporary, Reason::provider_down, {}, 0};
    }
    return transport_fault(answer.curl_code); // it may have arrived: webhook-id tells a repetition
}

} // namespace

std::optional<std::int64_t> parse_retry_after(std::string_view text, TimeMs now) {
    const auto seconds = parse_number(text);
    if (seconds) {
        return std::min(*seconds * 1000, retry_after_ms_max);
    }
    const auto until = parse_http_date(text);
    if (!until) {
        return std::nullopt;
    }
    return std::clamp<std::int64_t>(*until - now, 0, retry_after_ms_max);
}

Outcome classify_webhook(const HttpReply& answer) {
    Outcome outcome = classify(answer);
    outcome.trace = answer.status == 0 ? "http no answer" : fmt::format("http {}", answer.status);
    if (answer.address_denied) {
        outcome.trace += ", address denied";
    }
    if (answer.curl_code != CURLE_OK) {
        outcome.trace += fmt::format(" curl {}", answer.curl_code);
    }
    if (outcome.kind == Kind::temporary && answer.retry_after_ms != 0) {
        outcome.retry_after_ms =
            std::clamp<std::int64_t>(answer.retry_after_ms, 0, retry_after_ms_max);
    }
    return outcome;
}

} // namespace songda::delivery
