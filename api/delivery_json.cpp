#include "api/delivery_json.hpp"

#include <rapidjson/document.h>

#include "base/json.hpp"
#include "delivery/channel.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/reason_words.hpp"

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
