#include "api/clock_json.hpp"

#include "base/json.hpp"

namespace songda::api {
namespace {

void put_interval(JsonObject& object, std::string& to, std::string_view name,
                  const std::optional<delivery::Interval>& interval) {
    if (!interval) {
        return;
    }
    object.begin(name);
    JsonObject members(to);
    if (interval->seconds) {
        members.raw("seconds", std::to_string(*interval->seconds));
    }
    if (interval->working_days) {
        members.raw("working_days", std::to_string(*interval->working_days));
    }
    members.end();
}

} // namespace

std::string clock_json(const delivery::Moments& moments, const delivery::Intervals& intervals) {
    const auto moment = [](std::optional<TimeMs> at) { return at ? to_rfc3339(*at) : ""; };
    std::string to;
    JsonObject object(to);
    object.text_if("decided_on", moments.decided ? to_text(*moments.decided) : "");
    object.text("issued_at", to_rfc3339(moments.issued));
    object.text_if("first_attempt_at", moment(moments.first_attempt));
    object.text_if("served_at", moment(moments.served));
    object.text_if("serve_by", moments.serve_by ? to_text(*moments.serve_by) : "");
    if (intervals.late) {
        object.raw("late", *intervals.late ? "true" : "false");
    }
    put_interval(object, to, "decided_to_issued", intervals.decided_to_issued);
    put_interval(object, to, "issued_to_first_attempt", intervals.issued_to_first_attempt);
    put_interval(object, to, "issued_to_served", intervals.issued_to_served);
    put_interval(object, to, "decided_to_served", intervals.decided_to_served);
    object.end();
    return to;
}

} // namespace songda::api
