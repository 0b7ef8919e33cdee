#include "api/guide_page.hpp"

#include "base/json.hpp"

namespace songda::api {
namespace {

using catalogue::Guide;

void put_texts(std::string& to, const std::vector<std::string>& texts) {
    append_json_array(to, texts, [&to](const std::string& text) { append_json_string(to, text); });
}

std::string_view flag(bool value) {
    return value ? "true" : "false";
}

/// Names and order as in docs/formats/guide.md.
class Writer {
public:
    Writer(std::string& to, const Guide& guide) : to_(to), guide_(guide), object_(to) {}

    void write(const store::EditionRow& edition) {
        put_item(edition);
        put_basis_and_ways();
        put_business_and_materials();
        put_forms();
        put_limit_and_fee();
        put_rest();
        object_.end();
    }

private:
    template <class Range, class Put>
    void array(std::string_view name, const Range& range, Put put) {
        object_.begin(name);
        append_json_array(to_, range, [&](const auto& each) {
            JsonObject object(to_);
            put(object, each);
            object.end();
        });
    }
    void texts(JsonObject& object, std::string_view name, const std::vector<std::string>& values) {
        object.begin(name);
        put_texts(to_, values);
    }
    void put_item(const store::EditionRow& edition) {
        object_.text("code", guide_.item_code);
        object_.text("name", guide_.item_name);
        object_.raw("edition", std::to_string(edition.number));
        object_.text("document", edition.document);
        object_.text_if("effective_from",
                        edition.effective_from ? to_text(*edition.effective_from) : "");
        object_.text("mode", guide_.mode);
        object_.raw("visits_max", std::to_string(guide_.visits_max));
        object_.text_if("face_to_face_basis", guide_.face_to_face_basis);
        texts(object_, "applicants", guide_.applicants);
        texts(object_, "notes", guide_.notes);
    }
    void put_basis_and_ways() {
        array("basis", guide_.basis, [](JsonObject& object, const catalogue::LegalBasis& basis) {
            object.text("title", basis.title);
            object.text_if("issued", basis.issued ? to_text(*basis.issued) : "");
            object.text_if("amended", basis.amended ? to_text(*basis.amended) : "");
            object.text("article", basis.article);
            object.text("text", basis.text);
        });
        array("ways", guide_.ways, [](JsonObject& object, const catalogue::ApplyWay& way) {
            object.text("kind", way.kind);
            object.text("place", way.place);
            object.text_if("window", way.window);
        });
        array("hours", guide_.hours, [](JsonObject& object, const catalogue::OpeningHours& hours) {
            object.text("days", hours.days);
            object.text("from", hours.from);
            object.text("to", hours.to);
        });
    }
    void put_business_and_materials() {
        array("business", guide_.conditions,
              [this](JsonObject& object, const catalogue::BusinessConditions& each) {
                  object.text("name", each.business);
                  texts(object, "conditions", each.conditions);
              });
        array("materials", guide_.materials,
              [](JsonObject& object, const catalogue::Material& material) {
                  object.text("name", material.name);
                  object.raw("quantity", std::to_string(material.quantity));
                  object.text("basis", material.basis);
                  object.text("medium", material.medium);
                  object.text("source", material.source);
                  object.text_if("issuer", material.issuer);
                  object.raw("government_issued", flag(material.government_issued));
                  object.raw("original_required", flag(material.original_required));
                  object.raw("deferrable", flag(material.deferrable));
                  object.text_if("requirements", material.requirements);
              });
    }
    void put_forms() {
        array("forms", guide_.forms, [this](JsonObject& object, const catalogue::Form& form) {
            object.text("name", form.name);
            object.text("kind", form.kind);
            object.text("blank", form.blank);
            object.text("instructions", form.instructions);
            object.text("example", form.example);
            object.begin("items");
            append_json_array(to_, form.items, [this](const catalogue::FormItem& item) {
                JsonObject one(to_);
                one.text("name", item.name);
                one.text("source", item.source);
                one.end();
            });
        });
    }
    void put_limit_and_fee() {
        object_.begin("limit");
        JsonObject limit(to_);
        limit.text("promised", guide_.limit.promised);
        limit.text("statutory", guide_.limit.statutory);
        limit.text_if("upper_published", guide_.limit.upper_published);
        limit.begin("separate");
        append_json_array(to_, guide_.limit.separate, [this](const catalogue::SeparateTime& time) {
            JsonObject one(to_);
            one.text("name", time.name);
            one.text("limit", time.limit);
            one.text("note", time.note);
            one.text("basis", time.basis);
            one.end();
        });
        limit.end();
        object_.begin("fee");
        JsonObject fee(to_);
        fee.text_if("free_of_charge", guide_.fee.free_of_charge);
        fee.text_if("name", guide_.fee.name);
        fee.text_if("basis", guide_.fee.basis);
        fee.text_if("standard", guide_.fee.standard);
        fee.text_if("pay_time", guide_.fee.pay_time);
        fee.text_if("pay_place", guide_.fee.pay_place);
        fee.text_if("reduction", guide_.fee.reduction);
        fee.end();
        object_.begin("payment");
        JsonObject payment(to_);
        texts(payment, "ways", guide_.payment_ways);
        payment.text_if("help", guide_.payment_help);
        payment.end();
    }
    void put_rest() {
        array("charts", guide_.charts, [this](JsonObject& object, const catalogue::Chart& chart) {
            object.text("kind", chart.kind);
            object.begin("steps");
            append_json_array(to_, chart.steps, [this](const catalogue::ChartStep& step) {
                JsonObject one(to_);
                one.text("name", step.name);
                one.text("mode", step.mode);
                one.end();
            });
        });
        object_.begin("consultation");
        JsonObject consultation(to_);
        consultation.text_if("web", guide_.consultation.web);
        consultation.text_if("phone", guide_.consultation.phone);
        consultation.text_if("mail", guide_.consultation.mail);
        consultation.text_if("window", guide_.consultation.window);
        consultation.text_if("answer_within", guide_.consultation.answer_within);
        consultation.text_if("answer_way", guide_.consultation.answer_way);
        consultation.end();
        array("samples", guide_.samples,
              [](JsonObject& object, const catalogue::SampleFile& sample) {
                  object.text("of", sample.of);
                  object.text("file", sample.file);
                  object.text("sha256", sample.sha256);
              });
    }

    std::string& to_;
    const Guide& guide_;
    JsonObject object_;
};

} // namespace

std::string guide_json(const Guide& guide, const store::EditionRow& edition) {
    std::string json;
    Writer(json, guide).write(edition);
    return json;
}

std::string guides_json(const std::vector<store::EditionRow>& editions) {
    std::string json = "{\"guides\":";
    append_json_array(json, editions, [&json](const store::EditionRow& row) {
        JsonObject object(json);
        object.text("code", row.name);
        object.text("name", row.title);
        object.raw("edition", std::to_string(row.number));
        object.text("document", row.document);
        object.text_if("effective_from", row.effective_from ? to_text(*row.effective_from) : "");
        object.end();
    });
    return json + "}";
}

} // namespace songda::api
