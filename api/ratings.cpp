// The counters for ratings 好差评: an applicant rates a case that was served, once; its department
// puts a low one right by its day and calls the applicant back.

#include <algorithm>
#include <array>

#include <rapidjson/document.h>

#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/rating_json.hpp"
#include "api/request_body.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "delivery/rating.hpp"
#include "delivery/service_case.hpp"

namespace songda::api {
namespace {

using issuer::Finding;

constexpr std::size_t body_bytes_max = 8U << 10U;
constexpr std::size_t words_characters_max = 300;
constexpr std::size_t note_characters_max = 300;
constexpr std::size_t listed_max = 200;

http::Response refused(const std::vector<Finding>& findings) {
    return refused_for("rating-refused", "评价的内容不符合要求",
                       "The rating breaks rules; each is listed.", findings);
}

http::Response not_served() {
    return problem_response({409, "not-served", "文书尚未送达，送达后才能评价",
                             "The document is not served yet; a case is rated after that."});
}

http::Response rated_already() {
    return problem_response(
        {409, "rated-already", "该办件已评价，无需重复评价", "This case is rated already."});
}

http::Response no_such_step() {
    return problem_response({409, "rating-step", "这条评价现在不能这样处理",
                             "Not possible for the rating as it stands."});
}

void read_reasons(const rapidjson::Value& body, delivery::Rated& to,
                  std::vector<Finding>& findings) {
    const rapidjson::Value* const reasons = find_member(body, "reasons");
    if (reasons == nullptr) {
        return;
    }
    const auto is_reason = [&](const rapidjson::Value& each) {
        return each.IsString() && delivery::find_rating_reason(text_of(each)) != nullptr;
    };
    if (!reasons->IsArray() || reasons->Size() > delivery::rating_reasons.size() ||
        !std::all_of(reasons->Begin(), reasons->End(), is_reason)) {
        tell(findings, "reasons", "code", "应为评价指标代码的数组，例如 [\"speed\"]",
             "must be an array of indicators' codes, like [\"speed\"]");
        return;
    }
    for (const rapidjson::Value& each : reasons->GetArray()) {
        to.reasons.emplace_back(text_of(each));
    }
}

/// With at least one reason or words where something is to be put right: nobody could otherwise.
delivery::Rated read_rated(const rapidjson::Value& body, std::vector<Finding>& findings) {
    static constexpr std::array<std::string_view, 4> members = {"document", "level", "reasons",
                                                                "words"};
    refuse_others(body, members, findings);
    delivery::Rated rated;
    const rapidjson::Value* const level = find_member(body, "level");
    if (level == nullptr || !level->IsUint() ||
        delivery::find_rating_level(level->GetUint()) == nullptr) {
        tell(findings, "level", "range", "应为 1（非常不满意）至 5（非常满意）",
             "must be 1 (very dissatisfied) to 5 (very satisfied)");
    } else {
        rated.level = static_cast<std::uint8_t>(level->GetUint());
    }
    read_reasons(body, rated, findings);
    const std::string words(member_text(body, "words"));
    if (!words.empty() && !is_said(words, words_characters_max)) {
        tell(findings, "words", "kind", "最多300个字，不含控制字符",
             "at most 300 characters, none of them a control character");
    }
    if (rated.level != 0 && delivery::is_low_rating(rated.level) && rated.reasons.empty() &&
        words.empty()) {
        tell(findings, "reasons", "missing", "不满意的，请至少选一项原因或写明情况",
             "name at least one reason, or say what went wrong");
    }
    rated.words = Private(words);
    return rated;
}

http::Response keep(const ApiParts& parts, const store::DocumentRow& document,
                    const delivery::Rated& rated) {
    const TimeMs now = parts.clock.now();
    // Without a calendar of the next year the days are counted as they come.
    const Date today = china_date(now);
    const auto due = parts.calendar.end_of_term(today, delivery::rectification_working_days);
    const auto row = delivery::make_rating(
        document, rated,
        due.ok()
            ? due.value()
            : china_date(now + std::int64_t{delivery::rectification_working_days} * 86'400'000),
        now);
    const auto kept = parts.store.step_rating(
        std::nullopt, row,
        {now, "applicant", "rated", to_text(document.id), std::to_string(rated.level)});
    if (!kept.ok()) {
        return problem_response(problem_of(kept.error()));
    }
    if (!kept.value()) {
        return rated_already();
    }
    parts.metrics
        .counter("songda_ratings_total", "Cases rated by their applicants, by level (5 is best).",
                 {{"level", std::to_string(rated.level)}})
        .add();
    return json_response(201, rating_json(row));
}

http::Response rate(const ApiParts& parts, const http::Request& request,
                    const store::InboxId& inbox) {
    const auto body = object_body(request);
    if (!body) {
        return refusal_response(400, "not a JSON object");
    }
    const auto id = parse_document_id(member_text(body->root(), "document"));
    const auto document = parts.collecting.find(inbox, id.value_or(DocumentId{}));
    if (!document.ok()) {
        return problem_response(problem_of(document.error()));
    }
    if (!document.value() || !delivery::ends_case(*document.value())) {
        return refusal_response(404, "no such document to be rated");
    }
    std::vector<Finding> findings;
    const delivery::Rated rated = read_rated(body->root(), findings);
    if (!findings.empty()) {
        return refused(findings);
    }
    const auto service =
        delivery::find_service_case(parts.store, *document.value(), parts.clock.now());
    if (!service.ok()) {
        return problem_response(problem_of(service.error()));
    }
    return service.value().state == delivery::ServiceState::served
               ? keep(parts, *document.value(), rated)
               : not_served();
}

/// How people rated, by what they got; nobody's own rating.
http::Response count(const ApiParts& parts, const Principal& principal) {
    const auto counts = parts.store.rating_counts(principal.department);
    if (!counts.ok()) {
        return problem_response(problem_of(counts.error()));
    }
    std::string body = "{\"counts\":";
    append_json_array(body, counts.value(), [&](const store::RatingCount& each) {
        JsonObject object(body);
        object.text("template", each.template_version);
        object.raw("level", std::to_string(each.level));
        object.raw("count", std::to_string(each.count));
        object.end();
    });
    return json_response(200, body + '}');
}

http::Response list_open(const ApiParts& parts, const Principal& principal) {
    const auto rows = parts.store.open_ratings(principal.department, listed_max);
    if (!rows.ok()) {
        return problem_response(problem_of(rows.error()));
    }
    std::string body = "{\"ratings\":";
    append_json_array(body, rows.value(),
                      [&](const store::RatingRow& each) { body += department_rating_json(each); });
    return json_response(200, body + '}');
}

http::Response step(const ApiParts& parts, const store::DocumentRow& document,
                    const http::Request& request, const Principal& principal) {
    const auto body = object_body(request);
    const auto named = delivery::parse_rating_step(body ? member_text(body->root(), "step") : "");
    const std::string note(body ? member_text(body->root(), "note") : "");
    std::vector<Finding> findings;
    if (!named) {
        tell(findings, "step", "code", "应为 rectify、call_back、reopen 或 exclude",
             "must be rectify, call_back, reopen or exclude");
    }
    if (!is_said(note, note_characters_max)) {
        tell(findings, "note", "missing", "须写明核实、整改或回访的情况，最多300个字",
             "what was found, done or answered, up to 300 characters");
    }
    if (!named || !findings.empty()) {
        return refused(findings);
    }
    const auto before =
        parts.store.find_rating(principal.department, delivery::rating_case(document));
    if (!before.ok()) {
        return problem_response(problem_of(before.error()));
    }
    if (!before.value()) {
        return refusal_response(404, "no such rating");
    }
    const TimeMs now = parts.clock.now();
    const auto after =
        delivery::settle_rating(*before.value(), {*named, principal.actor, Private(note), now});
    const auto done =
        after ? parts.store.step_rating(before.value(), *after,
                                        {now, principal.actor, "rating_step", to_text(document.id),
                                         std::string(delivery::step_name(*named))})
              : Result<bool>(false);
    if (!done.ok()) {
        return problem_response(problem_of(done.error()));
    }
    return done.value() ? json_response(200, department_rating_json(*after)) : no_such_step();
}

} // namespace

void add_rating_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    const auto worker = http::Place::worker;
    to.push_back({"POST", "/api/v1/inbox/ratings", Policy::applicant, body_bytes_max, worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return rate(parts, request, caller.inbox);
                  },
                  "application/json"});
    to.push_back({"GET", "/api/v1/ratings", Policy::read, 0, worker,
                  [&parts](const http::Request&, const Caller& caller) {
                      return count(parts, caller.principal);
                  }});
    to.push_back({"GET", "/api/v1/ratings/open", Policy::read, 0, worker,
                  [&parts](const http::Request&, const Caller& caller) {
                      return list_open(parts, caller.principal);
                  }});
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     "/api/v1/documents/{id}/rating",
                                     Policy::status,
                                     body_bytes_max,
                                     worker,
                                     {},
                                     "application/json"},
                                    &step));
}

} // namespace songda::api
