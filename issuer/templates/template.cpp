#include "issuer/templates/template.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/toml_reader.hpp"

namespace songda::issuer {
namespace {

constexpr double points_per_mm = 72.0 / 25.4;
constexpr int flow_pages_max = 12; // full of rare characters, still below what verifiers read

Centipoints from_mm(double mm) {
    return static_cast<Centipoints>(std::lround(mm * points_per_mm * 100));
}
Centipoints from_pt(double pt) {
    return static_cast<Centipoints>(std::lround(pt * 100));
}

Pattern parse_pattern(std::string_view text, TomlTable& table) {
    Pattern pattern;
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('{'), text.size());
        if (open > 0) {
            pattern.push_back({false, std::string(text.substr(0, open))});
        }
        text.remove_prefix(open);
        if (text.empty()) {
            break;
        }
        const std::size_t close = text.find('}');
        if (close == std::string_view::npos) {
            table.refuse("text", "a { without }");
            break;
        }
        pattern.push_back({true, std::string(text.substr(1, close - 1))});
        text.remove_prefix(close + 1);
    }
    return pattern;
}

template <class T>
T choose(TomlTable& table, std::string_view key, std::string_view otherwise,
         std::initializer_list<std::pair<std::string_view, T>> words) {
    const std::string word = table.text_or(key, otherwise);
    std::string known;
    for (const auto& [name, value] : words) {
        if (word == name) {
            return value;
        }
        known += known.empty() ? "" : ", ";
        known += name;
    }
    table.refuse(key, "must be one of " + known);
    return words.begin()->second;
}

std::string read_colour(TomlTable& table) {
    const std::string text = table.text_or("colour", "#000000");
    unsigned rgb = 0;
    if (text.size() != 7 || std::sscanf(text.c_str(), "#%6x", &rgb) != 1) {
        table.refuse("colour", "must look like #a01c1c");
    }
    return fmt::format("{:.3f} {:.3f} {:.3f}", (rgb >> 16U) / 255.0, (rgb >> 8U & 255U) / 255.0,
                       (rgb & 255U) / 255.0);
}

TextLook read_look(TomlTable& table) {
    TextLook look;
    look.style = table.text("style");
    look.size = from_pt(table.number("size_pt"));
    look.least_size = from_pt(table.number_or("least_size_pt", look.size / 100.0));
    look.lines_max = static_cast<int>(table.integer_or("lines_max", 1, 1, 60));
    look.leading = from_pt(table.number_or("leading_pt", look.size * 1.5 / 100.0));
    look.tracking = from_pt(table.number_or("tracking_pt", 0));
    look.colour = read_colour(table);
    look.align = choose<Align>(table, "align", "left",
                               {{"left", Align::left},
                                {"center", Align::center},
                                {"right", Align::right},
                                {"justify", Align::justify}});
    look.fit = choose<Fit>(table, "fit", "refuse",
                           {{"refuse", Fit::refuse},
                            {"shrink", Fit::shrink},
                            {"wrap", Fit::wrap},
                            {"balance", Fit::balance}});
    return look;
}

TemplateField read_field(TomlTable& table) {
    TemplateField field;
    field.name = table.text("name");
    field.label = table.text("label");
    field.member = table.text_or("member", field.name);
    field.kind = choose<FieldKind>(table, "kind", "text",
                                   {{"text", FieldKind::text},
                                    {"code", FieldKind::code},
                                    {"date", FieldKind::date},
                                    {"choice", FieldKind::choice}});
    field.required = table.boolean_or("required", true);
    field.max_characters =
        static_cast<std::size_t>(table.integer_or("max_characters", 200, 1, 4000));
    field.choices = table.texts_or_none("choices");
    std::string upper = field.name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    field.element = table.text_or("element", "KZ_" + upper);
    if ((field.kind == FieldKind::choice) == field.choices.empty()) {
        table.refuse("choices", "belong to kind choice, and it needs them");
    }
    return field;
}

LaterPages read_later(TomlTable table, int pages_max, Centipoints line_pitch,
                      Centipoints page_height) {
    LaterPages later;
    later.pages_max = pages_max;
    later.top = page_height - from_mm(table.number("top_mm"));
    later.bottom = page_height - from_mm(table.number("bottom_mm"));
    later.line_pitch_least = from_pt(table.number_or("line_pitch_least_pt", line_pitch / 100.0));
    later.number_look = read_look(table);
    later.number_y = page_height - from_mm(table.number("number_y_mm"));
    return later;
}

