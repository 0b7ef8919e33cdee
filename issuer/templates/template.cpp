#include "issuer/templates/template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/toml_reader.hpp"
#include "issuer/templates/form_parts.hpp"

namespace songda::issuer {
namespace {

constexpr int flow_pages_max = 60;
constexpr std::size_t item_bytes_max = 64;
constexpr std::size_t value_characters_max = 20'000; // as issuer/decision.cpp reads

Pattern read_pattern(TomlTable& table, std::string_view key) {
    return parse_pattern(table.text_or(key, ""), table);
}

std::size_t read_characters_max(TomlTable& table) {
    return static_cast<std::size_t>(
        table.integer_or("max_characters", 200, 1, std::int64_t{value_characters_max}));
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
                                    {"choice", FieldKind::choice},
                                    {"list", FieldKind::list},
                                    {"rows", FieldKind::rows}});
    field.required = table.boolean_or("required", true);
    field.paragraphs = table.boolean_or("paragraphs", false);
    if (field.paragraphs && field.kind != FieldKind::text) {
        table.refuse("paragraphs", "belong to kind text");
    }
    field.max_characters = read_characters_max(table);
    field.choices = table.texts_or_none("choices");
    std::string upper = field.name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    field.element = table.text_or("element", "KZ_" + upper);
    if ((field.kind == FieldKind::choice) == field.choices.empty()) {
        table.refuse("choices", "belong to kind choice, and it needs them");
    }
    field.elements_max = static_cast<std::size_t>(table.integer_or("elements_max", 50, 1, 200));
    for (TomlTable& column : table.tables("column")) {
        field.columns.push_back({column.text("name"), column.text("label"),
                                 column.boolean_or("required", true), read_characters_max(column)});
    }
    if ((field.kind == FieldKind::rows) == field.columns.empty()) {
        table.refuse("column", "[[field.column]] belong to kind rows, and it needs them");
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
    later.number_first = table.boolean_or("number_first", false);
    return later;
}

/// `when`, `is` and `is_not`, as in document profiles.
Condition read_condition(TomlTable& table) {
    Condition condition{table.text_or("when", ""), table.texts_or_none("is"),
                        table.texts_or_none("is_not")};
    if (condition.value.empty() && (!condition.is.empty() || !condition.is_not.empty())) {
        table.refuse("when", "is and is_not need it");
    }
    return condition;
}

Table read_table(TomlTable& block, Centipoints room) {
    Table made;
    made.head_style = block.text_or("head_style", block.text_or("style", ""));
    made.padding = from_mm(block.number_or("padding_mm", 1.5));
    made.outer_weight = from_mm(block.number_or("outer_mm", 0.35));
    made.inner_weight = from_mm(block.number_or("inner_mm", 0.25));
    Centipoints width = 0;
    for (TomlTable& column : block.tables("column")) {
        made.columns.push_back({from_mm(column.number("width_mm")), read_align(column),
                                read_pattern(column, "head"), read_pattern(column, "text")});
        width += made.columns.back().width;
        if (made.columns.back().width <= 2 * made.padding) {
            column.refuse("width_mm", "must hold more than the padding");
        }
    }
    // Each column is rounded to a hundredth of a point.
    if (width > room + static_cast<Centipoints>(made.columns.size())) {
        block.refuse("column", "the columns are wider than the flow");
    }
    for (TomlTable& row : block.tables("row")) {
        TableRow read{{}, from_mm(row.number_or("height_mm", 0))};
        for (const std::string& cell : row.texts("cells")) {
            read.cells.push_back(parse_pattern(cell, row));
        }
        if (read.cells.empty() || read.cells.size() > made.columns.size()) {
            row.refuse("cells", "must be one at least and no more than the columns");
        }
        made.rows.push_back(std::move(read));
    }
    return made;
}

FlowBlock read_block(TomlTable& table, Centipoints room) {
    FlowBlock block;
    block.condition = read_condition(table);
    block.each = table.text_or("each", "");
    block.look = read_look(table);
    block.indent = static_cast<int>(table.integer_or("indent", 0, 0, 10));
    block.gap_lines = static_cast<int>(table.integer_or("gap_lines", 0, 0, 10));
    if (table.has("column")) {
        block.table = read_table(table, room);
        return block;
    }
    block.pattern = parse_pattern(table.text("text"), table);
    block.label = read_pattern(table, "label");
    block.label_single =
        table.has("label_single") ? read_pattern(table, "label_single") : block.label;
    block.lead = read_pattern(table, "lead");
    block.hang = table.boolean_or("hang", false);
    block.levels = table.boolean_or("levels", false);
    return block;
}

Imprint read_imprint(TomlTable table) {
    Imprint imprint;
    imprint.copies_condition = read_condition(table);
    imprint.copies_label = read_pattern(table, "copies_label");
    imprint.copies = read_pattern(table, "copies");
    imprint.organ = parse_pattern(table.text("organ"), table);
    imprint.date = parse_pattern(table.text("date"), table);
    imprint.look = read_look(table);
    imprint.outer_weight = from_mm(table.number_or("outer_mm", 0.35));
    imprint.inner_weight = from_mm(table.number_or("inner_mm", 0.25));
    return imprint;
}

void read_closing(TomlTable closing, Flow& flow) {
    flow.signature = parse_pattern(closing.text("signature"), closing);
    flow.date = parse_pattern(closing.text("date"), closing);
    flow.closing_look = read_look(closing);
    flow.closing_gap_lines = static_cast<int>(closing.integer_or("gap_lines", 1, 0, 10));
    flow.right_indent = static_cast<int>(closing.integer_or("right_indent", 4, 0, 10));
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
        flow.blocks.push_back(read_block(block, flow.width));
    }
    for (TomlTable& level : table.tables("level")) {
        flow.levels.push_back({level.text("form"), level.text("style")});
    }
    const auto pages_max = static_cast<int>(table.integer_or("pages_max", 1, 1, flow_pages_max));
    if (pages_max > 1) {
        flow.later = read_later(table.table("later"), pages_max, flow.line_pitch, page_height);
    }
    read_closing(table.table("closing"), flow);
    if (table.has("imprint")) {
        flow.imprint = read_imprint(table.table("imprint"));
    }
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
    face.long_term = table.boolean_or("long_term", false);
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

Result<TomlFile> parse_file(const TemplateFiles& files, const std::string& name) {
    const Bytes* const bytes = files.find(name);
    return bytes == nullptr ? Error{Fault::not_found, files.path_of(name) + ": cannot be read"}
                            : TomlFile::parse(as_text(*bytes), files.path_of(name));
}

/// A file beside the one that names it; nothing of it, and a finding, when it is not there.
ArtworkPlace find_artwork(const TemplateFiles& files, TomlTable& table, std::string_view key) {
    const std::string folder =
        table.file_of(key).starts_with(files.path_of("bases/")) ? "bases/" : "";
    const std::string name = table.text(key);
    const Bytes* const bytes = files.find(folder + name);
    if (bytes == nullptr || name.find('/') != std::string::npos) {
        table.refuse(key, files.path_of(folder + name) + " is not there: a file in that folder");
        return {};
    }
    return {files.path_of(folder + name), *bytes, 0, 0, 0};
}

/// `artwork = "border.pdf"` is short for one [[artwork]] that fills the page.
std::vector<ArtworkPlace> read_artworks(const TemplateFiles& files, TomlTable& root,
                                        Centipoints page_height) {
    if (root.is_text("artwork")) {
        return {find_artwork(files, root, "artwork")};
    }
    std::vector<ArtworkPlace> places;
    for (TomlTable& table : root.tables("artwork")) {
        ArtworkPlace place = find_artwork(files, table, "file");
        if (table.has("width_mm") || table.has("x_mm") || table.has("y_mm")) {
            place.x = from_mm(table.number("x_mm"));
            place.top = page_height - from_mm(table.number("y_mm"));
            place.width = from_mm(table.number("width_mm"));
            if (place.width <= 0) {
                table.refuse("width_mm", "must be more than nothing");
            }
        }
        places.push_back(std::move(place));
    }
    return places;
}

/// `letter@1` of `bases`. A base that changed has another version: every template that is laid over
/// it must name that, and so is looked at.
Result<void> lay_over_bases(TomlFile& file, const TemplateFiles& files) {
    TomlTable root = file.root();
    for (const std::string& full_name : root.texts_or_none("bases")) {
        const std::string name = full_name.substr(0, full_name.find('@'));
        if (name.find_first_of("/.") != std::string::npos) {
            root.refuse("bases", full_name + " must look like letter@1");
            continue;
        }
        auto base = parse_file(files, "bases/" + name + ".toml");
        if (!base.ok()) {
            return base.error();
        }
        const std::string given = base.value().root().text("name");
        if (given != full_name) {
            root.refuse("bases", fmt::format("asks for {}, the file is {}", full_name, given));
        }
        if (base.value().root().has("artwork") && root.has("artwork") &&
            (base.value().root().is_text("artwork") || root.is_text("artwork"))) {
            root.refuse("artwork", full_name + " has artwork too: both write it as [[artwork]]");
        }
        file.lay_over(std::move(base).value(), "name");
    }
    file.resolve_shared();
    return {};
}

void read_places(TomlTable& root, Template& made) {
    for (TomlTable& line : root.tables("line")) {
        made.lines.push_back(read_line_item(line, made.page_height));
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
}

TemplateScope read_scope(TomlTable table) {
    static constexpr std::string_view digits = "0123456789";
    TemplateScope scope{table.text_or("area", ""), table.text_or("item", "")};
    const bool numeric = scope.area.find_first_not_of(digits) == std::string::npos;
    if (!scope.area.empty() && (scope.area.size() != 6 || !numeric)) {
        table.refuse("area", "must be 6 digits (GB/T 2260)");
    }
    if (scope.item.size() > item_bytes_max ||
        !std::all_of(scope.item.begin(), scope.item.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                   c == '-' || c == '.';
        })) {
        table.refuse("item", "must be an item's code: letters, digits, - and .");
    }
    return scope;
}

/// The name of an edition is made of it (docs/formats/template.md).
bool is_type_code(std::string_view code) {
    return code.size() <= 16 && std::all_of(code.begin(), code.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

void read_says(TomlTable says, Template& made) {
    for (const std::string_view member : {"review_term", "court_term", "remedies", "overdue"}) {
        if (says.has(member)) {
            made.says.emplace_back(member, says.text(member));
        }
    }
}

} // namespace

Result<Template> read_template(const std::string& folder) {
    const auto files = TemplateFiles::read_folder(folder);
    return files.ok() ? read_template(files.value()) : files.error();
}

Result<Template> read_template(const TemplateFiles& files) {
    auto file = parse_file(files, "template.toml");
    if (!file.ok()) {
        return file.error();
    }
    const auto based = lay_over_bases(file.value(), files);
    if (!based.ok()) {
        return based.error();
    }
    TomlTable root = file.value().root();
    Template made;
    made.id = root.text("id");
    made.version = static_cast<int>(root.integer("version", 1, 9999));
    made.scope = read_scope(root.table("scope"));
    made.type_code = root.text("type_code");
    if (!is_type_code(made.type_code)) {
        root.refuse("type_code", "must be at most 16 letters and digits");
    }
    made.profile = root.text_or("profile", "");
    made.title = root.text("title");
    made.service_level = read_service_level(root);
    if (root.has("licence")) {
        made.licence = read_licence(root.table("licence"), made.title);
    }
    made.number_pattern = made.makes_copies() ? "" : root.text("number"); // theirs is another's
    made.page_width = from_mm(root.number_or("page_width_mm", 210));
    made.page_height = from_mm(root.number_or("page_height_mm", 297));
    made.artworks = read_artworks(files, root, made.page_height);
    for (TomlTable& field : root.tables("field")) {
        made.fields.push_back(read_field(field));
    }
    for (TomlTable& item : root.tables("text")) {
        made.items.push_back(read_text_item(item, made.page_height));
    }
    if (root.has("flow")) {
        made.flow = read_flow(root.table("flow"), made.page_height);
    }
    for (TomlTable& common : root.tables("common")) {
        made.common_characters.emplace_back(common.text("style"), common.text("characters"));
    }
    read_places(root, made);
    read_says(root.table("says"), made);
    for (const std::string& name : unknown_values(made)) {
        root.refuse("field", name.starts_with("fields.")
                                 ? fmt::format("there is no field for {{{}}}", name)
                                 : fmt::format("there is no value {{{}}}", name));
    }
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return made;
}

} // namespace songda::issuer
