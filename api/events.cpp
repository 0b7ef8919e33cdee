// The departments' stream of what happens to their documents: records of evidence in their one
// order, pulled page by page, or followed as server-sent events.

#include <charconv>

#include <rapidjson/document.h>

#include "api/event_stream.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/shelf.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "store/limits.hpp"

namespace songda::api {
namespace {

using issuer::Finding;

constexpr std::size_t page_rows = 200;
/// A stream ends, so that a key that was revoked is asked for again.
constexpr std::int64_t stream_ms = 15LL * 60'000;

/// Of a record that we wrote ourselves.
std::string code_of(const store::EvidenceRow& row) {
    const auto record = parse_json(row.text);
    return record.ok() ? std::string(member_text(record.value().root(), "code")) : "";
}

/// What the caller wants to see; everything where nothing is said.
struct Filter {
    std::optional<DocumentId> document;
    std::string code; ///< `leg.bounce`, or the beginning of some: `service.`
    [[nodiscard]] bool takes(const store::EvidenceRow& row) const {
        return (!document || row.document == *document) &&
               (code.empty() || code_of(row).starts_with(code));
    }
};

struct Question {
    std::uint64_t after = 0;
    Filter filter;
};

std::optional<std::uint64_t> parse_sequence(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                      : std::nullopt;
}

Question read_question(const http::Request& request, std::vector<Finding>& findings) {
    Question question;
    const auto after = query_value(request, "after");
    const std::string_view last = request.header("Last-Event-ID");
    const auto sequence = parse_sequence(!last.empty() ? last : after.value_or("0"));
    if (!sequence) {
        tell(findings, "after", "cursor", "应为上一页的 next", "must be the `next` of a page");
    }
    question.after = sequence.value_or(0);
    if (const auto document = query_value(request, "document")) {
        question.filter.document = parse_document_id(*document);
        if (!question.filter.document) {
            tell(findings, "document", "id", "应为文书编号", "must be a document's id");
        }
    }
    question.filter.code = query_value(request, "code").value_or("");
    return question;
}

http::Response list(const ApiParts& parts, const Question& question, const Principal& principal) {
    const auto rows =
        parts.store.list_evidence_for(principal.department, question.after, page_rows);
    if (!rows.ok()) {
        return problem_response(problem_of(rows.error()));
    }
    std::vector<const store::EvidenceRow*> taken;
    for (const store::EvidenceRow& row : rows.value()) {
        if (question.filter.takes(row)) {
            taken.push_back(&row);
        }
    }
    std::string listed;
    JsonObject body(listed);
    body.begin("events");
    append_json_array(listed, taken, [&](const store::EvidenceRow* row) {
        JsonObject event(listed);
        event.raw("sequence", std::to_string(row->sequence));
        event.raw("record", row->text);
        event.end();
    });
    const std::uint64_t next = rows.value().empty() ? question.after : rows.value().back().sequence;
    body.raw("next", std::to_string(next));
    body.raw("more", rows.value().size() == page_rows ? "true" : "false");
    body.end();
    return json_response(200, std::move(listed));
}

/// Each event is one record; its id is the place in the order, so that who comes back misses
/// nothing and gets nothing twice.
class RecordStream final : public EventStream {
public:
    RecordStream(const ApiParts& parts, Question question, DepartmentCode department)
        : EventStream(parts.clock), store_(parts.store), question_(std::move(question)),
          department_(std::move(department)), ends_(parts.clock.now() + stream_ms) {}

private:
    std::optional<std::string> more(TimeMs now) override {
        const auto rows =
            store_.list_evidence_for(department_, question_.after, store::evidence_rows_max);
        if (!rows.ok() || ends_ <= now) {
            return std::nullopt;
        }
        std::string events;
        for (const store::EvidenceRow& row : rows.value()) {
            question_.after = row.sequence;
            if (question_.filter.takes(row)) {
                append_event(events, std::to_string(row.sequence), code_of(row), row.text);
            }
        }
        return events;
    }

    store::Store& store_;
    Question question_;
    const DepartmentCode department_;
    const TimeMs ends_;
};

http::Response answer(const ApiParts& parts, const http::Request& request,
                      const Principal& principal) {
    std::vector<Finding> findings;
    Question question = read_question(request, findings);
    if (!findings.empty()) {
        return refused_for("events-refused", "查询条件不符合要求",
                           "The question breaks rules; each is listed.", findings);
    }
    const bool streams = request.header("Accept").find("text/event-stream") != std::string::npos;
    return streams ? stream_response(std::make_shared<RecordStream>(parts, std::move(question),
                                                                    principal.department))
                   : list(parts, question, principal);
}

} // namespace

void add_event_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back({"GET", "/api/v1/events", Policy::read, 0, http::Place::worker,
                  [&parts](const http::Request& request, const ApiRoute::Caller& caller) {
                      return answer(parts, request, caller.principal);
                  }});
}

} // namespace songda::api
