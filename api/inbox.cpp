// The applicants' counter: the page behind a link, the code that opens it, the files.

#include "api/file_response.hpp"
#include "api/inbox_json.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

constexpr std::size_t code_body_bytes_max = 256;

/// The same words for an unknown link, a wrong code, an expired and a shut link.
http::Response not_opened() {
    return problem_response({403, "link-or-code-wrong", "领取码不对，或链接已失效",
                             "The code is wrong or the link is no longer good."});
}

/// Signed, and not yet proven as it is to be before it is served.
http::Response not_yet() {
    return problem_response({409, "level-awaited",
                             "文书已签发，正在加盖可信时间戳，完成后即可下载，请稍后再来",
                             "The document is signed and waits for its trusted time-stamp; it can "
                             "be downloaded as soon as that is there. Please come back later."});
}

/// `{"code":"12345678"}`; empty for anything else, which then is a wrong code.
std::string read_code(const http::Request& request) {
    const auto body = parse_json(request.body, 2);
    return body.ok() ? std::string(member_text(body.value().root(), "code")) : "";
}

std::string session_header(const ApiParts& parts, const store::InboxId& inbox) {
    const std::string value =
        parts.applicant_keys.make_session(inbox, parts.clock.now() + inbox_session_ms);
    const bool secure = parts.public_base.starts_with("https:");
    return std::string(session_cookie) + '=' + value +
           "; Path=/api/v1/inbox; Max-Age=" + std::to_string(inbox_session_ms / 1000) +
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
    response.body = inbox_json(parts, list.value());
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

} // namespace

void add_inbox_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    using Caller = ApiRoute::Caller;
    const auto page = std::make_shared<const std::string>(html);
    // The same page for every link, known or not.
    to.push_back({"GET", "/inbox/{token}", Policy::anyone, 0, http::Place::quick,
                  [page](const http::Request&, const Caller&) { return unkept_page(page); }});
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
