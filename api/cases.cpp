// The counter for cases: what departments tell of an application, what was issued for it, and which
// clocks run.

#include <algorithm>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "api/case_fold.hpp"
#include "api/deadlines.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "catalogue/case_steps.hpp"
#include "catalogue/codes.hpp"

namespace songda::api {
namespace {

using catalogue::CaseEventKind;
using issuer::Finding;

constexpr std::size_t event_bytes_max = 4096;
constexpr std::size_t case_number_characters_max = 64;
constexpr std::size_t note_characters_max = 200;
constexpr int promised_days_max = 365;
/// How often an event is tried again because another came between.
constexpr int append_attempts_max = 5;

http::Response no_such_case() {
    return refusal_response(404, "no such case");
}

/// Those of hand-overs come with their drafts.
bool is_told_here(CaseEventKind kind) {
    return kind != CaseEventKind::handed_over && kind != CaseEventKind::taken_over &&
           kind != CaseEventKind::handed_back;
}

/// The law asks for the reason: §45 in writing, §42 told to the applicant.
bool needs_note(CaseEventKind kind) {
    return kind == CaseEventKind::paused || kind == CaseEventKind::extended ||
           kind == CaseEventKind::closed;
}

/// Reads the body of an event and gathers what is wrong with it.
class EventReader {
public:
    EventReader(const rapidjson::Value& root, std::vector<Finding>& findings)
        : root_(root), findings_(findings) {}

    store::CaseEvent read() {
        store::CaseEvent event;
        if (!root_.IsObject()) {
            find("", "json", "应为一个 JSON 对象", "must be a JSON object");
            return event;
        }
        refuse_unknown();
        const auto kind = catalogue::find_event(member_text(root_, "event"));
        if (!kind || !is_told_here(*kind)) {
            find("/event", "choice", "没有这种事件", "is no event that is told here");
            return event;
        }
        event.kind = static_cast<std::uint8_t>(*kind);
        read_day(event);
        read_note(event, *kind);
        read_promise(event, *kind);
        read_department(event, *kind);
        return event;
    }

private:
    void find(std::string pointer, std::string rule, std::string zh, std::string en) {
        findings_.push_back(
            {std::move(pointer), std::move(rule), {}, std::move(zh), std::move(en)});
    }
    void refuse_unknown() {
        static constexpr std::array known = {"event", "day", "note", "promised_days", "to"};
        for (const auto& member : root_.GetObject()) {
            const std::string_view name = text_of(member.name);
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                find("/" + std::string(name), "unknown", "没有这一项", "is not a known member");
            }
        }
    }
    void read_day(store::CaseEvent& event) {
        const auto day = parse_date(member_text(root_, "day"));
        if (!day) {
            find("/day", "date", "应为存在的日期，格式 2026-11-24",
                 "must be a day that exists, like 2026-11-24");
        }
        event.day = day.value_or(Date{});
    }
    void read_note(store::CaseEvent& event, CaseEventKind kind) {
        event.note = member_text(root_, "note");
        if (event.note.empty() && needs_note(kind)) {
            find("/note", "required", "应写明事由", "the reason is needed");
        }
        std::string_view rest = event.note;
        bool forbidden = false;
        while (!rest.empty()) {
            forbidden = is_forbidden_in_documents(take_code_point(rest)) || forbidden;
        }
        if (forbidden || count_code_points(event.note) > note_characters_max) {
            find("/note", "text", "最多200个字，不含控制字符",
                 "at most 200 characters, no control characters");
        }
    }
    void read_promise(store::CaseEvent& event, CaseEventKind kind) {
        const rapidjson::Value* const days = find_member(root_, "promised_days");
        if (days == nullptr) {
            return;
        }
        const bool fits = kind == CaseEventKind::accepted && days->IsInt() && days->GetInt() >= 1 &&
                          days->GetInt() <= promised_days_max;
        if (!fits) {
            find("/promised_days", "range", "受理时的承诺工作日数，1至365",
                 "working days promised with accepted, 1 to 365");
            return;
        }
        event.working_days = static_cast<std::uint16_t>(days->GetInt());
    }
    void read_department(store::CaseEvent& event, CaseEventKind kind) {
        const bool named = find_member(root_, "to") != nullptr;
        const std::string code(member_text(root_, "to"));
        if (named != (kind == CaseEventKind::referred) ||
            (named && catalogue::check_credit_code(code) != catalogue::CodeVerdict::good)) {
            find("/to", "department", "流转时须写明对方部门的统一社会信用代码",
                 "with referred, and only then: the other department's code");
            return;
        }
        if (named) {
            event.to = DepartmentCode{code};
        }
    }

