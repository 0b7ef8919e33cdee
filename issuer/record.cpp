#include "issuer/record.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace songda::issuer {
namespace {

/// Writes members in the order given; the caller gives them sorted.
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& to) : to_(to) { to_ += '{'; }
    void text(std::string_view name, std::string_view value) {
        this->name(name);
        const std::size_t start = to_.size();
        append_json_string(to_, value);
        escape_slashes(start);
    }
    /// A member that has no value is left out.
    void day(std::string_view name, const std::optional<Date>& date) {
        if (date) {
            text(name, to_text(*date));
        }
    }
    void name(std::string_view name) {
        if (!first_) {
            to_ += ',';
        }
        first_ = false;
        append_json_string(to_, name);
        to_ += ':';
    }
    void close() { to_ += '}'; }

private:
    /// `/` never stands in the record, so that no value can put `/ByteRange` into the PDF.
    void escape_slashes(std::size_t from) {
        for (std::size_t at = to_.find('/', from); at != std::string::npos;
             at = to_.find('/', at)) {
            to_.replace(at, 1, "\\u002f");
        }
    }

    std::string& to_;
    bool first_ = true;
};

} // namespace

std::string make_record(const Decision& decision, const RecordFacts& facts) {
    const Recipient& holder = decision.recipient.reveal();
    auto fields = decision.fields.reveal();
    std::sort(fields.begin(), fields.end());
    std::string to;
    to.reserve(1024);
    ObjectWriter record(to);
    record.text("case_number", decision.case_number);
    record.text("decided_on", to_text(decision.decided_on));
    record.name("fields");
    ObjectWriter inner(to);
    for (const auto& [name, value] : fields) {
        inner.text(name, value);
    }
    inner.close();
    record.text("issued_at", to_rfc3339(facts.issued_at));
    record.name("issuer");
    ObjectWriter issuer(to);
    issuer.text("code", facts.department.text);
    issuer.text("name", facts.department_name);
    issuer.close();
    record.text("key", to_text(facts.key));
    record.text("number", facts.number);
    record.name("recipient");
    ObjectWriter recipient(to);
    recipient.text("code", holder.code);
    recipient.text("kind", holder.kind == RecipientKind::person ? "person" : "organisation");
    recipient.text("name", holder.name);
    recipient.close();
    record.text("template", facts.template_full_name);
    record.text("title", facts.title);
    record.text("type", facts.type_code);
    record.day("valid_from", decision.valid_from);
    record.day("valid_until", decision.valid_until);
    record.name("version");
    to += '1';
    record.close();
    return to;
}

} // namespace songda::issuer
