#include "catalogue/guide.hpp"

#include "base/toml_reader.hpp"

namespace songda::catalogue {
namespace {

constexpr std::int64_t count_max = 1000;

std::optional<Date> read_day(TomlTable& table, std::string_view key) {
    const std::string text = table.text_or(key, "");
    const auto day = parse_date(text);
    if (!text.empty() && !day) {
        table.refuse(key, "must be a day that exists, like 2026-11-24");
    }
    return day;
}

template <class Row, class Read>
std::vector<Row> read_rows(TomlTable& table, std::string_view key, Read read) {
    std::vector<Row> rows;
    for (TomlTable row : table.tables(key)) {
        rows.push_back(read(row));
    }
    return rows;
}

LegalBasis read_basis(TomlTable& row) {
    LegalBasis basis;
    basis.title = row.text_or("title", "");
    basis.issued = read_day(row, "issued");
    basis.amended = read_day(row, "amended");
    basis.article = row.text_or("article", "");
    basis.text = row.text_or("text", "");
    return basis;
}

Material read_material(TomlTable& row) {
    Material material;
    material.name = row.text_or("name", "");
    material.quantity = row.integer_or("quantity", 0, 0, count_max);
    material.basis = row.text_or("basis", "");
    material.medium = row.text_or("medium", "");
    material.source = row.text_or("source", "");
    material.issuer = row.text_or("issuer", "");
    material.government_issued = row.boolean_or("government_issued", false);
    material.original_required = row.boolean_or("original_required", false);
    material.deferrable = row.boolean_or("deferrable", false);
    material.requirements = row.text_or("requirements", "");
    return material;
}

Form read_form(TomlTable& row) {
    return {row.text_or("name", ""),
            row.text_or("kind", ""),
            row.text_or("blank", ""),
            row.text_or("instructions", ""),
            row.text_or("example", ""),
            read_rows<FormItem>(row, "item", [](TomlTable& item) {
                return FormItem{item.text_or("name", ""), item.text_or("source", "")};
            })};
}

TimeLimit read_limit(TomlTable table) {
    return {table.text_or("promised", ""), table.text_or("statutory", ""),
            table.text_or("upper_published", ""),
            read_rows<SeparateTime>(table, "separate", [](TomlTable& row) {
                return SeparateTime{row.text_or("name", ""), row.text_or("limit", ""),
                                    row.text_or("note", ""), row.text_or("basis", "")};
            })};
}

Fee read_fee(TomlTable table) {
    return {table.text_or("free_of_charge", ""), table.text_or("name", ""),
            table.text_or("basis", ""),          table.text_or("standard", ""),
            table.text_or("pay_time", ""),       table.text_or("pay_place", ""),
            table.text_or("reduction", "")};
}

Chart read_chart(TomlTable& row) {
    return {row.text_or("kind", ""), read_rows<ChartStep>(row, "step", [](TomlTable& step) {
                return ChartStep{step.text_or("name", ""), step.text_or("mode", "")};
            })};
}

Consultation read_consultation(TomlTable table) {
    return {table.text_or("web", ""),           table.text_or("phone", ""),
            table.text_or("mail", ""),          table.text_or("window", ""),
            table.text_or("answer_within", ""), table.text_or("answer_way", "")};
}

Guide read(TomlTable root) {
    Guide guide;
    TomlTable item = root.table("item");
    guide.item_name = item.text_or("name", "");
    guide.item_code = item.text_or("code", "");
    guide.mode = item.text_or("mode", "");
    guide.visits_max = item.integer_or("visits_max", 0, 0, count_max);
    guide.face_to_face_basis = item.text_or("face_to_face_basis", "");
    guide.applicants = item.texts_or_none("applicants");
    guide.notes = item.texts_or_none("notes");
    guide.basis = read_rows<LegalBasis>(root, "basis", read_basis);
    guide.ways = read_rows<ApplyWay>(root, "way", [](TomlTable& row) {
        return ApplyWay{row.text_or("kind", ""), row.text_or("place", ""),
                        row.text_or("window", "")};
    });
    guide.hours = read_rows<OpeningHours>(root, "hours", [](TomlTable& row) {
        return OpeningHours{row.text_or("days", ""), row.text_or("from", ""),
                            row.text_or("to", "")};
    });
    guide.conditions = read_rows<BusinessConditions>(root, "business", [](TomlTable& row) {
        return BusinessConditions{row.text_or("name", ""), row.texts_or_none("conditions")};
    });
    guide.materials = read_rows<Material>(root, "material", read_material);
    guide.forms = read_rows<Form>(root, "form", read_form);
    guide.limit = read_limit(root.table("limit"));
    guide.fee = read_fee(root.table("fee"));
    TomlTable payment = root.table("payment");
    guide.payment_ways = payment.texts_or_none("ways");
    guide.payment_help = payment.text_or("help", "");
    guide.charts = read_rows<Chart>(root, "chart", read_chart);
    guide.consultation = read_consultation(root.table("consultation"));
    guide.samples = read_rows<SampleFile>(root, "sample", [](TomlTable& row) {
        return SampleFile{row.text_or("of", ""), row.text_or("file", ""),
                          row.text_or("sha256", "")};
    });
    return guide;
}

Result<Guide> read_whole(const Result<TomlFile>& file) {
    if (!file.ok()) {
        return file.error();
    }
    Guide guide = read(file.value().root());
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return guide;
}

} // namespace

Result<Guide> read_guide(const std::string& path) {
    return read_whole(TomlFile::open(path));
}

Result<Guide> parse_guide(std::string_view text, const std::string& name) {
    return read_whole(TomlFile::parse(text, name));
}

} // namespace songda::catalogue
