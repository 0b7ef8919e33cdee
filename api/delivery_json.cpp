#include "api/delivery_json.hpp"

#include <algorithm>

#include <rapidjson/document.h>

#include "base/json.hpp"
#include "delivery/channel.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/reason_words.hpp"
#include "delivery/tracking.hpp"
#include "delivery/tracking_words.hpp"

namespace songda::api {
namespace {

/// What an applicant may read of a collector_detail; what is added to it later, is not shown.
std::string for_applicant(const std::string& detail) {
    const auto parsed = parse_json(detail, 2);
    std::string to;
    JsonObject object(to);
    if (parsed.ok()) {
        const rapidjson::Value& root = parsed.value().root();
        for (const char* const name :
             {"collector", "identity", "checked", "name", "mandate", "mandate_day", "place"}) {
            object.text_if(name, member_text(root, name));
        }
        for (const char* const name : {"copy", "sheets"}) {
            const rapidjson::Value* const number = find_member(root, name);
            if (number != nullptr && number->IsUint()) {
                object.raw(name, std::to_string(number->GetUint()));
            }
        }
    }
    object.end();
    return to;
}

/// What is said of its own ids twice, and not the same.
bool is_contradicted(const std::vector<store::TrackedEvent>& events,
                     const store::TrackedEvent& event) {
    return std::count_if(events.begin(), events.end(), [&](const store::TrackedEvent& each) {
               return each.source == event.source && each.id == event.id;
           }) > 1;
}

/// The applicant reads what happened, when and where; who said it, its code and its raw words,
/// which may name others, are the department's.
void put_tracked(std::string& to, const std::vector<store::TrackedEvent>& events, Reader reader) {
    append_json_array(to, events, [&](const store::TrackedEvent& each) {
        const delivery::TrackedWord& words = delivery::words_of(each);
        const auto state = delivery::leg_state(each.state);
        JsonObject object(to);
        object.text("at", to_rfc3339(each.occurred));
        object.text("zh", words.zh);
        object.text("en", words.en);
        object.text_if("state", state ? delivery::state_name(*state) : "");
        object.text_if("sub", each.sub);
        object.text_if("reason", each.reason);
        object.text_if("reason_zh", delivery::reason_words_zh(each.reason));
        object.text_if("reason_en", delivery::reason_words(each.reason));
        object.text_if("place", each.place.reveal());
        object.text_if("number", each.number);
        if (delivery::is_void(events, each)) {
            object.raw("taken_back", "true");
        }
        if (is_contradicted(events, each)) {
            object.raw("contradicted", "true");
        }
        if (reader == Reader::department) {
            object.text("source", each.source);
            object.text("id", each.id);
            object.text_if("code", each.code);
            object.text_if("text", each.text.reveal());
            object.text("said_at", each.said_at);
            object.text("recorded_at", to_rfc3339(each.recorded));
        }
        object.end();
    });
}

} // namespace

std::string delivery_json(const std::vector<delivery::LegProgress>& legs, Reader reader) {
    std::string to;
    append_json_array(to, legs, [&to, reader](const delivery::LegProgress& progress) {
        JsonObject object(to);
        object.text("channel", delivery::channel_name(
                                   static_cast<delivery::ChannelKind>(progress.leg.channel)));
        object.text("purpose", delivery::purpose_name(progress.leg.purpose));
        object.text("purpose_zh", delivery::purpose_name_zh(progress.leg.purpose));
        if (progress.leg.tells) {
            object.raw("tells", std::to_string(progress.leg.tells->sequence));
        }
        if (const auto state = delivery::leg_state(progress.leg.state)) {
            object.text("state", delivery::state_name(*state));
            object.text("state_zh", delivery::state_name_zh(*state));
        }
        object.text_if("reason", progress.leg.reason);
        object.text_if("reason_zh", delivery::reason_words_zh(progress.leg.reason));
        object.text_if("reason_en", delivery::reason_words(progress.leg.reason));
        object.text("at", to_rfc3339(progress.since));
        object.raw("attempts", std::to_string(progress.leg.attempts));
        if (delivery::leg_state(progress.leg.state) == delivery::LegState::available) {
            object.text("collect_by", to_rfc3339(progress.leg.deadline));
        }
        if (!progress.collected.empty()) {
            object.raw("collected", reader == Reader::applicant ? for_applicant(progress.collected)
                                                                : progress.collected);
        }
        if (!progress.tracked.empty()) {
            object.begin("tracked");
            put_tracked(to, progress.tracked, reader);
        }
        if (progress.note) {
            object.begin("note");
            JsonObject note(to);
            note.text("zh", delivery::note_words_zh(*progress.note));
            note.text("en", delivery::note_words(*progress.note));
            note.text("at", to_rfc3339(progress.note->happened));
            note.end();
        }
        if (progress.mark) {
            object.begin("document_status");
            JsonObject mark(to);
            mark.text("status", progress.mark->status);
            mark.text("since", to_rfc3339(progress.mark->at));
            mark.end();
        }
        object.end();
    });
    return to;
}

} // namespace songda::api
