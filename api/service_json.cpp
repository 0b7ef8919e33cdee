#include "api/service_json.hpp"

#include "base/json.hpp"
#include "delivery/service_rules.hpp"

namespace songda::api {
namespace {

void put_basis(JsonObject& object, const store::ServiceEntry& basis) {
    object.text("served_at", to_rfc3339(basis.happened));
    object.text("learned_at", to_rfc3339(basis.learned));
    object.text_if("rule", basis.rule);
    object.text_if("rules_version", basis.rules_version);
    for (const delivery::ServiceRule& rule : delivery::service_rules) {
        if (rule.id == basis.rule) {
            object.text("channel", delivery::channel_name(rule.channel));
            object.text("channel_zh", delivery::channel_name_zh(rule.channel));
            object.text("basis_zh", rule.basis_zh);
            object.text("basis", rule.basis);
        }
    }
}

} // namespace

std::string service_json(const delivery::ServiceCase& service) {
    std::string to;
    JsonObject object(to);
    object.text("state", delivery::state_name(service.state));
    object.text("state_zh", delivery::state_name_zh(service.state));
    object.text("since", to_rfc3339(service.since));
    if (service.basis) {
        put_basis(object, *service.basis);
    }
    object.text_if("serve_by", service.serve_by ? to_text(*service.serve_by) : "");
    if (service.consent) {
        object.begin("consent");
        JsonObject consent(to);
        consent.text("form", service.consent->form);
        consent.text("version", service.consent->version);
        consent.text("given_on", to_text(service.consent->day));
        consent.end();
    }
    object.end();
    return to;
}

} // namespace songda::api
