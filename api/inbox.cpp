// The applicants' counter: the page behind a link, the code that opens it, the files.

#include "api/answers.hpp"
#include "api/delivery_json.hpp"
#include "api/file_response.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/service_json.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

constexpr std::int64_t session_ms = 15 * 60'000;
constexpr std::size_t code_body_bytes_max = 256;

/// The same words for an unknown link, a wrong code, an expired and a shut link.
http::Response not_opened() {
    return problem_response({403,
                             "link-or-code-wrong",
                             "领取码不对，或链接已失效",
                             "The code is wrong or the link is no longer good.",
                             {},
                             nullptr,
                             {}});
}

/// Signed, and not yet proven as it is to be before it is served.
http::Response not_yet() {
    return problem_response({409,
                             "level-awaited",
                             "文书已签发，正在加盖可信时间戳，完成后即可下载，请稍后再来",
                             "The document is signed and waits for its trusted time-stamp; it can "
                             "be downloaded as soon as that is there. Please come back later.",
                             {},
                             nullptr,
                             {}});
}

/// `{"code":"12345678"}`; empty for anything else, which then is a wrong code.
std::string read_code(const http::Request& request) {
    const auto body = parse_json(request.body, 2);
    return body.ok() ? std::string(member_text(body.value().root(), "code")) : "";
}

/// What changed last, and why: the recipient is told the same by notice.
std::string change_json(const store::StatusChange& change) {
    std::string to;
    JsonObject object(to);
    object.text("at", to_rfc3339(change.at));
    object.text_if("operation_zh", store::operation_name_zh(change.operation));
    object.text("reason", change.reason);
    object.text_if("basis", change.basis);
    object.text_if("description", change.description);
    object.end();
    return to;
}

std::string document_json(const ApiParts& parts, const delivery::InboxDocument& entry) {
    const store::DocumentRow& document = entry.document;
    const verifier::Report report = register_report(document, entry.status, parts.clock.now());
    std::string to;
    JsonObject object(to);
    object.text("title", document.title);
    object.text("number", document.number);
    object.text("issuer", document.department_name);
    object.text_if("decided_on", document.decided_on ? to_text(*document.decided_on) : "");
    object.text("issued_at", to_rfc3339(document.issued_at));
    object.text("status", verifier::reason_name(report.status.reason));
    if (entry.status.sequence > 1) {
        object.raw("changed", change_json(entry.status.change));
    }
    object.raw("sample", document.sample ? "true" : "false");
    if (entry.awaited) {
        object.text("awaits", level_name(*entry.awaited));
    } else {
        object.text("download", "/api/v1/inbox/files/" + to_text(document.id));
    }
    object.text("verify", "/v/" + to_text(document.key));
    object.raw("service", service_json(entry.service));
    object.raw("delivery", delivery_json(entry.legs));
    object.end();
    return to;
}

std::string session_header(const ApiParts& parts, const store::InboxId& inbox) {
    const std::string value =
        parts.applicant_keys.make_session(inbox, parts.clock.now() + session_ms);
    const bool secure = parts.public_base.starts_with("https:");
    return std::string(session_cookie) + '=' + value +
           "; Path=/api/v1/inbox; Max-Age=" + std::to_string(session_ms / 1000) +
           "; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : "");
}

http::Response open_inbox(const ApiParts& parts, const http::Request& request) {
    const auto inbox = parts.collecting.open(request.path_values.front(), read_code(request));
    if (!inbox.ok()) {
        return problem_response(problem_of(inbox.error()));
    }
    if (!inbox.value()) {
        return not_opened();
    }
    const auto list = parts.collecting.list(*inbox.value());
    if (!list.ok()) {
        return problem_response(problem_of(list.error()));
    }
    http::Response response;
    response.content_type = "application/json";
    response.headers = {{"Cache-Control", "no-store"},
                        {"Set-Cookie", session_header(parts, *inbox.value())}};
    response.body = "{\"documents\":";
    append_json_array(response.body, list.value(), [&](const delivery::InboxDocument& entry) {
        response.body += document_json(parts, entry);
    });
    response.body += '}';
    return response;
}

http::Response hand_over(const ApiParts& parts, const http::Request& request,
                         const store::InboxId& inbox) {
    const auto id = parse_document_id(request.path_values.front());
    const auto handover = parts.collecting.hand_over(inbox, id.value_or(DocumentId{}));
    if (!handover.ok()) {
        return problem_response(problem_of(handover.error()));
    }
    if (!handover.value()) {
        return refusal_response(404, "no such document");
    }
    return handover.value()->awaited
               ? not_yet()
               : file_response(handover.value()->document, handover.value()->file);
}

http::Response inbox_page(const std::shared_ptr<const std::string>& page) {
    http::Response response;
    response.content_type = "text/html; charset=utf-8";
    response.headers = page_headers();
    response.headers.emplace_back("Cache-Control", "no-store");
    response.shared_body = page;
    return response;
}

} // namespace

void add_inbox_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    using Caller = ApiRoute::Caller;
    const auto page = std::make_shared<const std::string>(html);
    // The same page for every link, known or not.
    to.push_back({"GET", "/inbox/{token}", Policy::anyone, 0, http::Place::quick,
                  [page](const http::Request&, const Caller&) { return inbox_page(page); }});
    to.push_back({"POST", "/api/v1/inbox/{token}:open", Policy::anyone_document,
                  code_body_bytes_max, http::Place::worker,
                  [&parts](const http::Request& request, const Caller&) {
                      return open_inbox(parts, request);
                  },
                  "application/json"});
    to.push_back({"GET", "/api/v1/inbox/files/{id}", Policy::applicant, 0, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return hand_over(parts, request, caller.inbox);
                  }});
}

} // namespace songda::api
