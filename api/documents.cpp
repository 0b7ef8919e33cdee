// The departments' counter: issue one, issue many, look up, download.

#include <fmt/format.h>

#include "api/answers.hpp"
#include "api/clock_json.hpp"
#include "api/delivery_json.hpp"
#include "api/file_response.hpp"
#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/remedies_json.hpp"
#include "api/routes.hpp"
#include "api/service_json.hpp"
#include "api/status.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

using issuer::Answer;

/// Members of a document, into an object that the caller opened and ends.
void put_document(JsonObject& to, const ApiParts& parts, const store::DocumentRow& document) {
    const std::string key = to_text(document.key);
    to.text("id", to_text(document.id));
    to.text("key", key);
    to.text("number", document.number);
    to.text("title", document.title);
    to.text("template", document.template_version);
    to.text("case_number", document.case_number);
    to.text("holder", document.holder_masked);
    to.text_if("decided_on", document.decided_on ? to_text(*document.decided_on) : "");
    to.text("issued_at", to_rfc3339(document.issued_at));
    to.text_if("valid_until", document.valid_until           ? to_text(*document.valid_until)
                              : !document.identifier.empty() ? issuer::long_term_words
                                                             : "");
    to.text_if("identifier", document.identifier);
    to.text("sha256", to_hex(document.file_hash));
    to.raw("bytes", std::to_string(document.file.size));
    to.text("level_wanted", level_name(document.level_wanted));
    to.text("verify", parts.public_base + "/v/" + key);
    to.text("file", "/api/v1/documents/" + to_text(document.id) + "/file");
}

std::string document_json(const ApiParts& parts, const store::DocumentRow& document) {
    std::string to;
    JsonObject object(to);
    put_document(object, parts, document);
    object.end();
    return to;
}

bool is_document(const Answer& answer) {
    return answer.kind == Answer::Kind::issued || answer.kind == Answer::Kind::replayed;
}

/// Two keys that differ leave open which of them is replayed: refused.
bool contradicts(const std::string& header_key, std::string_view body) {
    if (header_key.empty()) {
        return false;
    }
    const auto decision = parse_json(body);
    const std::string_view own =
        decision.ok() ? member_text(decision.value().root(), "idempotency_key") : "";
    return !own.empty() && own != header_key;
}

http::Response issue_one(const ApiParts& parts, const http::Request& request,
                         const Principal& principal) {
    const auto key = idempotency_key(request);
    if (!key) {
        return malformed_key();
    }
    if (contradicts(*key, request.body)) {
        Answer refused;
        refused.kind = Answer::Kind::refused;
        refused.findings = {{"/idempotency_key",
                             "same_as_header",
                             {},
                             "与请求头 Idempotency-Key 不一致",
                             "differs from the header Idempotency-Key"}};
        return problem_response(problem_of_answer(refused));
    }
    const issuer::Row row{request.body, *key, {}, principal.actor};
    const Answer answer = parts.issuer.issue(principal.department, {&row, 1}).front();
    if (!is_document(answer)) {
        return problem_response(problem_of_answer(answer));
    }
    // A replay is answered like the first time, as the client would have seen it.
    http::Response response = json_response(201, document_json(parts, answer.document));
    response.headers.emplace_back("Location", "/api/v1/documents/" + to_text(answer.document.id));
    if (answer.kind == Answer::Kind::replayed) {
        response.headers.emplace_back("Idempotency-Replayed", "true");
    }
    return response;
}

std::string row_json(const ApiParts& parts, std::size_t number, const Answer& answer) {
    if (is_document(answer)) {
        return fmt::format("{{\"row\":{},\"status\":201,\"replayed\":{},\"document\":{}}}\n",
                           number, answer.kind == Answer::Kind::replayed,
                           document_json(parts, answer.document));
    }
    const Problem problem = problem_of_answer(answer);
    return fmt::format("{{\"row\":{},\"status\":{},\"problem\":{}}}\n", number, problem.status,
                       problem_json(problem));
}

/// Lines of NDJSON; a last line needs no newline, an empty line is a row of its own that gets
/// refused.
std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

