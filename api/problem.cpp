#include "api/problem.hpp"

#include <atomic>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"

namespace songda::api {
namespace {

constexpr std::string_view type_base = "https://songda.example/problems/";

void append_finding(std::string& to, const issuer::Finding& finding) {
    JsonObject object(to);
    object.text("pointer", finding.pointer);
    object.text("rule", finding.rule);
    object.text_if("value", finding.value);
    object.text("message", finding.message_zh);
    object.text("message_en", finding.message_en);
    object.end();
}

struct Wording {
    int status;
    std::string_view code;
    std::string_view zh;
    std::string_view en;
};

Wording wording_of(Fault fault) {
    switch (fault) {
    case Fault::invalid_input:
        return {400, "invalid-input", "请求有误", "The request is not right."};
    case Fault::not_found: return {404, "not-found", "没有找到", "There is no such thing here."};
    case Fault::conflict:
        return {409, "conflict", "与已有记录冲突", "It contradicts what is on record."};
    case Fault::forbidden:
        return {403, "forbidden", "没有权限", "This credential does not allow it."};
    case Fault::overloaded:
        return {503, "overloaded", "系统繁忙，请稍后再试",
                "The service is busy; try again shortly."};
    case Fault::unavailable:
        return {503, "unavailable", "暂时无法办理，请稍后再试；用同一幂等键重试不会重复",
                "It cannot be done at the moment; a retry under the same key does nothing twice."};
    case Fault::no_space:
        return {503, "storage-full",
                "磁盘空间不足，没有写入、也没有签发任何内容；请稍后重发，签发请求用同一幂等键（Idem"
                "potency-"
                "Key）",
                "The disk is full: nothing was written and nothing issued; send it again later, a "
                "decision with the same Idempotency-Key."};
    case Fault::held:
        return {503, "numbers-held",
                "系统由备份恢复，编号待管理员确定，暂不签发，没有签发任何内容；请稍后用同一幂等键（"
                "Idempotency-Key）重发",
                "The service was restored from a backup and its operator has yet to decide where "
                "the numbers go on: nothing was issued; send it again later with the same "
                "Idempotency-Key."};
    case Fault::exhausted:
        return {503, "numbers-used-up",
                "该类文书的编号已用完，没有签发任何内容；请管理员扩大编号位数后，用同一幂等键（"
                "Idempotency-Key）重发",
                "The numbers of this kind of document are used up: nothing was issued; send it "
                "again with the same Idempotency-Key once the operator has made room."};
    case Fault::corrupt:
    case Fault::internal: break;
    }
    return {500, "internal", "系统内部错误，已记录", "A defect of ours; it is on record."};
}

Wording wording_of(int status) {
    switch (status) {
    case 400:
        return {400, "malformed-request", "请求格式不明确", "The request has no single meaning."};
    case 404: return {404, "not-found", "没有找到", "There is no such thing here."};
    case 405: return {405, "method-not-allowed", "不支持该方法", "This path has other methods."};
    case 408: return {408, "too-slow", "请求发送太慢", "The request did not arrive in time."};
    case 413: return {413, "too-large", "请求内容过大", "The body is larger than this path takes."};
    case 429:
        return {429, "too-many-requests", "请求过于频繁，请稍后再试",
                "Too many requests; slow down."};
    case 431: return {431, "header-too-large", "请求头过大", "The header is larger than allowed."};
    case 503:
        return {503, "overloaded", "系统繁忙，请稍后再试",
                "The service is busy; try again shortly."};
    default: return {500, "internal", "系统内部错误，已记录", "A defect of ours; it is on record."};
    }
}

/// Counts answers of this process, so that a caller's report can be found in the log.
std::string next_instance() {
    static std::atomic<std::uint64_t> count{0};
    return fmt::format("urn:songda:answer:{}", ++count);
}

} // namespace

std::string problem_json(const Problem& problem) {
    std::string to;
    JsonObject object(to);
    object.text("type", fmt::format("{}{}", type_base, problem.code));
    object.text("title", problem.title_zh);
    object.text("title_en", problem.title_en);
    object.raw("status", std::to_string(problem.status));
    object.text("code", problem.code);
    object.text_if("detail", problem.detail);
    object.text_if("document", problem.document);
    if (problem.seal != nullptr && problem.seal->refused) {
        object.text_if("seal", problem.seal->seal);
        object.text("rule", problem.seal->refused->rule);
        object.text("message", problem.seal->refused->zh);
        object.text("message_en", problem.seal->refused->en);
    }
    if (problem.errors != nullptr) {
        object.begin("errors");
        to += '[';
        for (std::size_t i = 0; i < problem.errors->size(); ++i) {
            to += i > 0 ? "," : "";
            append_finding(to, (*problem.errors)[i]);
        }
        to += ']';
    }
    object.end();
    return to;
}

http::Response problem_response(const Problem& problem) {
    http::Response response;
    response.status = problem.status;
    response.content_type = "application/problem+json";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = problem_json(problem);
    return response;
}

Problem key_missing() {
    return {400, "idempotency-key-missing", "缺少幂等键（Idempotency-Key）",
            "An idempotency key is needed."};
}

Problem key_reused() {
    return {422, "idempotency-key-reused", "同一幂等键已用于不同的内容",
            "This idempotency key came before with other content."};
}

Problem problem_of_answer(const issuer::Answer& answer) {
    switch (answer.kind) {
    case issuer::Answer::Kind::refused:
        return {422,
                "decision-refused",
                "决定内容不符合要求",
                "The decision breaks rules; each is listed.",
                {},
                &answer.findings,
                {}};
    case issuer::Answer::Kind::key_missing: return key_missing();
    case issuer::Answer::Kind::key_conflict: return key_reused();
    case issuer::Answer::Kind::key_running:
        return {409, "still-running", "同一幂等键的请求仍在办理",
                "A request with this key is still running."};
    case issuer::Answer::Kind::seal_refused:
        return {403,
                "seal-refused",
                "印章不得用于此文书",
                "The seal may not be used for this document.",
                {},
                nullptr,
                {},
                answer.seal ? &*answer.seal : nullptr};
    case issuer::Answer::Kind::case_conflict:
        return {409,
                "case-already-issued",
                "该办件已出具同一文书",
                "This case already has this document.",
                {},
                nullptr,
                to_text(answer.document.id)};
    default: return problem_of(answer.error);
    }
}

std::string fault_words(Fault fault) {
    const Wording wording = wording_of(fault);
    return fmt::format("{} {}", wording.zh, wording.en);
}

Problem problem_of(const Error& error) {
    const Wording wording = wording_of(error.fault);
    Problem problem{wording.status, wording.code, wording.zh, wording.en};
    if (wording.status >= 500) {
        problem.detail = next_instance();
        log::error("request_failed", {{"instance", problem.detail},
                                      {"fault", fault_name(error.fault)},
                                      {"detail", error.detail}});
    }
    return problem;
}

http::Response refusal_response(int status, std::string_view why) {
    const Wording wording = wording_of(status);
    return problem_response({status, wording.code, wording.zh, wording.en, std::string(why)});
}

} // namespace songda::api
