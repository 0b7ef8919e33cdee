#include "api/rating_json.hpp"

#include "base/json.hpp"
#include "delivery/rating.hpp"

namespace songda::api {
namespace {

void put_rating(JsonObject& object, const store::RatingRow& rating) {
    object.raw("level", std::to_string(rating.level));
    if (const auto* const level = delivery::find_rating_level(rating.level)) {
        object.text("level_zh", level->zh);
    }
    std::string reasons;
    append_json_array(reasons, rating.reasons,
                      [&](const std::string& code) { append_json_string(reasons, code); });
    object.raw("reasons", reasons);
    object.text_if("words", rating.words.reveal());
    object.text("at", to_rfc3339(rating.at));
    if (const auto state = delivery::rating_state(rating.state)) {
        object.text("state", delivery::state_name(*state));
        object.text("state_zh", delivery::state_name_zh(*state));
    }
    object.text_if("due", rating.due ? to_text(*rating.due) : "");
}

} // namespace

std::string rating_json(const store::RatingRow& rating) {
    std::string to;
    JsonObject object(to);
    put_rating(object, rating);
    object.end();
    return to;
}

std::string department_rating_json(const store::RatingRow& rating) {
    std::string to;
    JsonObject object(to);
    object.text("template", rating.template_version);
    put_rating(object, rating);
    object.text("document", to_text(rating.document));
    object.text("case", rating.case_key);
    object.text_if("actor", rating.actor);
    object.text_if("note", rating.note.reveal());
    object.end();
    return to;
}

} // namespace songda::api