http::Response issue_batch(const ApiParts& parts, const http::Request& request,
                           const Principal& principal) {
    const std::vector<std::string_view> lines = split_lines(request.body);
    if (lines.empty() || lines.size() > parts.limits.batch_rows_max) {
        const std::string detail =
            fmt::format("{} rows; 1 to {} are taken", lines.size(), parts.limits.batch_rows_max);
        return problem_response({lines.empty() ? 400 : 413, "batch-rows", "批量行数不在允许范围内",
                                 "The number of rows is out of bounds.", detail});
    }
    const auto key = idempotency_key(request);
    if (!key) {
        return malformed_key();
    }
    std::vector<issuer::Row> rows;
    rows.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        rows.push_back(
            {lines[i], key->empty() ? "" : fmt::format("{}:{}", *key, i + 1), {}, principal.actor});
    }
    const std::vector<Answer> answers = parts.issuer.issue(principal.department, rows);
    http::Response response = json_response(200, {});
    response.content_type = "application/x-ndjson";
    response.body.reserve(answers.size() * 640);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        response.body += row_json(parts, i + 1, answers[i]);
    }
    return response;
}

http::Response not_found() {
    return refusal_response(404, "no such document");
}

std::string related_json(const std::vector<store::RelatedDocument>& related) {
    std::string to;
    append_json_array(to, related, [&to](const store::RelatedDocument& each) {
        JsonObject object(to);
        object.text("kind", issuer::relation_name(each.kind));
        object.text("id", to_text(each.document));
        object.end();
    });
    return to;
}

/// How far its file is, and what was put behind it. `sha256` and `bytes` are of the issued file.
Result<void> put_level(JsonObject& to, std::string& text, const ApiParts& parts,
                       const store::DocumentRow& document) {
    const auto row = parts.store.find_augmentation(document.id);
    const auto revisions = parts.store.revisions(document.id);
    if (!row.ok() || !revisions.ok()) {
        return row.ok() ? revisions.error() : row.error();
    }
    to.text("level", level_name(row.value() ? row.value()->level : SignatureLevel::b_b));
    to.text_if("level_by", document.level_by ? to_rfc3339(*document.level_by) : "");
    if (row.value() && store::is_parked(*row.value())) {
        to.raw("level_parked", "true");
    }
    if (!revisions.value().empty()) {
        to.begin("revisions");
        append_json_array(text, revisions.value(), [&text](const store::RevisionRow& each) {
            JsonObject object(text);
            object.text("level", level_name(each.level));
            object.text("at", to_rfc3339(each.at));
            object.text_if("proven_until", each.proven_until ? to_rfc3339(*each.proven_until) : "");
            object.text("sha256", to_hex(each.file_hash));
            object.raw("bytes", std::to_string(each.size));
            object.end();
        });
    }
    return {};
}

/// Its SM2 message, where there is or will be one.
Result<void> put_message(JsonObject& to, const ApiParts& parts,
                         const store::DocumentRow& document) {
    const auto row = parts.store.find_message(document.id);
    if (!row.ok() || !row.value()) {
        return row.ok() ? Result<void>() : row.error();
    }
    std::string text;
    JsonObject object(text);
    object.text("state", row.value()->made ? "made" : "waiting");
    if (row.value()->made) {
        object.text("at", to_rfc3339(*row.value()->made));
        object.text("sha256", to_hex(row.value()->hash));
        object.raw("bytes", std::to_string(row.value()->length));
        object.text("file", "/api/v1/documents/" + to_text(document.id) + "/record.p7s");
    }
    object.end();
    to.raw("sm2_message", text);
    return {};
}

