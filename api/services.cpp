// The departments' counter for the service of documents: what is to be served and by when, and
// what a recipient agreed to.

#include <array>

#include <rapidjson/document.h>

#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/service_json.hpp"
#include "api/shelf.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

using issuer::Finding;

constexpr std::size_t services_listed_max = 200;
constexpr std::size_t body_bytes_max = 4U << 10U;
constexpr std::size_t text_characters_max = 64;

http::Response refused(const std::vector<Finding>& findings) {
    return refused_for("service-refused", "请求的内容不符合要求",
                       "The request breaks rules; each is listed.", findings);
}

/// `2026-12-04.ID`: where a page of the list ended.
std::string cursor_of(const store::OpenService& last) {
    return to_text(last.serve_by) + '.' + to_text(last.document);
}

std::optional<store::OpenService> parse_cursor(std::string_view text) {
    const std::size_t dot = text.find('.');
    const auto day = parse_date(text.substr(0, dot));
    const auto id =
        dot == std::string_view::npos ? std::nullopt : parse_document_id(text.substr(dot + 1));
    return day && id ? std::optional(store::OpenService{*day, *id}) : std::nullopt;
}

Result<void> put_open(std::string& body, const ApiParts& parts, const store::OpenService& open) {
    const auto document = parts.store.find_document(open.document);
    if (!document.ok() || !document.value()) {
        return document.ok() ? Error{Fault::corrupt, "an open service of no document"}
                             : document.error();
    }
    const auto service =
        delivery::find_service_case(parts.store, *document.value(), parts.clock.now());
    if (!service.ok()) {
        return service.error();
    }
    JsonObject object(body);
    object.text("id", to_text(open.document));
    object.text("key", to_text(document.value()->key));
    object.text("number", document.value()->number);
    object.text("title", document.value()->title);
    object.text("serve_by", to_text(open.serve_by));
    object.raw("late", open.serve_by < china_date(parts.clock.now()) ? "true" : "false");
    object.raw("service", service_json(service.value()));
    object.end();
    return {};
}

/// Those whose last day comes first, first.
http::Response list_services(const ApiParts& parts, const http::Request& request,
                             const Principal& principal) {
    std::vector<Finding> findings;
    const auto until_text = query_value(request, "until");
    const auto after_text = query_value(request, "after");
    const auto until = until_text ? parse_date(*until_text) : std::optional(Date{9999, 12, 31});
    const auto after = after_text ? parse_cursor(*after_text) : std::nullopt;
    if (!until) {
        tell(findings, "until", "date", "应为存在的日期，格式 2026-11-24",
             "must be a day that exists, like 2026-11-24");
    }
    if (after_text && !after) {
        tell(findings, "after", "cursor", "应为上一页的 next", "must be the `next` of a page");
    }
    if (!findings.empty()) {
        return refused(findings);
    }
    const auto open =
        parts.store.open_services(principal.department, *until, after, services_listed_max);
    if (!open.ok()) {
        return problem_response(problem_of(open.error()));
    }
    Result<void> put;
    std::string body;
    JsonObject object(body);
    std::string rows;
    append_json_array(rows, open.value(), [&](const store::OpenService& each) {
        put = put.ok() ? put_open(rows, parts, each) : put;
    });
    if (!put.ok()) {
        return problem_response(problem_of(put.error()));
    }
    object.raw("services", rows);
    if (open.value().size() == services_listed_max) {
        object.text("next", cursor_of(open.value().back()));
    }
    object.end();
    return json_response(200, std::move(body));
}

std::string read_text(const rapidjson::Value& body, std::string_view member,
                      std::vector<Finding>& findings) {
    const std::string text(member_text(body, member));
    if (!is_said(text, text_characters_max)) {
        tell(findings, member, "kind", "应为1至64个字的文本，不含控制字符",
             "must be text of 1 to 64 characters without control characters");
    }
    return text;
}

store::ConsentEntry read_consent(const rapidjson::Value& body, Date today,
                                 std::vector<Finding>& findings) {
    static constexpr std::array<std::string_view, 4> members = {"given", "form", "version", "day"};
    refuse_others(body, members, findings);
    store::ConsentEntry entry;
    const rapidjson::Value* const given = find_member(body, "given");
    if (given == nullptr || !given->IsBool()) {
        tell(findings, "given", "kind", "应为 true 或 false（撤回）",
             "must be true, or false: taken back");
    } else {
        entry.given = given->GetBool();
    }
    entry.form = read_text(body, "form", findings);
    entry.version = read_text(body, "version", findings);
    const auto day = parse_date(member_text(body, "day"));
    if (!day || today < *day) {
        tell(findings, "day", "date", "应为已经过去的日期，格式 2026-11-24",
             "must be a day that has been, like 2026-11-24");
    }
    entry.day = day.value_or(Date{});
    return entry;
}

/// The same words as the last time: a repeated request, not a second consent.
bool repeats(const std::vector<store::ConsentEntry>& known, const store::ConsentEntry& entry) {
    return !known.empty() && known.back().given == entry.given && known.back().form == entry.form &&
           known.back().version == entry.version && known.back().day == entry.day;
}

http::Response record_consent(const ApiParts& parts, const store::DocumentRow& document,
                              const http::Request& request, const Principal& principal) {
    const auto body = object_body(request);
    if (!body) {
        return refusal_response(400, "the body is no JSON object");
    }
    std::vector<Finding> findings;
    store::ConsentEntry entry = read_consent(body->root(), china_date(parts.clock.now()), findings);
    if (!findings.empty()) {
        return refused(findings);
    }
    entry.at = parts.clock.now();
    entry.actor = principal.actor;
    const DocumentId& id = document.id;
    const auto known = parts.store.consents(id);
    if (!known.ok()) {
        return problem_response(problem_of(known.error()));
    }
    if (!repeats(known.value(), entry)) {
        const auto written = parts.store.add_consent(
            id, entry,
            {entry.at, entry.actor, entry.given ? "consent_given" : "consent_withdrawn",
             to_text(id), entry.form + ' ' + entry.version});
        if (!written.ok()) {
            return problem_response(problem_of(written.error()));
        }
    }
    const auto service = delivery::find_service_case(parts.store, document, parts.clock.now());
    return service.ok() ? json_response(200, service_json(service.value()))
                        : problem_response(problem_of(service.error()));
}

} // namespace

void add_service_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    to.push_back({"GET", "/api/v1/services", Policy::read, 0, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return list_services(parts, request, caller.principal);
                  }});
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     "/api/v1/documents/{id}/consent",
                                     Policy::issue,
                                     body_bytes_max,
                                     http::Place::worker,
                                     {},
                                     "application/json"},
                                    &record_consent));
}

} // namespace songda::api
