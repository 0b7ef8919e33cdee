// The counter for paper: each print of a document has its number, place, time and collector, and
// can be revoked alone.

#include <fmt/format.h>

#include "api/own_document.hpp"
#include "api/paper_words.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

constexpr std::size_t body_bytes_max = 4096;
constexpr std::size_t place_characters_max = 40;
constexpr std::size_t collector_characters_max = 100;
constexpr std::size_t reason_characters_max = 200;

using Document = store::DocumentRow;

http::Response no_such_copy() {
    return refusal_response(404, "no such paper copy");
}

http::Response refused(std::string_view zh, std::string_view en) {
    return problem_response({422, "copy-refused", zh, en});
}

std::string copy_json(const Document& document, std::size_t number, const store::PaperCopy& copy) {
    std::string to;
    JsonObject object(to);
    object.raw("number", std::to_string(number));
    object.text("printed_at", to_rfc3339(copy.at));
    object.text("place", copy.place);
    object.text("collector", copy.collector.reveal());
    object.text("actor", copy.actor);
    object.text_if("revoked_at", copy.revoked ? to_rfc3339(*copy.revoked) : "");
    object.text_if("reason", copy.reason);
    object.text("file",
                fmt::format("/api/v1/documents/{}/copies/{}/file", to_text(document.id), number));
    object.end();
    return to;
}

/// The number that the path names, and the copy, if it is there.
struct Named {
    std::size_t number = 0;
    std::optional<store::PaperCopy> copy;
};

Result<Named> find_copy(const ApiParts& parts, const Document& document, std::string_view number) {
    const auto copies = parts.store.paper_copies(document.id);
    if (!copies.ok()) {
        return copies.error();
    }
    for (std::size_t at = 0; at < copies.value().size(); ++at) {
        if (number == std::to_string(at + 1)) {
            return Named{at + 1, copies.value()[at]};
        }
    }
    return Named{};
}

/// What does not hold is not printed for anybody.
http::Response print_copy(const ApiParts& parts, const Document& document,
                          const http::Request& request, const Principal& principal) {
    const auto key = idempotency_key(request);
    if (!key || key->empty()) {
        return key ? problem_response(key_missing()) : malformed_key();
    }
    const auto body = parse_json(request.body, 2);
    const std::string place(body.ok() ? member_text(body.value().root(), "place") : "");
    const std::string collector(body.ok() ? member_text(body.value().root(), "collector") : "");
    if (!is_said(place, place_characters_max) || !is_said(collector, collector_characters_max)) {
        return refused("须写明打印地点（place，最多40个字）和领取人（collector，最多100个字）",
                       "The place (up to 40 characters) and the collector (up to 100) are needed.");
    }
    const auto status = parts.store.find_status(document);
    if (!status.ok()) {
        return problem_response(problem_of(status.error()));
    }
    if (store::status_at(document, status.value().change.status, parts.clock.now()) !=
        store::DocumentStatus::valid) {
        return problem_response({409, "document-not-valid", "文书现不处于有效状态，不能打印",
                                 "The document does not hold now; it is not printed."});
    }
    store::PaperCopy copy;
    copy.at = parts.clock.now();
    copy.actor = principal.actor;
    copy.key = *key;
    copy.place = place;
    copy.collector = Private<std::string>(collector);
    const auto number = parts.store.add_paper_copy(
        document.id, copy, {copy.at, principal.actor, "paper_copy", to_text(document.id), ""});
    if (!number.ok()) {
        return problem_response(problem_of(number.error()));
    }
    const auto stored =
        parts.store.paper_copies(document.id); // a repeated request has an earlier one
    if (!stored.ok()) {
        return problem_response(problem_of(stored.error()));
    }
    return json_response(201,
                         copy_json(document, number.value(), stored.value()[number.value() - 1]));
}

http::Response list_copies(const ApiParts& parts, const Document& document, const http::Request&,
                           const Principal&) {
    const auto copies = parts.store.paper_copies(document.id);
    if (!copies.ok()) {
        return problem_response(problem_of(copies.error()));
    }
    std::string body = "{\"copies\":[";
    for (std::size_t at = 0; at < copies.value().size(); ++at) {
        body += at == 0 ? "" : ",";
        body += copy_json(document, at + 1, copies.value()[at]);
    }
    return json_response(200, body + "]}");
}

http::Response send_copy(const ApiParts& parts, const Document& document,
                         const http::Request& request, const Principal&) {
    const auto named = find_copy(parts, document, request.path_values[1]);
    if (!named.ok()) {
        return problem_response(problem_of(named.error()));
    }
    if (!named.value().copy || named.value().copy->revoked) {
        return no_such_copy();
    }
    const auto file =
        parts.issuer.print(document, words_of_copy(named.value().number, *named.value().copy));
    if (!file.ok()) {
        return problem_response(problem_of(file.error()));
    }
    http::Response response;
    response.content_type = "application/pdf";
    response.headers = {{"Cache-Control", "no-store"},
                        {"Content-Disposition", "inline; filename=\"copy.pdf\""}};
    response.body = as_text(file.value().file);
    return response;
}

http::Response revoke_copy(const ApiParts& parts, const Document& document,
                           const http::Request& request, const Principal& principal) {
    const auto body = parse_json(request.body, 2);
    const std::string reason(body.ok() ? member_text(body.value().root(), "reason") : "");
    if (!is_said(reason, reason_characters_max)) {
        return refused("作废须写明事由（reason，最多200个字）",
                       "The reason is needed, up to 200 characters.");
    }
    const auto named = find_copy(parts, document, request.path_values[1]);
    if (!named.ok()) {
        return problem_response(problem_of(named.error()));
    }
    if (!named.value().copy) {
        return no_such_copy();
    }
    const TimeMs now = parts.clock.now();
    const auto number = static_cast<std::uint32_t>(named.value().number);
    const auto revoked = parts.store.revoke_paper_copy(
        document.id, number, now, reason,
        {now, principal.actor, "paper_copy_revoked", to_text(document.id), std::to_string(number)});
    if (!revoked.ok()) {
        return problem_response(problem_of(revoked.error()));
    }
    const auto after = find_copy(parts, document, request.path_values[1]);
    return after.ok() ? json_response(200, copy_json(document, number, *after.value().copy))
                      : problem_response(problem_of(after.error()));
}

} // namespace

std::string words_of_copy(std::size_t number, const store::PaperCopy& copy) {
    return fmt::format("纸质件 第{:06}份 · {} 打印于 {}", number, to_text(china_date(copy.at)),
                       copy.place);
}

void add_paper_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    const auto worker = http::Place::worker;
    const std::string copies = "/api/v1/documents/{id}/copies";
    to.push_back(own_document_route(
        parts, {"POST", copies, Policy::issue, body_bytes_max, worker, {}, "application/json"},
        &print_copy));
    to.push_back(
        own_document_route(parts, {"GET", copies, Policy::read, 0, worker, {}}, &list_copies));
    to.push_back(own_document_route(
        parts, {"GET", copies + "/{number}/file", Policy::read, 0, worker, {}}, &send_copy));
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     copies + "/{number}:revoke",
                                     Policy::status,
                                     body_bytes_max,
                                     worker,
                                     {},
                                     "application/json"},
                                    &revoke_copy));
}

} // namespace songda::api