    const rapidjson::Value& root_;
    std::vector<Finding>& findings_;
};

/// The department that opened the case, and those that got a part in it.
bool has_part(const std::vector<store::CaseEvent>& events, const DepartmentCode& department) {
    return !events.empty() &&
           (events.front().department == department ||
            std::any_of(events.begin(), events.end(),
                        [&](const store::CaseEvent& event) { return event.to == department; }));
}

void put_event(std::string& to, std::size_t sequence, const store::CaseEvent& event) {
    JsonObject object(to);
    object.raw("sequence", std::to_string(sequence));
    if (const auto kind = catalogue::find_event(event.kind)) {
        object.text("event", catalogue::event_name(*kind));
        object.text("event_zh", catalogue::event_name_zh(*kind));
    }
    object.text("day", to_text(event.day));
    object.text("told_at", to_rfc3339(event.at));
    object.text("department", event.department.text);
    object.text("actor", event.actor);
    object.text_if("to", event.to ? event.to->text : "");
    if (event.working_days > 0) {
        object.raw("promised_days", std::to_string(event.working_days));
    }
    object.text_if("subject", event.subject);
    object.text_if("note", event.note);
    object.end();
}

/// Fault not_found: a year without calendar.
Result<std::string> running_json(const ApiParts& parts, const catalogue::CaseFold& fold) {
    const bool runs =
        fold.state != catalogue::CaseState::none && fold.state != catalogue::CaseState::closed;
    return runs ? deadlines_json(parts.calendar, fold.days, china_date(parts.clock.now()))
                : Result<std::string>("[]");
}

/// Other departments' documents are shown to those that have a part in the case.
Result<std::string> documents_json(const ApiParts& parts, std::string_view case_number,
                                   const std::vector<store::CaseEvent>& events,
                                   const DepartmentCode& reader) {
    const auto documents = parts.store.case_documents(case_number);
    if (!documents.ok()) {
        return documents.error();
    }
    const bool part = has_part(events, reader);
    std::string to = "[";
    for (const store::DocumentRow& document : documents.value()) {
        const bool own = document.department == reader;
        if (!own && !(part && has_part(events, document.department))) {
            continue;
        }
        const auto status = parts.store.find_status(document);
        if (!status.ok()) {
            return status.error();
        }
        to += to.back() == '[' ? "" : ",";
        JsonObject object(to);
        object.text("id", to_text(document.id));
        object.text("number", document.number);
        object.text("title", document.title);
        object.text("type", document.type_code);
        object.text("department", document.department.text);
        object.text("department_name", document.department_name);
        object.text_if("decided_on", document.decided_on ? to_text(*document.decided_on) : "");
        object.text("issued_at", to_rfc3339(document.issued_at));
        object.text("status", store::status_name(store::status_at(
                                  document, status.value().change.status, parts.clock.now())));
        object.text("verify", parts.public_base + "/v/" + to_text(document.key));
        object.end();
    }
    return to + "]";
}

http::Response case_response(const ApiParts& parts, int status, std::string_view case_number,
                             const std::vector<store::CaseEvent>& events,
                             const DepartmentCode& reader) {
    const catalogue::CaseFold fold = fold_events(events);
    const auto documents = documents_json(parts, case_number, events, reader);
    if (!documents.ok()) {
        return problem_response(problem_of(documents.error()));
    }
    if (events.empty() && documents.value() == "[]") {
        return no_such_case();
    }
    const auto deadlines = running_json(parts, fold);
    if (!deadlines.ok() && deadlines.error().fault != Fault::not_found) {
        return problem_response(problem_of(deadlines.error()));
    }
    std::string body;
    JsonObject object(body);
    object.text("case_number", case_number);
    object.text("state", catalogue::state_name(fold.state));
    object.text("state_zh", catalogue::state_name_zh(fold.state));
    object.begin("events");
    body += '[';
    for (std::size_t at = 0; at < events.size(); ++at) {
        body += at == 0 ? "" : ",";
        put_event(body, at + 1, events[at]);
    }
    body += ']';
    object.raw("deadlines", deadlines.ok() ? deadlines.value() : "null");
    object.text_if("deadlines_unknown", deadlines.ok() ? "" : deadlines.error().detail);
    object.raw("documents", documents.value());
    object.end();
    return json_response(status, std::move(body));
}

/// Nothing when the path names no number that a case could have.
std::optional<std::string> read_case_number(const http::Request& request) {
    auto number = http::percent_decode(request.path_values.front());
    if (!number || number->empty() || count_code_points(*number) > case_number_characters_max) {
        return std::nullopt;
    }
    return number;
}

http::Response show_case(const ApiParts& parts, const http::Request& request,
                         const Principal& principal) {
    const auto number = read_case_number(request);
    if (!number) {
        return no_such_case();
    }
    const auto events = parts.store.case_events(*number);
    if (!events.ok()) {
        return problem_response(problem_of(events.error()));
    }
    const bool reads = has_part(events.value(), principal.department);
    return case_response(parts, 200, *number,
                         reads ? events.value() : std::vector<store::CaseEvent>(),
                         principal.department);
}

Finding refusal_finding(catalogue::CaseRefusal refusal, catalogue::CaseState state) {
    using catalogue::CaseRefusal;
    switch (refusal) {
    case CaseRefusal::step:
        return {"/event", "case_step", std::string(catalogue::state_name(state)),
                fmt::format("办件现为“{}”，不能有这一事件", catalogue::state_name_zh(state)),
                fmt::format("cannot follow while the case is {}", catalogue::state_name(state))};
    case CaseRefusal::before_last:
        return {"/day", "case_day", {}, "早于上一事件的日期", "lies before the event before it"};
    case CaseRefusal::in_the_future:
        return {"/day", "not_future", {}, "晚于今天", "is later than today"};
    case CaseRefusal::extended_once: break;
    }
    return {"/event", "extended_once", {}, "期限只能延长一次", "the limit is extended only once"};
}

http::Response refused(const std::vector<Finding>& findings) {
    return problem_response({422,
                             "event-refused",
                             "办件事件不符合要求",
                             "The event breaks rules; each is listed.",
                             {},
                             &findings});
}

bool same_event(store::CaseEvent left, const store::CaseEvent& right) {
    left.at = right.at;
    left.actor = right.actor;
    return left == right;
}

/// The event under the same key of the same department, if it came before.
const store::CaseEvent* find_replayed(const std::vector<store::CaseEvent>& events,
                                      const store::CaseEvent& event) {
    const auto found =
        std::find_if(events.begin(), events.end(), [&](const store::CaseEvent& each) {
            return each.key == event.key && each.department == event.department;
        });
    return found == events.end() ? nullptr : &*found;
}

/// What stands against the event, or nothing.
std::optional<http::Response> check_append(const ApiParts& parts,
                                           const std::vector<store::CaseEvent>& events,
                                           const store::CaseEvent& event) {
    if (!events.empty() && events.front().department != event.department) {
        return has_part(events, event.department)
                   ? problem_response({403, "case-of-another-department", "办件由收件部门登记事件",
                                       "Events are told by the department that received the case."})
                   : no_such_case();
    }
    const catalogue::CaseFold fold = fold_events(events);
    const catalogue::DatedEvent next{*catalogue::find_event(event.kind), event.day,
                                     event.working_days};
    const auto refusal = catalogue::check_event(fold, next, china_date(parts.clock.now()));
    return refusal ? std::optional(refused({refusal_finding(*refusal, fold.state)})) : std::nullopt;
}

/// Looks, decides and appends; again when another event came between.
http::Response append(const ApiParts& parts, const std::string& number,
                      const store::CaseEvent& event) {
    for (int attempt = 0; attempt < append_attempts_max; ++attempt) {
        auto events = parts.store.case_events(number);
        if (!events.ok()) {
            return problem_response(problem_of(events.error()));
        }
        if (const auto* const earlier = find_replayed(events.value(), event)) {
            if (!same_event(*earlier, event)) {
                return problem_response(key_reused());
            }
            http::Response response =
                case_response(parts, 201, number, events.value(), event.department);
            response.headers.emplace_back("Idempotency-Replayed", "true");
            return response;
        }
        if (auto against = check_append(parts, events.value(), event)) {
            return *std::move(against);
        }
        const auto appended = parts.store.append_case_event(
            {number, events.value().size(), event},
            {event.at, event.actor, "case_event", number,
             std::string(catalogue::event_name(*catalogue::find_event(event.kind)))});
        if (!appended.ok()) {
            return problem_response(problem_of(appended.error()));
        }
        if (appended.value()) {
            events.value().push_back(event);
            return case_response(parts, 201, number, events.value(), event.department);
        }
    }
    return problem_response(problem_of({Fault::overloaded, "many events of one case at once"}));
}

http::Response tell_event(const ApiParts& parts, const http::Request& request,
                          const Principal& principal) {
    const auto number = read_case_number(request);
    const auto key = idempotency_key(request);
    if (!number) {
        return no_such_case();
    }
    if (!key || key->empty()) {
        return key ? problem_response(key_missing()) : malformed_key();
    }
    std::vector<Finding> findings;
    const auto body = parse_json(request.body, 2);
    if (!body.ok()) {
        findings.push_back({"", "json", {}, json_refusal_zh(body.error()), body.error().detail});
        return refused(findings);
    }
    store::CaseEvent event = EventReader(body.value().root(), findings).read();
    if (!findings.empty()) {
        return refused(findings);
    }
    event.key = *key;
    event.department = principal.department;
    event.actor = principal.actor;
    event.at = parts.clock.now();
    return append(parts, *number, event);
}

} // namespace

void add_case_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    to.push_back({"GET", "/api/v1/cases/{number}", Policy::read, 0, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return show_case(parts, request, caller.principal);
                  }});
    to.push_back({"POST", "/api/v1/cases/{number}/events", Policy::issue, event_bytes_max,
                  http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return tell_event(parts, request, caller.principal);
                  },
                  "application/json"});
}

} // namespace songda::api