http::Response show_document(const ApiParts& parts, const store::DocumentRow& document,
                             const http::Request&, const Principal&) {
    const auto history = parts.store.status_history(document.id);
    if (!history.ok()) {
        return problem_response(problem_of(history.error()));
    }
    const auto legs = delivery::progress_of(parts.store, document.id);
    if (!legs.ok()) {
        return problem_response(problem_of(legs.error()));
    }
    const auto service = delivery::find_service_case(parts.store, document, parts.clock.now());
    if (!service.ok()) {
        return problem_response(problem_of(service.error()));
    }
    const auto related = parts.store.related_to(document.id);
    const auto holds = find_register_report(parts.store, document, parts.clock.now());
    if (!related.ok() || !holds.ok()) {
        return problem_response(problem_of(related.ok() ? holds.error() : related.error()));
    }
    std::string body;
    JsonObject object(body);
    put_document(object, parts, document);
    for (const Result<void>& put :
         {put_level(object, body, parts, document), put_message(object, parts, document)}) {
        if (!put.ok()) {
            return problem_response(problem_of(put.error()));
        }
    }
    object.raw("status", history_json(history.value()));
    object.raw("holds", holds_json(holds.value()));
    if (document.relation) {
        object.raw("relates",
                   related_json({{document.relation->kind, document.relation->document}}));
    }
    if (!related.value().empty()) {
        object.raw("related", related_json(related.value()));
    }
    object.raw("service", service_json(service.value()));
    if (const auto remedies = remedies_json(parts, document, service.value())) {
        object.raw("remedies", *remedies);
    }
    object.raw("delivery", delivery_json(legs.value(), Reader::department));
    const delivery::Moments moments = delivery::moments_of(document, legs.value(), service.value());
    object.raw("clock", clock_json(moments, delivery::intervals_of(moments, parts.calendar,
                                                                   china_date(parts.clock.now()))));
    object.end();
    return json_response(200, std::move(body));
}

http::Response send_file(const ApiParts& parts, const store::DocumentRow& document,
                         const http::Request&, const Principal&) {
    const auto file = parts.store.read_file(document);
    return file.ok() ? file_response(document, file.value())
                     : problem_response(problem_of(file.error()));
}

http::Response send_message(const ApiParts& parts, const store::DocumentRow& document,
                            const http::Request&, const Principal&) {
    const auto row = parts.store.find_message(document.id);
    if (!row.ok()) {
        return problem_response(problem_of(row.error()));
    }
    if (!row.value()) {
        return refusal_response(404, "the department had no SM2 seal when it was issued "
                                     "签发时部门没有国密印章");
    }
    if (!row.value()->made) {
        return refusal_response(503, "the message is not made yet: ask again 国密签名尚未生成");
    }
    const auto message = parts.store.read_message(*row.value());
    return message.ok() ? message_response(document, message.value())
                        : problem_response(problem_of(message.error()));
}

/// For the clerk who has seen the applicant's identity card: the link opens again, the code is
/// told. Asking twice gives the same link and code, so it needs no idempotency key.
http::Response renew_collection(const ApiParts& parts, const store::DocumentRow& document,
                                const http::Request&, const Principal& principal) {
    const auto renewed = parts.collecting.renew(document.id);
    if (!renewed.ok()) {
        return problem_response(problem_of(renewed.error()));
    }
    if (!renewed.value()) {
        return not_found();
    }
    const store::AuditRow row{parts.clock.now(), principal.actor, "collection_code_told",
                              to_text(document.id), ""};
    const auto written = parts.store.append_audit({&row, 1});
    if (!written.ok()) {
        return problem_response(problem_of(written.error()));
    }
    std::string body;
    JsonObject object(body);
    object.text("link", renewed.value()->collection.link);
    object.text("code", renewed.value()->collection.code.reveal());
    object.text("expires", to_rfc3339(renewed.value()->expires));
    object.end();
    return json_response(200, std::move(body));
}

} // namespace

void add_document_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    to.push_back({"POST", "/api/v1/documents", Policy::issue, parts.limits.decision_bytes_max,
                  http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return issue_one(parts, request, caller.principal);
                  },
                  "application/json"});
    to.push_back({"POST", "/api/v1/documents:batch", Policy::issue, parts.limits.batch_bytes_max,
                  http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return issue_batch(parts, request, caller.principal);
                  },
                  "application/x-ndjson"});
    const auto own = [&](std::string method, const std::string& behind, Policy policy,
                         OwnHandler handle) {
        to.push_back(own_document_route(parts,
                                        {std::move(method),
                                         "/api/v1/documents/{id}" + behind,
                                         policy,
                                         0,
                                         http::Place::worker,
                                         {}},
                                        handle));
    };
    own("GET", "", Policy::read, &show_document);
    own("GET", "/file", Policy::read, &send_file);
    own("GET", "/record.p7s", Policy::read, &send_message);
    own("POST", "/collection-code", Policy::issue, &renew_collection);
}

} // namespace songda::api
