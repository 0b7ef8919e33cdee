// What is tracked of a letter 轨迹事件: a clerk or the carrier's system says what happened, one
// event or many, in any order; one bad event is in nobody's way. A hand-over to the post is one of
// them.

#include <algorithm>
#include <array>
#include <set>

#include <rapidjson/document.h>

#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/service_json.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "delivery/channel.hpp"
#include "delivery/courier.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/reason_words.hpp"
#include "delivery/tracking_words.hpp"
#include "store/limits.hpp"

namespace songda::api {
namespace {

using delivery::ChannelKind;
using issuer::Finding;
using store::TrackedEvent;
using Kind = store::TrackedOutcome::Kind;

constexpr std::size_t body_bytes_max = 256U << 10U;
constexpr std::size_t events_max = 500;
constexpr std::size_t text_characters_max = 120;
constexpr std::size_t place_characters_max = 60;
constexpr std::size_t word_characters_max = 28;
/// Clocks of carriers go wrong; what says that it comes tomorrow is a mistake.
constexpr std::int64_t ahead_ms = 86'400'000;

/// One event as it was sent, and what became of it.
struct Told {
    TrackedEvent event = {};
    std::vector<Finding> findings = {};
    bool understood = false;
    std::optional<store::TrackedOutcome> outcome = {};
};

bool is_name(std::string_view text) {
    return text.size() <= store::tracked_name_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Reads one event and gathers what is wrong with it.
class EventReader {
public:
    EventReader(const rapidjson::Value& body, Told& to, TimeMs now)
        : body_(body), to_(to), now_(now) {}

    void read() {
        static constexpr std::array<std::string_view, 12> members = {
            "id",     "occurred_at", "status",   "code",   "number",     "received_by",
            "signed", "text",        "location", "reason", "authorised", "voids"};
        refuse_others(body_, members, to_.findings);
        TrackedEvent& event = to_.event;
        event.id = name("id", true);
        event.code = name("code", false);
        event.number = name("number", false);
        event.text = words("text", text_characters_max);
        event.place = words("location", place_characters_max);
        read_time();
        read_meaning();
        read_voids();
    }

private:
    std::string name(std::string_view member, bool needed) {
        const std::string_view text = member_text(body_, member);
        if (!is_name(text) || (needed && text.empty()) ||
            (text.empty() && find_member(body_, member) != nullptr)) {
            tell(to_.findings, member, needed && text.empty() ? "required" : "kind",
                 "应为1至64个可见的ASCII字符", "must be 1 to 64 visible ASCII characters");
        }
        return std::string(text);
    }
    Private<std::string> words(std::string_view member, std::size_t characters_max) {
        const std::string_view text = member_text(body_, member);
        if (find_member(body_, member) != nullptr && !is_said(text, characters_max)) {
            tell(to_.findings, member, "kind", "文字过长，或含控制字符",
                 "is too long, or has control characters");
        }
        return Private<std::string>(std::string(text));
    }
    void read_time() {
        to_.event.said_at = member_text(body_, "occurred_at");
        const auto at = parse_rfc3339(to_.event.said_at);
        if (!at || to_.event.said_at.size() > 40 || now_ + ahead_ms < *at) {
            tell(to_.findings, "occurred_at", "time",
                 "应为已发生的时刻，带时区，格式 2026-11-30T10:00:00+08:00",
                 "must be a moment that has been, with its offset, like 2026-11-30T10:00:00+08:00");
        }
        to_.event.occurred = at.value_or(TimeMs{});
    }
    [[nodiscard]] bool flag(std::string_view member) {
        const rapidjson::Value* const found = find_member(body_, member);
        if (found != nullptr && !found->IsBool()) {
            tell(to_.findings, member, "kind", "应为 true 或 false", "must be true or false");
        }
        return found != nullptr && found->IsBool() && found->GetBool();
    }
    /// What is not known is kept as it is, and a person looks: it is never taken for a move.
    void read_meaning() {
        const bool signed_for = flag("signed");
        const bool authorised = flag("authorised");
        const auto word =
            delivery::meaning_of_word(member_text(body_, "status"),
                                      {member_text(body_, "received_by"), signed_for, authorised});
        to_.understood = word.has_value();
        const std::string reason(member_text(body_, "reason"));
        if (!reason.empty() && delivery::reason_words(reason).empty()) {
            tell(to_.findings, "reason", "choice", "没有这种原因", "is no reason that is known");
        }
        if (word) {
            to_.event.state = static_cast<std::uint8_t>(word->state);
            to_.event.sub = word->sub;
            to_.event.reason = word->reason.empty() ? reason : std::string(word->reason);
        } else { // what was said stays to be read
            keep_said(words("status", word_characters_max).reveal());
            keep_said(words("received_by", word_characters_max).reveal());
        }
    }
    void keep_said(const std::string& said) {
        std::string& code = to_.event.code;
        if (code.empty() && is_name(said)) {
            code = said;
        } else if (!said.empty()) {
            to_.event.text = Private<std::string>(said + ' ' + to_.event.text.reveal());
        }
    }
    void read_voids() {
        const rapidjson::Value* const list = find_member(body_, "voids");
        if (list == nullptr) {
            return;
        }
        bool fits = list->IsArray() && list->Size() <= store::tracked_voids_max;
        for (rapidjson::SizeType i = 0; fits && i < list->Size(); ++i) {
            const std::string_view id = text_of((*list)[i]);
            fits = !id.empty() && is_name(id);
            to_.event.voids.emplace_back(id);
        }
        if (!fits) {
            tell(to_.findings, "voids", "kind", "应为至多8个事件编号的数组",
                 "must be an array of at most 8 ids of events");
        }
    }

    const rapidjson::Value& body_;
    Told& to_;
    const TimeMs now_;
};

Told read_event(const rapidjson::Value& json, ByteView whole, const Principal& principal,
                TimeMs now) {
    Told told;
    if (kind_of(json) != "object") {
        tell(told.findings, "", "json", "应为一个 JSON 对象", "must be a JSON object");
        return told;
    }
    EventReader(json, told, now).read();
    // Not the key or certificate: those are renewed, and a repeat or `voids` must be known again.
    told.event.source = principal.department.text;
    told.event.recorded = now;
    told.event.payload = sha256(whole);
    return told;
}

/// One object, an array of them, or one a line.
std::vector<Told> read_events(std::string_view body, const Principal& principal, TimeMs now) {
    std::vector<Told> told;
    const auto whole = parse_json(body, 4);
    if (whole.ok() && kind_of(whole.value().root()) == "array") {
        for (const rapidjson::Value& each : whole.value().root().GetArray()) {
            told.push_back(read_event(each, as_bytes(body), principal, now));
        }
        return told;
    }
    if (whole.ok()) {
        return {read_event(whole.value().root(), as_bytes(body), principal, now)};
    }
    while (!body.empty() && told.size() <= events_max) {
        const std::string_view line = body.substr(0, body.find('\n'));
        body.remove_prefix(std::min(line.size() + 1, body.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        const auto json = parse_json(line, 3);
        if (json.ok()) {
            told.push_back(read_event(json.value().root(), as_bytes(line), principal, now));
        } else {
            tell(told.emplace_back().findings, "", "json", json_refusal_zh(json.error()),
                 json.error().detail);
        }
    }
    return told;
}

std::string_view outcome_name(const Told& told) {
    if (!told.findings.empty()) {
        return "malformed";
    }
    switch (told.outcome->kind) {
    case Kind::repeated: return "repeated";
    case Kind::contradicts: return "contradicts";
    case Kind::full:
    case Kind::unknown_leg: return "refused";
    case Kind::kept: break;
    }
    return told.understood ? "kept" : "unknown_code";
}

/// Counted, and in the log where somebody should look.
void count(const ApiParts& parts, const store::LegRow& leg, const Told& told) {
    const std::string_view outcome = outcome_name(told);
    parts.metrics
        .counter("songda_tracked_events_total", "Reports of letters by what became of them.",
                 {{"outcome", std::string(outcome)}})
        .add();
    const bool moved = told.outcome && told.outcome->before != told.outcome->after;
    const delivery::LegState after = delivery::leg_state(moved ? told.outcome->after : leg.state)
                                         .value_or(delivery::LegState::created);
    const std::string_view state = moved ? delivery::state_name(after) : std::string_view();
    if (moved) {
        delivery::count_settled(parts.metrics, leg, state);
    }
    const bool alarm =
        (outcome != "kept" && outcome != "repeated") || (moved && delivery::watch_of(after).alarms);
    log::write(alarm ? log::Level::warning : log::Level::info, "tracked_event",
               {{"document", to_text(leg.document)},
                {"leg", to_text(leg.id)},
                {"outcome", outcome},
                {"code", told.findings.empty() ? told.event.code : ""},
                {"state", state}});
}

void put_told(std::string& to, const Told& told) {
    JsonObject object(to);
    object.text_if("id", told.event.id);
    object.text("outcome", outcome_name(told));
    if (told.outcome) {
        const auto state = delivery::leg_state(told.outcome->after);
        object.text("state", state ? delivery::state_name(*state) : "");
    }
    if (!told.findings.empty()) {
        object.begin("errors");
        append_json_array(to, told.findings, [&](const Finding& each) {
            JsonObject finding(to);
            finding.text("pointer", each.pointer);
            finding.text("rule", each.rule);
            finding.text("zh", each.message_zh);
            finding.text("en", each.message_en);
            finding.end();
        });
    }
    object.end();
}

/// A letter of the document, and the numbers under which it was tracked.
struct Letter {
    store::LegRow leg;
    std::set<std::string> numbers;
};

/// The newest first. None: it goes by no post.
Result<std::vector<Letter>> find_letters(const ApiParts& parts, const DocumentId& document) {
    const auto legs = parts.store.legs_of(document);
    if (!legs.ok()) {
        return legs.error();
    }
    std::vector<Letter> letters;
    for (auto leg = legs.value().rbegin(); leg != legs.value().rend(); ++leg) {
        if (!delivery::is_service(*leg) ||
            static_cast<ChannelKind>(leg->channel) != ChannelKind::post) {
            continue;
        }
        const auto tracked = parts.store.tracked_events(leg->id);
        if (!tracked.ok()) {
            return tracked.error();
        }
        letters.push_back({*leg, {}});
        for (const TrackedEvent& each : tracked.value()) {
            letters.back().numbers.insert(each.number);
        }
    }
    return letters;
}

/// Which letter a report means: the one that has its number, else the newest. So an old envelope
/// that comes back moves no new one.
const store::LegRow& letter_of(const std::vector<Letter>& letters, const TrackedEvent& event) {
    const auto found = std::find_if(letters.begin(), letters.end(), [&](const Letter& each) {
        return !event.number.empty() && each.numbers.contains(event.number);
    });
    return found == letters.end() ? letters.front().leg : found->leg;
}

/// Those that are well formed; a few in a commit, since others wait for it.
Result<void> keep(const ApiParts& parts, const std::vector<Letter>& letters,
                  std::vector<Told>& told) {
    constexpr std::size_t events_a_commit = 16;
    std::vector<store::TrackedWrite> writes;
    std::vector<Told*> whose;
    for (Told& each : told) {
        if (each.findings.empty()) {
            writes.push_back({letter_of(letters, each.event).id, each.event});
            whose.push_back(&each);
        }
        const bool last = &each == &told.back();
        if (writes.size() < events_a_commit && !(last && !writes.empty())) {
            continue;
        }
        const auto outcomes = parts.store.put_tracked(writes);
        if (!outcomes.ok()) {
            return outcomes.error();
        }
        for (std::size_t at = 0; at < whose.size(); ++at) {
            whose[at]->outcome = outcomes.value()[at];
        }
        writes.clear();
        whose.clear();
    }
    return {};
}

http::Response tell_tracked(const ApiParts& parts, const store::DocumentRow& document,
                            const http::Request& request, const Principal& principal) {
    const auto letters = find_letters(parts, document.id);
    if (!letters.ok()) {
        return problem_response(problem_of(letters.error()));
    }
    if (letters.value().empty()) {
        return problem_response({409, "no-letter", "这份文书没有选择邮政寄递，无从登记轨迹",
                                 "The document does not go by post; there is nothing to track."});
    }
    std::vector<Told> told = read_events(request.body, principal, parts.clock.now());
    if (told.empty() || told.size() > events_max) {
        return refusal_response(400, "the body is no event, no array and no lines of events, or "
                                     "holds more than 500 应为1至500个轨迹事件");
    }
    const auto kept = keep(parts, letters.value(), told);
    if (!kept.ok()) {
        return problem_response(problem_of(kept.error()));
    }
    const auto service = delivery::find_service_case(parts.store, document, parts.clock.now());
    if (!service.ok()) {
        return problem_response(problem_of(service.error()));
    }
    std::string body;
    JsonObject object(body);
    object.begin("events");
    append_json_array(body, told, [&](const Told& each) {
        count(parts, letter_of(letters.value(), each.event), each);
        put_told(body, each);
    });
    object.raw("service", service_json(service.value()));
    object.end();
    return json_response(200, std::move(body));
}

} // namespace

void add_tracking_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     "/api/v1/documents/{id}/tracked-events",
                                     Policy::issue,
                                     body_bytes_max,
                                     http::Place::worker,
                                     {},
                                     std::string(any_type)},
                                    &tell_tracked));
}

} // namespace songda::api
