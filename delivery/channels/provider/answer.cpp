#include "delivery/channels/provider/answer.hpp"

#include <algorithm>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "delivery/channels/transport.hpp"
#include "delivery/channels/webhook_answer.hpp"

namespace songda::delivery::provider {
namespace {

using Kind = Outcome::Kind;

constexpr std::size_t ref_bytes_max = 128;
constexpr std::size_t code_bytes_max = 64;
constexpr std::size_t token_bytes_max = 4096;
constexpr std::int64_t token_seconds_max = 30LL * 86'400;

Outcome by_status(const Spec& spec, const HttpReply& reply) {
    switch (reply.status) {
    case 400:
    case 404:
    case 410:
    case 422: return {Kind::permanent, Reason::policy_rejected, {}, 0};
    case 401:
    case 403: return {Kind::configuration, Reason::config_auth, {}, 0};
    case 408: return {Kind::temporary, Reason::timeout, {}, 0};
    case 409: return {Kind::accepted, Reason::none, {}, 0}; // it has it already (Notify #4393)
    case 413: return {Kind::permanent, Reason::content_too_large, {}, 0};
    case 425: return {Kind::temporary, Reason::provider_down, {}, 0};
    case 429: return {Kind::temporary, Reason::rate_limited, {}, 0};
    default: break;
    }
    if (reply.status >= 500 && reply.status <= 599 && reply.whole()) {
        return {Kind::temporary, Reason::provider_down, {}, 0};
    }
    if (reply.status >= 300 && reply.status <= 399) { // never followed: it could lead anywhere
        return {Kind::configuration, Reason::address_unreachable, {}, 0};
    }
    if (reply.status >= 400 && reply.status <= 499) {
        return {Kind::permanent, Reason::policy_rejected, {}, 0};
    }
    // 2xx of another shape, a 5xx that broke off, no HTTP at all: it may have been sent.
    return spec.idempotent ? Outcome{Kind::temporary, Reason::provider_down, {}, 0}
                           : Outcome{Kind::ambiguous, Reason::outcome_unknown, {}, 0};
}

Outcome without_status(const Spec& spec, const HttpReply& reply) {
    if (reply.address_denied) {
        return {Kind::configuration, Reason::policy_rejected, {}, 0};
    }
    if (!reply.sent || spec.idempotent) {
        return transport_fault(reply.curl_code);
    }
    const bool late = reply.curl_code == CURLE_OPERATION_TIMEDOUT;
    return {Kind::ambiguous, late ? Reason::timeout : Reason::outcome_unknown, {}, 0};
}

Kind kind_of_verdict(Verdict::Kind kind) {
    switch (kind) {
    case Verdict::Kind::temporary: return Kind::temporary;
    case Verdict::Kind::permanent: return Kind::permanent;
    case Verdict::Kind::configuration:
    case Verdict::Kind::token: return Kind::configuration;
    case Verdict::Kind::duplicate: return Kind::accepted;
    }
    return Kind::temporary;
}

struct Said {
    std::optional<std::string> success; ///< nothing: there is no such member
    std::string code;
    std::string ref;
};

Said read_body(const Spec& spec, const HttpReply& reply) {
    Said said;
    const auto json = reply.whole() ? parse_json(reply.body) : Error{};
    if (!json.ok()) {
        return said;
    }
    const auto text_at = [&](const std::string& pointer) -> std::optional<std::string> {
        const auto* const value = find_at(json.value().root(), pointer);
        return value == nullptr ? std::nullopt : std::optional(scalar_text(*value));
    };
    said.success = text_at(spec.answer.success);
    said.code = text_at(spec.answer.code).value_or("");
    if (!spec.answer.ref.empty()) {
        said.ref = text_at(spec.answer.ref).value_or("");
    }
    return said;
}

bool is_success(long status) {
    return status >= 200 && status <= 299;
}

/// Without a trace.
Answer classify(const Spec& spec, const HttpReply& reply, const Said& said) {
    if (reply.status == 0) {
        return {without_status(spec, reply), {}};
    }
    if (is_success(reply.status) && said.success == spec.answer.is) {
        return {{Kind::accepted, Reason::none, {}, 0}, {}};
    }
    const auto known = spec.answer.codes.find(said.code);
    if (known != spec.answer.codes.end()) {
        const Verdict& verdict = known->second;
        const bool token = verdict.kind == Verdict::Kind::token;
        return {
            {kind_of_verdict(verdict.kind), token ? Reason::config_auth : verdict.reason, {}, 0},
            {},
            token};
    }
    if (is_success(reply.status) && said.success) {
        // It says no, in words that nobody told us: it did not take it.
        return {{Kind::temporary, Reason::policy_rejected, {}, 0}, {}, false, true};
    }
    return {by_status(spec, reply), {}};
}

} // namespace

std::string trimmed(std::string text, std::string_view to, std::size_t bytes_max) {
    for (char& c : text) {
        c = c > ' ' && c < 0x7F ? c : '?';
    }
    for (std::size_t at = text.find(to); !to.empty() && at != std::string::npos;
         at = text.find(to, at + 1)) {
        text.replace(at, to.size(), "*");
    }
    return text.substr(0, bytes_max);
}

Answer read_answer(const Spec& spec, const HttpReply& reply, std::string_view to) {
    const Said said = read_body(spec, reply);
    Answer answer = classify(spec, reply, said);
    Outcome& outcome = answer.outcome;
    answer.ref = trimmed(said.ref, to, ref_bytes_max);
    outcome.trace = reply.status == 0 ? "http no answer" : fmt::format("http {}", reply.status);
    if (!said.code.empty()) {
        outcome.trace += " code " + trimmed(said.code, to, code_bytes_max);
    }
    if (!answer.ref.empty()) {
        outcome.trace += " ref " + answer.ref;
    }
    if (reply.address_denied) {
        outcome.trace += ", address denied";
    }
    if (reply.curl_code != CURLE_OK) {
        outcome.trace += fmt::format(" curl {}", reply.curl_code);
    }
    if (outcome.kind == Kind::temporary) {
        outcome.retry_after_ms =
            std::clamp<std::int64_t>(reply.retry_after_ms, 0, retry_after_ms_max);
    }
    return answer;
}

std::optional<Token> read_token(const HttpReply& reply) {
    const auto json = reply.whole() && is_success(reply.status) ? parse_json(reply.body) : Error{};
    if (!json.ok()) {
        return std::nullopt;
    }
    const std::string text(member_text(json.value().root(), "access_token"));
    const auto* const expires = find_member(json.value().root(), "expires_in");
    const std::string seconds = expires == nullptr ? "" : scalar_text(*expires);
    const bool numeric =
        !seconds.empty() && seconds.size() <= 9 &&
        std::all_of(seconds.begin(), seconds.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (text.empty() || text.size() > token_bytes_max || !numeric) {
        return std::nullopt;
    }
    return Token{text, std::min<std::int64_t>(std::stoll(seconds), token_seconds_max) * 1000};
}

Outcome token_failure(const HttpReply& reply) {
    Outcome outcome{Kind::configuration, Reason::config_auth, {}, 0};
    if (reply.status == 0) {
        outcome = reply.address_denied
                      ? Outcome{Kind::configuration, Reason::policy_rejected, {}, 0}
                      : transport_fault(reply.curl_code);
    } else if (reply.status == 408 || reply.status == 429 || reply.status >= 500 ||
               !reply.whole()) {
        outcome = {Kind::temporary, Reason::provider_down, {}, 0};
    }
    std::string code;
    if (const auto json = parse_json(reply.body); json.ok()) {
        for (const char* const name : {"errcode", "error"}) {
            if (const auto* const said = find_member(json.value().root(), name)) {
                code = " code " + trimmed(scalar_text(*said), {}, code_bytes_max);
                if (scalar_text(*said) == "-1") { // WeChat: busy
                    outcome = {Kind::temporary, Reason::provider_down, {}, 0};
                }
            }
        }
    }
    outcome.trace = fmt::format("token http {}{} curl {}", reply.status, code, reply.curl_code);
    return outcome;
}

} // namespace songda::delivery::provider
