// The counter for what waits for somebody's word: previews, drafts that others approve, results
// that are handed over to the department that issues them (苏政办发〔2018〕64号 三（二）3).

#include <algorithm>

#include <fmt/format.h>

#include "api/case_fold.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "catalogue/case_steps.hpp"

namespace songda::api {
namespace {

using catalogue::CaseEventKind;
using issuer::Finding;
using store::DraftRow;
using store::DraftState;

constexpr std::size_t word_bytes_max = 4096;
constexpr std::size_t reason_characters_max = 200;
constexpr std::size_t drafts_listed_max = 1000;

std::string_view state_name(DraftState state) {
    switch (state) {
    case DraftState::waiting: return "waiting";
    case DraftState::issued: return "issued";
    case DraftState::refused: break;
    }
    return "refused";
}

/// A draft is approved by one at least, whatever its profile asks: who may do without issues it.
int people_needed(const ApiParts& parts, const DraftRow& draft) {
    return std::max(1, parts.issuer.approvals_of(draft.department, draft.template_id).value_or(1));
}

bool is_hand_over(const DraftRow& draft) {
    return draft.department != draft.author_department;
}

std::string draft_json(const ApiParts& parts, const DraftRow& draft) {
    const std::string path = "/api/v1/drafts/" + to_text(draft.id);
    std::string to;
    JsonObject object(to);
    object.text("id", to_text(draft.id));
    object.text("state", state_name(draft.state));
    object.text("title", draft.title);
    object.text("template", draft.template_id);
    object.text("case_number", draft.case_number);
    object.text("department", draft.department.text);
    object.text("author_department", draft.author_department.text);
    object.text("author", draft.author);
    object.text("created", to_rfc3339(draft.created));
    object.text("digest", to_hex(draft.digest));
    object.raw("approvals_needed", std::to_string(people_needed(parts, draft)));
    object.begin("approvals");
    append_json_array(to, draft.approvals,
                      [&to](const std::string& actor) { append_json_string(to, actor); });
    object.text_if("reason", draft.reason);
    if (draft.state == DraftState::waiting) {
        object.text("preview", path + "/preview");
    }
    if (draft.document) {
        object.text("document", to_text(*draft.document));
    }
    object.end();
    return to;
}

http::Response draft_response(const ApiParts& parts, int status, const DraftRow& draft) {
    http::Response response = json_response(status, draft_json(parts, draft));
    response.headers.emplace_back("Location", "/api/v1/drafts/" + to_text(draft.id));
    return response;
}

http::Response no_such_draft() {
    return refusal_response(404, "no such draft");
}

http::Response refused(std::string_view code, std::string_view zh, std::string_view en,
                       const std::vector<Finding>* findings = nullptr, int status = 422) {
    return problem_response({status, code, zh, en, {}, findings});
}

http::Response decision_refused(const std::vector<Finding>& findings) {
    return refused("decision-refused", "决定内容不符合要求",
                   "The decision breaks rules; each is listed.", &findings);
}

http::Response waits_no_more() {
    return refused("draft-closed", "该草稿已签发或已退回",
                   "The draft was issued or refused already.", nullptr, 409);
}

/// PDF bytes that nobody is to keep.
http::Response preview_response(const issuer::Preview& preview) {
    http::Response response;
    response.content_type = "application/pdf";
    response.headers = {{"Cache-Control", "no-store"},
                        {"Content-Disposition", "inline; filename=\"preview.pdf\""},
                        {"Songda-Preview-Digest", to_hex(preview.digest)}};
    response.body = as_text(preview.file);
    return response;
}

/// A preview of a decision that is not kept.
http::Response show_preview(const ApiParts& parts, const http::Request& request,
                            const Principal& principal) {
    const auto preview = parts.issuer.preview(principal.department, request.body);
    if (!preview.ok()) {
        return problem_response(problem_of(preview.error()));
    }
    return preview.value().findings.empty() ? preview_response(preview.value())
                                            : decision_refused(preview.value().findings);
}

/// The same key of the same department is the same draft.
DraftId draft_id(const DepartmentCode& department, std::string_view key) {
    const Digest digest =
        sha256(as_bytes("songda-draft\n" + department.text + '\n' + std::string(key)));
    DraftId id;
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

/// The event that a hand-over is in its case; nothing for a draft of one's own. `refusal` is set
/// when the case is not where such an event may follow.
struct HandOverEvent {
    std::optional<store::CaseEventWrite> write;
    std::optional<http::Response> refusal;
};

struct DraftStep {
    CaseEventKind kind;
    const Principal& by;
    std::string_view note;
};

HandOverEvent make_event(const ApiParts& parts, const DraftRow& draft, const DraftStep& step) {
    HandOverEvent made;
    if (!is_hand_over(draft)) {
        return made;
    }
    const auto events = parts.store.case_events(draft.case_number);
    if (!events.ok()) {
        made.refusal = problem_response(problem_of(events.error()));
        return made;
    }
    const Date today = china_date(parts.clock.now());
    const catalogue::CaseFold fold = fold_events(events.value());
    const bool foreign =
        events.value().empty() || events.value().front().department != draft.author_department;
    if (foreign || catalogue::check_event(fold, {step.kind, today}, today)) {
        made.refusal = refused(
            "case-not-decided", "办件须由移交部门收件并已作出决定，方可移交",
            "Only the department that received the case hands over its result, once it is decided.",
            nullptr, 409);
        return made;
    }
    store::CaseEvent event;
    event.kind = static_cast<std::uint8_t>(step.kind);
    event.day = today;
    event.at = parts.clock.now();
    event.department = step.by.department;
    event.actor = step.by.actor;
    event.to =
        step.kind == CaseEventKind::handed_over ? std::optional(draft.department) : std::nullopt;
    event.subject = to_text(draft.id);
    event.note = step.note;
    made.write = store::CaseEventWrite{draft.case_number, events.value().size(), event};
    return made;
}

store::AuditRow audit(const ApiParts& parts, const Principal& by, std::string_view action,
                      const DraftRow& draft) {
    return {parts.clock.now(), by.actor, std::string(action), to_text(draft.id),
            to_hex(draft.digest)};
}

http::Response busy() {
    return problem_response(problem_of({Fault::overloaded, "the draft or its case has changed"}));
}

http::Response replay(const ApiParts& parts, const DraftRow& earlier, const Digest& request) {
    if (earlier.request != request) {
        return problem_response(key_reused());
    }
    http::Response response = draft_response(parts, 201, earlier);
    response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
}

/// Writes a draft for `department`: the caller's own, or the one that its result is handed over to.
http::Response write_draft(const ApiParts& parts, const http::Request& request,
                           const Principal& principal, const DepartmentCode& department) {
    const auto key = idempotency_key(request);
    if (!key || key->empty()) {
        return key ? problem_response(key_missing()) : malformed_key();
    }
    DraftRow draft;
    draft.id = draft_id(principal.department, *key);
    draft.request = sha256(as_bytes(department.text + '\n' + request.body));
    const auto earlier = parts.store.find_draft(draft.id);
    if (!earlier.ok()) {
        return problem_response(problem_of(earlier.error()));
    }
    if (earlier.value()) {
        return replay(parts, *earlier.value(), draft.request);
    }
    const auto preview = parts.issuer.preview(department, request.body);
    if (!preview.ok()) {
        return problem_response(problem_of(preview.error()));
    }
    if (!preview.value().findings.empty()) {
        return decision_refused(preview.value().findings);
    }
    draft.department = department;
    draft.author_department = principal.department;
    draft.author = principal.actor;
    draft.created = parts.clock.now();
    draft.template_id = preview.value().template_id;
    draft.title = preview.value().title;
    draft.case_number = preview.value().case_number;
    draft.decision = sha256(as_bytes(request.body));
    draft.digest = preview.value().digest;
    const HandOverEvent event =
        make_event(parts, draft, {CaseEventKind::handed_over, principal, draft.title});
    if (event.refusal) {
        return *event.refusal;
    }
    const auto put =
        parts.store.put_draft({draft, event.write, audit(parts, principal, "draft_written", draft)},
                              as_bytes(request.body));
    if (!put.ok()) {
        return problem_response(problem_of(put.error()));
    }
    return put.value() ? draft_response(parts, 201, draft) : busy();
}

/// A draft that the department wrote or is to issue; others are as absent as unknown ones.
Result<std::optional<DraftRow>> find_own_draft(const ApiParts& parts, const http::Request& request,
                                               const Principal& principal) {
    const auto id = parse_draft_id(request.path_values.front());
    auto draft = id ? parts.store.find_draft(*id)
                    : Result<std::optional<DraftRow>>(std::optional<DraftRow>());
    const bool own = draft.ok() && draft.value() &&
                     (draft.value()->department == principal.department ||
                      draft.value()->author_department == principal.department);
    return own || !draft.ok() ? draft : std::optional<DraftRow>();
}

http::Response list_drafts(const ApiParts& parts, const http::Request&,
                           const Principal& principal) {
    const auto drafts =
        parts.store.waiting_drafts(principal.department, std::nullopt, drafts_listed_max);
    if (!drafts.ok()) {
        return problem_response(problem_of(drafts.error()));
    }
    std::string body = "{\"drafts\":";
    append_json_array(body, drafts.value(),
                      [&](const DraftRow& draft) { body += draft_json(parts, draft); });
    return json_response(200, body + '}');
}

/// The decision of a draft that waits, and its preview as it would be set now.
struct Waiting {
    Bytes decision;
    issuer::Preview preview;
};

Result<Waiting> read_waiting(const ApiParts& parts, const DraftRow& draft) {
    auto decision = parts.store.draft_decision(draft);
    if (!decision.ok()) {
        return decision.error();
    }
    auto preview = parts.issuer.preview(draft.department, as_text(decision.value()));
    if (!preview.ok()) {
        return preview.error();
    }
    return Waiting{std::move(decision).value(), std::move(preview).value()};
}

http::Response outdated(const Waiting& waiting) {
    return refused("draft-outdated", "模板或规则已变更，与起草时的预览不一致，请重新起草",
                   "The template or a rule has changed since: this is not what was drafted. Draft "
                   "it anew.",
                   waiting.preview.findings.empty() ? nullptr : &waiting.preview.findings, 409);
}

http::Response show_draft_preview(const ApiParts& parts, const DraftRow& draft, const Principal&,
                                  const http::Request&) {
    if (draft.state != DraftState::waiting) {
        return waits_no_more();
    }
    const auto waiting = read_waiting(parts, draft);
    if (!waiting.ok()) {
        return problem_response(problem_of(waiting.error()));
    }
    return waiting.value().preview.digest == draft.digest
               ? preview_response(waiting.value().preview)
               : outdated(waiting.value());
}

http::Response show_draft(const ApiParts& parts, const DraftRow& draft, const Principal&,
                          const http::Request&) {
    return json_response(200, draft_json(parts, draft));
}

/// Issues what was approved and closes the draft. A crash between the two is mended by the next
/// approval that comes: the draft's id is the idempotency key.
http::Response issue_approved(const ApiParts& parts, const DraftRow& draft,
                              const Principal& principal) {
    const auto decision = parts.store.draft_decision(draft);
    if (!decision.ok()) {
        return problem_response(problem_of(decision.error()));
    }
    const HandOverEvent event =
        make_event(parts, draft, {CaseEventKind::taken_over, principal, draft.title});
    if (event.refusal) {
        return *event.refusal;
    }
    const issuer::Row row{as_text(decision.value()), "draft:" + to_text(draft.id),
                          issuer::Approval{draft.digest, static_cast<int>(draft.approvals.size())},
                          principal.actor};
    const issuer::Answer answer = parts.issuer.issue(draft.department, {&row, 1}).front();
    if (answer.kind != issuer::Answer::Kind::issued &&
        answer.kind != issuer::Answer::Kind::replayed) {
        return problem_response(problem_of_answer(answer));
    }
    DraftRow issued = draft;
    issued.state = DraftState::issued;
    issued.document = answer.document.id;
    const auto closed = parts.store.change_draft(
        draft, {issued, event.write, audit(parts, principal, "draft_issued", issued)});
    if (!closed.ok()) {
        return problem_response(problem_of(closed.error()));
    }
    return closed.value() ? draft_response(parts, 201, issued) : busy();
}

/// Why this person may not approve the draft.
std::optional<http::Response> check_approver(const DraftRow& draft, const Principal& principal) {
    if (draft.department != principal.department) {
        return refused("approval-not-yours", "由签发部门审核", "The issuing department approves.",
                       nullptr, 403);
    }
    if (draft.author == principal.actor) {
        return refused("approval-by-author", "起草人不能审核自己的草稿",
                       "The author of a draft cannot approve it.", nullptr, 403);
    }
    return std::nullopt;
}

http::Response approve(const ApiParts& parts, const DraftRow& draft, const Principal& principal,
                       const http::Request& request) {
    const auto body = parse_json(request.body, 2);
    const std::string_view named =
        body.ok() ? member_text(body.value().root(), "digest") : std::string_view();
    if (const auto against = check_approver(draft, principal)) {
        return *against;
    }
    if (named != to_hex(draft.digest)) {
        return refused("approval-digest", "审核须写明所审核预览的 SHA-256（digest）",
                       "An approval names the SHA-256 of the preview that was looked at.");
    }
    if (draft.state != DraftState::waiting) {
        // Asked again after its answer was lost.
        const bool was_here = std::find(draft.approvals.begin(), draft.approvals.end(),
                                        principal.actor) != draft.approvals.end();
        return was_here && draft.state == DraftState::issued ? draft_response(parts, 201, draft)
                                                             : waits_no_more();
    }
    DraftRow approved = draft;
    if (std::find(draft.approvals.begin(), draft.approvals.end(), principal.actor) ==
        draft.approvals.end()) {
        approved.approvals.push_back(principal.actor);
        const auto written = parts.store.change_draft(
            draft, {approved, {}, audit(parts, principal, "draft_approved", approved)});
        if (!written.ok()) {
            return problem_response(problem_of(written.error()));
        }
        if (!written.value()) {
            return busy();
        }
    }
    const bool enough =
        static_cast<int>(approved.approvals.size()) >= people_needed(parts, approved);
    return enough ? issue_approved(parts, approved, principal)
                  : draft_response(parts, 201, approved);
}

http::Response refuse(const ApiParts& parts, const DraftRow& draft, const Principal& principal,
                      const http::Request& request) {
    const auto body = parse_json(request.body, 2);
    const std::string reason(body.ok() ? member_text(body.value().root(), "reason") : "");
    if (reason.empty() || count_code_points(reason) > reason_characters_max) {
        return refused("reason-needed", "退回须写明理由，最多200个字",
                       "A refusal needs its reason, at most 200 characters.");
    }
    if (draft.state != DraftState::waiting) {
        return waits_no_more();
    }
    const HandOverEvent event =
        make_event(parts, draft, {CaseEventKind::handed_back, principal, reason});
    if (event.refusal) {
        return *event.refusal;
    }
    DraftRow closed = draft;
    closed.state = DraftState::refused;
    closed.reason = reason;
    const auto written = parts.store.change_draft(
        draft, {closed, event.write, audit(parts, principal, "draft_refused", closed)});
    if (!written.ok()) {
        return problem_response(problem_of(written.error()));
    }
    return written.value() ? draft_response(parts, 200, closed) : busy();
}

using DraftHandler = http::Response (*)(const ApiParts&, const DraftRow&, const Principal&,
                                        const http::Request&);

/// A route about one draft that the caller's department has a part in.
ApiRoute draft_route(const ApiParts& parts, ApiRoute route, DraftHandler handle) {
    route.handle = [&parts, handle](const http::Request& request, const ApiRoute::Caller& caller) {
        const auto found = find_own_draft(parts, request, caller.principal);
        if (!found.ok()) {
            return problem_response(problem_of(found.error()));
        }
        return found.value() ? handle(parts, *found.value(), caller.principal, request)
                             : no_such_draft();
    };
    return route;
}

} // namespace

void add_draft_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    const std::size_t decision_max = parts.limits.decision_bytes_max;
    to.push_back({"POST", "/api/v1/previews", Policy::issue, decision_max, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return show_preview(parts, request, caller.principal);
                  },
                  "application/json"});
    to.push_back({"POST", "/api/v1/drafts", Policy::issue, decision_max, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return write_draft(parts, request, caller.principal,
                                         caller.principal.department);
                  },
                  "application/json"});
    to.push_back({"POST", "/api/v1/departments/{code}/drafts", Policy::issue, decision_max,
                  http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return write_draft(parts, request, caller.principal,
                                         DepartmentCode{request.path_values.front()});
                  },
                  "application/json"});
    to.push_back({"GET", "/api/v1/drafts", Policy::read, 0, http::Place::worker,
                  [&parts](const http::Request& request, const Caller& caller) {
                      return list_drafts(parts, request, caller.principal);
                  }});
    to.push_back(
        draft_route(parts, {"GET", "/api/v1/drafts/{id}", Policy::read, 0, http::Place::worker, {}},
                    &show_draft));
    to.push_back(draft_route(
        parts, {"GET", "/api/v1/drafts/{id}/preview", Policy::read, 0, http::Place::worker, {}},
        &show_draft_preview));
    to.push_back(draft_route(parts,
                             {"POST",
                              "/api/v1/drafts/{id}/approvals",
                              Policy::approve,
                              word_bytes_max,
                              http::Place::worker,
                              {},
                              "application/json"},
                             &approve));
    to.push_back(draft_route(parts,
                             {"POST",
                              "/api/v1/drafts/{id}:refuse",
                              Policy::approve,
                              word_bytes_max,
                              http::Place::worker,
                              {},
                              "application/json"},
                             &refuse));
}

} // namespace songda::api
