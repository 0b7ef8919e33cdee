// The departments' counter for what becomes of a document: suspend, restore, revoke, cancel.

#include "api/status.hpp"

#include <algorithm>
#include <array>

#include <rapidjson/document.h>

#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

using issuer::Finding;
using store::DocumentStatus;

constexpr std::size_t body_bytes_max = 8U << 10U;
constexpr std::size_t text_characters_max = 200;

/// What a department may say itself. Superseded comes with the document that replaces another.
constexpr std::array settable = {DocumentStatus::valid,     DocumentStatus::suspended,
                                 DocumentStatus::revoked,   DocumentStatus::cancelled,
                                 DocumentStatus::forfeited, DocumentStatus::transferred,
                                 DocumentStatus::other};

/// A text of the body; `needed` as the status asks for it.
std::string read_text(const rapidjson::Value& body, std::string_view member, bool needed,
                      std::vector<Finding>& findings) {
    const rapidjson::Value* const value = find_member(body, member);
    if (value == nullptr) {
        if (needed) {
            tell(findings, member, "required", "缺少该项", "is missing");
        }
        return {};
    }
    const std::string text(text_of(*value));
    if (!is_said(text, text_characters_max)) {
        tell(findings, member, "kind", "应为1至200个字的文本，不含控制字符",
             "must be text of 1 to 200 characters without control characters");
    }
    return text;
}

store::StatusChange read_change(const rapidjson::Value& body, std::vector<Finding>& findings) {
    static constexpr std::array<std::string_view, 4> members = {"status", "reason", "basis",
                                                                "description"};
    refuse_others(body, members, findings);
    store::StatusChange change;
    const std::string_view name = member_text(body, "status");
    const auto known = std::find_if(settable.begin(), settable.end(), [name](DocumentStatus one) {
        return store::status_name(one) == name;
    });
    if (known == settable.end()) {
        tell(findings, "status", "choice",
             "应为 valid、suspended、revoked、cancelled、forfeited、transferred 或 other",
             "must be valid, suspended, revoked, cancelled, forfeited, transferred or other");
    } else {
        change.status = *known;
    }
    const bool other = change.status == DocumentStatus::other;
    change.reason = read_text(body, "reason", true, findings);
    change.basis = read_text(body, "basis", true, findings);
    change.description = read_text(body, "description", other, findings);
    if (!other && !change.description.empty()) {
        tell(findings, "description", "unknown", "只有状态 other 才有说明",
             "belongs to status other");
    }
    return change;
}

http::Response refused(const std::vector<Finding>& findings) {
    return refused_for("status-refused", "状态变更的内容不符合要求",
                       "The change of status breaks rules; each is listed.", findings);
}

http::Response no_such_step(const store::StatusChange& present) {
    return problem_response(
        {409, "status-step", "现在的状态不能这样变更", "The present status allows no such step.",
         std::string(store::status_name(present.status)) + " since " + to_rfc3339(present.at)});
}

/// The same words by the same caller as the last entry: a repeated request, not a second change.
bool repeats(const store::StatusChange& last, const store::StatusChange& change) {
    return last.status == change.status && last.reason == change.reason &&
           last.basis == change.basis && last.description == change.description &&
           last.actor == change.actor;
}

http::Response history_response(const ApiParts& parts, const store::DocumentRow& document) {
    const auto history = parts.store.status_history(document.id);
    if (!history.ok()) {
        return problem_response(problem_of(history.error()));
    }
    http::Response response;
    response.content_type = "application/json";
    response.headers.emplace_back("Cache-Control", "no-store");
    JsonObject object(response.body);
    object.text("id", to_text(document.id));
    object.text("key", to_text(document.key));
    object.raw("status", history_json(history.value()));
    object.end();
    return response;
}

http::Response change_status(const ApiParts& parts, const store::DocumentRow& document,
                             const http::Request& request, const Principal& principal) {
    const auto body = object_body(request);
    if (!body) {
        return refusal_response(400, "the body is no JSON object");
    }
    std::vector<Finding> findings;
    store::StatusChange change = read_change(body->root(), findings);
    if (!findings.empty()) {
        return refused(findings);
    }
    change.at = parts.clock.now();
    change.actor = principal.actor;
    const auto outcome = parts.store.set_status(
        document.id, {change,
                      {change.at, principal.actor, "status_changed", to_text(document.id),
                       std::string(store::status_name(change.status))},
                      parts.follow_status});
    if (!outcome.ok()) {
        return problem_response(problem_of(outcome.error()));
    }
    if (!outcome.value().changed && !repeats(outcome.value().last.change, change)) {
        return no_such_step(outcome.value().last.change);
    }
    return history_response(parts, document);
}

} // namespace

std::string history_json(const std::vector<store::StatusEntry>& history) {
    std::string to;
    append_json_array(to, history, [&to](const store::StatusEntry& entry) {
        JsonObject status(to);
        status.raw("sequence", std::to_string(entry.sequence));
        status.text("status", store::status_name(entry.change.status));
        status.text("code", store::status_code(entry.change.status));
        status.text_if("operation", store::operation_code(entry.change.operation));
        status.text_if("operation_zh", store::operation_name_zh(entry.change.operation));
        status.text("at", to_rfc3339(entry.change.at));
        status.text("reason", entry.change.reason);
        status.text_if("basis", entry.change.basis);
        status.text_if("description", entry.change.description);
        status.text("actor", entry.change.actor);
        status.end();
    });
    return to;
}

std::string holds_json(const verifier::Report& report) {
    std::string to;
    JsonObject object(to);
    object.text("status", verifier::reason_name(report.status.reason));
    object.text_if("code", verifier::status_code(report.status.reason));
    object.text_if("since", report.status_since ? to_rfc3339(*report.status_since) : "");
    object.end();
    return to;
}

void add_status_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     "/api/v1/documents/{id}/status",
                                     Policy::status,
                                     body_bytes_max,
                                     http::Place::worker,
                                     {},
                                     "application/json"},
                                    &change_status));
}

} // namespace songda::api
