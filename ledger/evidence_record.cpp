#include "ledger/evidence_record.hpp"

#include "base/json.hpp"
#include "ledger/detail/json_fields.hpp"

namespace songda::ledger {
namespace {

constexpr std::string_view event_base = "http://uri.etsi.org/19522/Event/";

void put_document(JsonObject& json, std::string& to, const EvidenceRecord::Document& document) {
    json.begin("document");
    JsonObject inner(to);
    inner.text("id", to_text(document.id));
    inner.text_if("number", document.number);
    inner.text_if("type", document.type);
    inner.text_if("title", document.title);
    detail::put(inner, "issued", document.issued);
    detail::put(inner, "delivered", document.delivered);
    inner.end();
}

void put_consent(JsonObject& json, std::string& to, const EvidenceRecord::Consent& consent) {
    json.begin("consent");
    JsonObject inner(to);
    inner.raw("given", consent.given ? "true" : "false");
    inner.text("form", consent.form);
    inner.text("version", consent.version);
    inner.text("day", to_text(consent.day));
    inner.end();
}

void put_way(JsonObject& json, std::string& to, const EvidenceRecord::Way& way) {
    json.begin("way");
    JsonObject inner(to);
    inner.text("channel", way.channel);
    inner.text("leg", to_text(way.leg));
    inner.text("purpose", way.purpose);
    detail::put(inner, "address", way.address);
    inner.text("state", way.state);
    inner.end();
}

bool read_document(detail::FieldReader json, EvidenceRecord::Document& to) {
    const auto id = parse_document_id(json.text("id"));
    to.id = id.value_or(DocumentId{});
    to.number = json.text("number");
    to.type = json.text("type");
    to.title = json.text("title");
    to.issued = json.digest("issued");
    to.delivered = json.digest("delivered");
    return id && json.ok();
}

bool read_consent(detail::FieldReader json, EvidenceRecord::Consent& to) {
    const auto day = parse_date(json.text("day"));
    to = {json.flag("given"), json.text("form"), json.text("version"), day.value_or(Date{})};
    return day && json.ok();
}

bool read_way(detail::FieldReader json, EvidenceRecord::Way& to) {
    const auto leg = parse_leg_id(json.text("leg"));
    to = {json.text("channel"), leg.value_or(LegId{}), json.text("purpose"), json.digest("address"),
          json.text("state")};
    return leg && json.ok();
}

EvidenceRecord read_members(detail::FieldReader& json) {
    EvidenceRecord record;
    const std::string event = json.text("event");
    json.fits(event.empty() || event.starts_with(event_base));
    record.event = event.substr(event.empty() ? 0 : event_base.size());
    const std::uint64_t position = json.number("position");
    json.fits(position > 0 && position <= UINT32_MAX);
    record.position = static_cast<std::uint32_t>(position);
    record.previous = json.digest("previous");
    record.code = json.text("code");
    record.rules = json.text("rules");
    record.happened = json.time("happened");
    record.learned = json.time("learned");
    json.fits(read_document(json.object("document"), record.document));
    const detail::FieldReader sender = json.object("sender");
    record.sender = sender.text("name");
    record.sender_code = sender.text("code");
    record.addressee = json.digest_if("addressee");
    record.capacity = json.text("capacity");
    if (json.has("consent")) {
        json.fits(read_consent(json.object("consent"),
                               record.consent.emplace(EvidenceRecord::Consent())));
    }
    if (json.has("way")) {
        json.fits(read_way(json.object("way"), record.way.emplace(EvidenceRecord::Way())));
    }
    record.trail = json.text("trail");
    record.trace = json.digest_if("trace");
    record.authentication = json.text("authentication");
    record.result = json.text("result");
    record.reason = json.text("reason");
    record.rule = json.text("rule");
    record.actor = json.text("actor");
    return record;
}

} // namespace

std::string record_id(const EvidenceRecord& record) {
    return to_text(record.document.id) + "-" + std::to_string(record.position);
}

std::string write_record(const EvidenceRecord& record) {
    std::string text;
    text.reserve(1500);
    JsonObject json(text);
    json.raw("songda_evidence", std::to_string(evidence_version));
    json.text("id", record_id(record));
    json.raw("position", std::to_string(record.position));
    detail::put(json, "previous", record.previous);
    if (!record.event.empty()) {
        json.text("event", std::string(event_base) + record.event);
    }
    json.text("code", record.code);
    json.text("rules", record.rules);
    detail::put(json, "happened", record.happened);
    detail::put(json, "learned", record.learned);
    put_document(json, text, record.document);
    json.begin("sender");
    JsonObject sender(text);
    sender.text_if("name", record.sender);
    sender.text("code", record.sender_code);
    sender.end();
    if (record.addressee) {
        detail::put(json, "addressee", *record.addressee);
    }
    json.text("capacity", record.capacity);
    if (record.consent) {
        put_consent(json, text, *record.consent);
    }
    if (record.way) {
        put_way(json, text, *record.way);
    }
    json.text_if("trail", record.trail);
    if (record.trace) {
        detail::put(json, "trace", *record.trace);
    }
    json.text_if("authentication", record.authentication);
    json.text("result", record.result);
    json.text_if("reason", record.reason);
    json.text_if("rule", record.rule);
    json.text_if("actor", record.actor);
    json.end();
    return text;
}

Result<EvidenceRecord> read_record(std::string_view text) {
    if (text.size() > evidence_record_bytes_max) {
        return Error{Fault::invalid_input, "too long for a record"};
    }
    const auto json = parse_json(text, 3);
    if (!json.ok()) {
        return json.error();
    }
    detail::FieldReader read(json.value().root());
    EvidenceRecord record = read_members(read);
    if (!read.ok() || write_record(record) != text) {
        return Error{Fault::invalid_input, "not the one spelling of a record of evidence"};
    }
    return record;
}

} // namespace songda::ledger
