#include "api/remedies_json.hpp"

#include "base/json.hpp"
#include "catalogue/remedies.hpp"

namespace songda::api {
namespace {

void put_term(JsonObject& object, std::string& to, std::string_view name,
              const catalogue::RemedyTerm& term) {
    object.begin(name);
    JsonObject said(to);
    said.text("until", to_text(term.until));
    said.raw("may_move", term.may_move ? "true" : "false");
    said.end();
}

} // namespace

std::optional<std::string> remedies_json(const ApiParts& parts, const store::DocumentRow& document,
                                         const delivery::ServiceCase& service) {
    const catalogue::Profile* const profile = parts.profiles.find(document.type_code);
    if (profile == nullptr || !catalogue::tells_remedies(*profile) ||
        service.state != delivery::ServiceState::served || !service.basis) {
        return std::nullopt;
    }
    const Date served = china_date(service.basis->happened);
    const auto terms = catalogue::remedies_after(parts.calendar, served);
    std::string to;
    JsonObject object(to);
    object.text("counted_from", to_text(served));
    object.text_if("started_by", service.basis->rule);
    put_term(object, to, "review", terms.review);
    put_term(object, to, "lawsuit", terms.lawsuit);
    object.end();
    return to;
}

} // namespace songda::api
