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

/// Pointers to the members, by name.
template <class Members>
auto sorted(const Members& members) {
    std::vector<const typename Members::value_type*> order;
    for (const auto& member : members) {
        order.push_back(&member);
    }
    std::sort(order.begin(), order.end(),
              [](const auto* left, const auto* right) { return left->first < right->first; });
    return order;
}

void append_row(std::string& to, const FieldRow& row) {
    RecordObject object(to);
    for (const auto* const cell : sorted(row)) {
        object.text(cell->first, cell->second);
    }
    object.end();
}

void append_fields(std::string& to, const DecisionFields& fields) {
    RecordObject object(to);
    for (const auto* const field : sorted(fields)) {
        if (const auto* const text = std::get_if<std::string>(&field->second)) {
            object.text(field->first, *text);
            continue;
        }
        object.begin(field->first);
        if (const auto* const rows = std::get_if<std::vector<FieldRow>>(&field->second)) {
            append_json_array(to, *rows, [&](const FieldRow& row) { append_row(to, row); });
        } else {
            append_json_array(to, std::get<std::vector<std::string>>(field->second),
                              [&](const std::string& text) { object.append(text); });
        }
    }
    object.end();
}

} // namespace

std::string make_record(const Decision& decision, const RecordFacts& facts) {
    const Recipient& holder = decision.recipient.reveal();
    std::string to;
    to.reserve(2048);
    RecordObject record(to);
    record.text("case_number", decision.case_number);
    record.text("decided_on", to_text(decision.decided_on));
    record.begin("fields");
    append_fields(to, decision.fields.reveal());
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
    record.text_if("valid_until", valid_until_text(decision));
    record.raw("version", "1");
    record.end();
    return to;
}

} // namespace songda::issuer
