// The applicant's counter: a link from the mail, a code from another channel, then the documents.

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/documents.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

constexpr std::size_t code_body_bytes_max = 256;

http::Response wrong_code() {
    return problem_response(
        {403,
         "wrong-code",
         "链接或取件码不正确，或已失效；连续输错五次后请联系发证部门",
         "The link or the code is wrong or used up; after five tries ask the issuing department.",
         {},
         nullptr,
         {}});
}

/// Nothing if the body is not {"code": "…"}.
std::optional<std::string> read_code(std::string_view body) {
    const auto parsed = parse_json(body);
    if (!parsed.ok() || !parsed.value().is_object() || parsed.value().size() != 1) {
        return std::nullopt;
    }
    const auto code = parsed.value().find("code");
    return code != parsed.value().end() && code->is_string()
               ? std::optional(code->get<std::string>())
               : std::nullopt;
}

json delivery_json(const ApiParts& parts, const DocumentId& document) {
    json list = json::array();
    const auto legs = parts.store.legs_of(document);
    if (!legs.ok()) {
        return list;
    }
    for (const store::LegRow& leg : legs.value()) {
        const auto events = parts.store.leg_events(leg.id);
        const bool known = events.ok() && !events.value().empty();
        list.push_back({{"channel", parts.channel_name(leg.channel)},
                        {"state", parts.leg_state_name(leg.state)},
                        {"at", to_rfc3339(known ? events.value().back().happened : leg.created)}});
    }
    return list;
}

Result<json> documents_json(const ApiParts& parts, const store::InboxId& inbox) {
    const auto entries = parts.store.inbox(inbox);
    if (!entries.ok()) {
        return entries.error();
    }
    json list = json::array();
    for (const store::InboxEntry& entry : entries.value()) {
        const auto document = parts.store.find_document(entry.document);
        const auto status = parts.store.find_status(entry.document);
        if (!document.ok() || !document.value() || !status.ok() || !status.value()) {
            continue;
        }
        const auto report = register_report(*document.value(), *status.value(), parts.clock.now());
        list.push_back({{"title", document.value()->title},
                        {"number", document.value()->number},
                        {"issuer", document.value()->department_name},
                        {"issued_at", to_rfc3339(document.value()->issued_at)},
                        {"status", verifier::reason_name(report.status.reason)},
                        {"verify", "/v/" + to_text(document.value()->key)},
                        {"download", "/api/v1/inbox/files/" + to_text(entry.document)},
                        {"delivery", delivery_json(parts, entry.document)}});
    }
    return json{{"documents", list}};
}

http::Response open_inbox(const ApiParts& parts, RateLimiter& codes, const http::Request& request) {
    const TimeMs now = parts.clock.now();
    const std::int64_t wait = codes.seconds_to_wait(request.peer, now);
    if (wait > 0) {
        http::Response response = refusal_response(429, "");
        response.headers.emplace_back("Retry-After", std::to_string(wait));
        return response;
    }
    const auto code = read_code(request.body);
    if (!code) {
        return refusal_response(400, "the body must be {\"code\": \"12345678\"}");
    }
    const std::string& token = request.path_values.front();
    const auto inbox =
        parts.store.try_access(sha256(as_bytes(token)), parts.code_hash(token, *code), now);
    if (!inbox.ok()) {
        return problem_response(problem_of(inbox.error()));
    }
    if (!inbox.value()) {
        return wrong_code();
    }
    const auto documents = documents_json(parts, *inbox.value());
    if (!documents.ok()) {
        return problem_response(problem_of(documents.error()));
    }
    http::Response response;
    response.content_type = "application/json";
    const bool secure = parts.public_base.rfind("https://", 0) == 0;
    response.headers = {
        {"Cache-Control", "no-store"},
        {"Set-Cookie", "songda_inbox=" + parts.sessions.open(*inbox.value(), now, parts.random) +
                           "; Path=/api/v1/inbox; HttpOnly; SameSite=Strict; Max-Age=1800" +
                           (secure ? "; Secure" : "")}};
    response.body = documents.value().dump();
    return response;
}

http::Response download(const ApiParts& parts, const http::Request& request,
                        const store::InboxId& inbox) {
    const auto id = parse_document_id(request.path_values.front());
    const auto entries = parts.store.inbox(inbox);
    if (!entries.ok()) {
        return problem_response(problem_of(entries.error()));
    }
    for (const store::InboxEntry& entry : entries.value()) {
        if (!id || entry.document != *id) {
            continue;
        }
        const auto document = parts.store.find_document(entry.document);
        if (!document.ok() || !document.value()) {
            return problem_response(
                problem_of(document.ok() ? Error{Fault::corrupt, "inbox entry without document"}
                                         : document.error()));
        }
        http::Response response = file_response(parts, *document.value());
        if (response.status == 200) {
            const auto opened = parts.store.mark_opened(inbox, entry.leg, parts.clock.now());
            if (opened.ok() && opened.value()) {
                parts.note_opened(entry.document, entry.leg);
            }
        }
        return response;
    }
    return refusal_response(404, "no such document");
}

} // namespace

void add_inbox_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    const auto codes = std::make_shared<RateLimiter>(parts.limits.code_per_address);
    to.push_back({"POST", "/api/v1/inbox/{token}:open", Policy::anyone, code_body_bytes_max,
                  http::Place::worker,
                  [&parts, codes](const http::Request& request, const Caller&) {
                      return open_inbox(parts, *codes, request);
                  }});
    to.push_back({"GET", "/api/v1/inbox/files/{id}", Policy::inbox, 0, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return download(parts, request, caller.inbox);
                  }});
}

} // namespace songda::api