Flow read_flow(TomlTable table, Centipoints page_height) {
    Flow flow;
    flow.x = from_mm(table.number("x_mm"));
    flow.width = from_mm(table.number("width_mm"));
    flow.top = page_height - from_mm(table.number("top_mm"));
    flow.bottom = page_height - from_mm(table.number("bottom_mm"));
    flow.text_bottom = page_height - from_mm(table.number("text_bottom_mm"));
    flow.line_pitch = from_pt(table.number("line_pitch_pt"));
    flow.line_pitch_least =
        from_pt(table.number_or("line_pitch_least_pt", flow.line_pitch / 100.0));
    flow.columns = static_cast<int>(table.integer_or("columns", 28, 1, 60));
    for (TomlTable& block : table.tables("block")) {
        flow.blocks.push_back({parse_pattern(block.text("text"), block), read_look(block),
                               static_cast<int>(block.integer_or("indent", 0, 0, 10)),
                               static_cast<int>(block.integer_or("gap_lines", 0, 0, 10))});
    }
    const auto pages_max = static_cast<int>(table.integer_or("pages_max", 1, 1, flow_pages_max));
    if (pages_max > 1) {
        flow.later = read_later(table.table("later"), pages_max, flow.line_pitch, page_height);
    }
    TomlTable closing = table.table("closing");
    flow.signature = parse_pattern(closing.text("signature"), closing);
    flow.date = parse_pattern(closing.text("date"), closing);
    flow.closing_look = read_look(closing);
    flow.closing_gap_lines = static_cast<int>(closing.integer_or("gap_lines", 1, 0, 10));
    flow.right_indent = static_cast<int>(closing.integer_or("right_indent", 4, 0, 10));
    return flow;
}

LicenceFace read_licence(TomlTable table, const std::string& title) {
    LicenceFace face;
    face.kind = choose<LicenceKind>(table, "kind", "original",
                                    {{"original", LicenceKind::original},
                                     {"duplicate", LicenceKind::duplicate},
                                     {"annotated", LicenceKind::annotated}});
    face.type =
        face.kind == LicenceKind::annotated ? table.text_or("type", "") : table.text("type");
    face.name = table.text_or("name", title);
    face.holder = choose<LicenceHolder>(table, "holder", "any",
                                        {{"any", LicenceHolder::any},
                                         {"organisation", LicenceHolder::organisation},
                                         {"person", LicenceHolder::person}});
    face.keeps_number = table.boolean_or("keeps_number", true);
    return face;
}

PhotoPlace read_photo_place(TomlTable table, Centipoints page_height) {
    PhotoPlace place;
    place.x = from_mm(table.number("x_mm"));
    place.width = from_mm(table.number("width_mm"));
    place.height = from_mm(table.number("height_mm"));
    place.y = page_height - from_mm(table.number("y_mm")) - place.height;
    if (place.width < from_mm(10) || place.width > from_mm(60) || place.height < place.width ||
        place.height > from_mm(80)) {
        table.refuse("width_mm", "a photo is 10 to 60 mm wide, and no higher than 80 mm nor wider "
                                 "than high");
    }
    return place;
}

SamplePlace read_sample(TomlTable table, Centipoints page_height) {
    return {from_mm(table.number("x_mm")),
            page_height - from_mm(table.number("y_mm")),
            from_pt(table.number("size_pt")),
            from_mm(table.number("mark_x_mm")),
            page_height - from_mm(table.number("mark_y_mm")),
            from_pt(table.number("mark_size_pt")),
            table.number("mark_degrees")};
}

} // namespace

Result<Template> read_template(const std::string& folder) {
    auto file = TomlFile::open(folder + "/template.toml");
    if (!file.ok()) {
        return file.error();
    }
    TomlTable root = file.value().root();
    Template made;
    made.id = root.text("id");
    made.version = static_cast<int>(root.integer("version", 1, 9999));
    made.type_code = root.text("type_code");
    made.profile = root.text_or("profile", "");
    made.title = root.text("title");
    if (root.has("licence")) {
        made.licence = read_licence(root.table("licence"), made.title);
    }
    made.number_pattern = made.makes_copies() ? "" : root.text("number"); // theirs is another's
    made.page_width = from_mm(root.number_or("page_width_mm", 210));
    made.page_height = from_mm(root.number_or("page_height_mm", 297));
    const std::string artwork = root.text_or("artwork", "");
    made.artwork_path = artwork.empty() ? "" : folder + '/' + artwork;
    for (TomlTable& field : root.tables("field")) {
        made.fields.push_back(read_field(field));
    }
    for (TomlTable& item : root.tables("text")) {
        made.items.push_back(
            {parse_pattern(item.text("text"), item), read_look(item), from_mm(item.number("x_mm")),
             made.page_height - from_mm(item.number("y_mm")), from_mm(item.number("width_mm"))});
    }
    if (root.has("flow")) {
        made.flow = read_flow(root.table("flow"), made.page_height);
    }
    for (TomlTable& common : root.tables("common")) {
        made.common_characters.emplace_back(common.text("style"), common.text("characters"));
    }
    TomlTable seal = root.table("seal");
    made.seal.diameter = from_mm(seal.number("diameter_mm"));
    if (!made.flow) {
        made.seal.x = from_mm(seal.number("x_mm"));
        made.seal.y = made.page_height - from_mm(seal.number("y_mm"));
    }
    TomlTable qr = root.table("qr");
    made.qr = {from_mm(qr.number("x_mm")), made.page_height - from_mm(qr.number("y_mm")),
               from_pt(qr.number("module_pt")),
               static_cast<int>(qr.integer("modules_max", 21, 177))};
    if (root.has("photo")) {
        made.photo = read_photo_place(root.table("photo"), made.page_height);
    }
    made.sample = read_sample(root.table("sample"), made.page_height);
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return made;
}

} // namespace songda::issuer
