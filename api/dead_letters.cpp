// The departments' dead letters: what of theirs was given up, since when and why, so that nobody
// waits for what will not come.

#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/shelf.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "delivery/channel.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/reason_words.hpp"

namespace songda::api {
namespace {

using issuer::Finding;

/// On one page; and so many are looked at for it, whatever the filters pass over.
constexpr std::size_t listed_max = 200;
constexpr std::size_t looked_at_max = 1000;

struct Question {
    std::optional<store::DeadLetter> after;
    delivery::DeadLetterFilter filter;
};

Question read_question(const http::Request& request, std::vector<Finding>& findings) {
    Question question;
    if (const auto text = query_value(request, "after")) {
        question.after = delivery::parse_dead_letter_cursor(*text);
        if (!question.after) {
            tell(findings, "after", "cursor", "应为上一页的 next", "must be the `next` of a page");
        }
    }
    if (const auto text = query_value(request, "channel")) {
        question.filter.channel = delivery::parse_channel(*text);
        if (!question.filter.channel) {
            tell(findings, "channel", "value", "没有这个渠道", "there is no such channel");
        }
    }
    if (const auto text = query_value(request, "before")) {
        const auto day = parse_date(*text);
        if (!day) {
            tell(findings, "before", "date", "应为存在的日期，格式 2026-11-24",
                 "must be a day that exists, like 2026-11-24");
        } else {
            question.filter.before = china_midnight(*day);
        }
    }
    question.filter.reason = query_value(request, "reason").value_or("");
    return question;
}

void put_letter(std::string& to, const store::LegRow& leg) {
    JsonObject object(to);
    object.text("leg", to_text(leg.id));
    object.text("document", to_text(leg.document));
    const auto channel = static_cast<delivery::ChannelKind>(leg.channel);
    object.text("channel", delivery::channel_name(channel));
    object.text("channel_zh", delivery::channel_name_zh(channel));
    object.text("purpose", delivery::purpose_name(leg.purpose));
    if (const auto state = delivery::leg_state(leg.state)) {
        object.text("state", delivery::state_name(*state));
    }
    object.text("reason", leg.reason);
    object.text_if("reason_zh", delivery::reason_words_zh(leg.reason));
    object.text_if("reason_en", delivery::reason_words(leg.reason));
    object.text("since", to_rfc3339(*leg.dead_since));
    object.raw("attempts", std::to_string(leg.attempts));
    object.raw("may_replay", delivery::may_replay(leg) ? "true" : "false");
    object.end();
}

http::Response list_dead_letters(const ApiParts& parts, const http::Request& request,
                                 const Principal& principal) {
    std::vector<Finding> findings;
    const Question question = read_question(request, findings);
    if (!findings.empty()) {
        return refused_for("dead-letters-refused", "查询条件不符合要求",
                           "The question breaks rules; each is listed.", findings);
    }
    const auto looked =
        parts.store.dead_letters(principal.department, question.after, looked_at_max);
    if (!looked.ok()) {
        return problem_response(problem_of(looked.error()));
    }
    std::vector<store::LegRow> listed;
    std::size_t seen = 0;
    for (; seen < looked.value().size() && listed.size() < listed_max; ++seen) {
        if (question.filter.takes(looked.value()[seen])) {
            listed.push_back(looked.value()[seen]);
        }
    }
    std::string rows;
    append_json_array(rows, listed, [&rows](const store::LegRow& leg) { put_letter(rows, leg); });
    std::string body;
    JsonObject object(body);
    object.raw("dead_letters", rows);
    if (seen < looked.value().size() || seen == looked_at_max) {
        const store::LegRow& last = looked.value()[seen - 1];
        object.text("next", delivery::cursor_of({*last.dead_since, last.id}));
    }
    object.end();
    return json_response(200, std::move(body));
}

} // namespace

void add_dead_letter_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back({"GET", "/api/v1/dead-letters", Policy::read, 0, http::Place::worker,
                  [&parts](const http::Request& request, const ApiRoute::Caller& caller) {
                      return list_dead_letters(parts, request, caller.principal);
                  }});
}

} // namespace songda::api
