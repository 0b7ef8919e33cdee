#include "issuer/record.hpp"

#include <algorithm>
#include <vector>

#include "base/text_codec.hpp"
#include "issuer/record_object.hpp"
#include "issuer/relates.hpp"

namespace songda::issuer {
namespace {

void write_licence(std::string& to, const Licence& licence) {
    RecordObject object(to);
    object.text("identifier", licence.identifier);
    object.text("operation", store::operation_code(licence.operation));
    object.text_if("previous_identifier", licence.previous_identifier);
    if (licence.relation) {
        object.text("relation", relation_name(*licence.relation));
    }
    object.text("type", licence.type);
    object.end();
}

} // namespace

std::string make_record(const Decision& decision, const RecordFacts& facts) {
    const Recipient& holder = decision.recipient.reveal();
    std::vector<const std::pair<std::string, std::string>*> fields;
    for (const auto& field : decision.fields.reveal()) {
        fields.push_back(&field);
    }
    std::sort(fields.begin(), fields.end(),
              [](const auto* left, const auto* right) { return *left < *right; });
    std::string to;
    to.reserve(2048);
    RecordObject record(to);
    record.text("case_number", decision.case_number);
    record.text("decided_on", to_text(decision.decided_on));
    record.begin("fields");
    RecordObject inner(to);
    for (const auto* const field : fields) {
        inner.text(field->first, field->second);
    }
    inner.end();
    record.text("issued_at", to_rfc3339(facts.issued_at));
    record.begin("issuer");
    RecordObject issuer(to);
    issuer.text("code", facts.department.text);
    issuer.text("name", facts.department_name);
    issuer.end();
    record.text("key", to_text(facts.key));
    if (facts.licence != nullptr) {
        record.begin("licence");
        write_licence(to, *facts.licence);
    }
    record.text("number", facts.number);
    if (facts.photo) {
        record.text("photo_sha256", to_hex(*facts.photo));
    }
    record.begin("recipient");
    RecordObject recipient(to);
    recipient.text("code", holder.code);
    recipient.text("kind", holder.kind == RecipientKind::person ? "person" : "organisation");
    recipient.text("name", holder.name);
    recipient.end();
    record.text("template", facts.template_full_name);
    record.text("title", facts.title);
    record.text("type", facts.type_code);
    record.day("valid_from", decision.valid_from);
    record.day("valid_until", decision.valid_until);
    record.raw("version", "1");
    record.end();
    return to;
}

} // namespace songda::issuer
