#include "issuer/record.hpp"

#include <algorithm>
#include <vector>

#include "base/json.hpp"

namespace songda::issuer {
namespace {

/// Writes members in the order given; the caller gives them sorted. `/` never stands in a value, so
/// that none can put `/ByteRange` into the PDF.
class RecordObject : public JsonObject {
public:
    explicit RecordObject(std::string& to) : JsonObject(to), to_(to) {}

    void text(std::string_view name, std::string_view value) {
        begin(name);
        const std::size_t start = to_.size();
        append_json_string(to_, value);
        for (std::size_t at = to_.find('/', start); at != std::string::npos;
             at = to_.find('/', at)) {
            to_.replace(at, 1, "\\u002f");
        }
    }
    /// A member that has no value is left out.
    void day(std::string_view name, const std::optional<Date>& date) {
        if (date) {
            text(name, to_text(*date));
        }
    }

private:
    std::string& to_;
};

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
    to.reserve(1024);
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
    record.text("number", facts.number);
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
