#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "issuer/templates/service_level.hpp"
#include "issuer/templates/template_files.hpp"

namespace songda::issuer {

/// Length on the page, in 1/100 pt. Integers, so that layout is exact and the same everywhere.
using Centipoints = std::int32_t;

/// What a field holds. `date` is given as `2026-11-24` and printed as `2026年11月24日`; `code` is
/// visible ASCII; `choice` is one of the listed words; `list` several texts; `rows` several rows
/// of the declared columns.
enum class FieldKind : std::uint8_t { text, code, date, choice, list, rows };

/// A cell of each row of a field.
struct FieldColumn {
    std::string name; ///< also the column of the document profile
    std::string label;
    bool required = true;
    std::size_t max_characters = 0;
};

struct TemplateField {
    std::string name;
    std::string label;
    std::string member; ///< of the document profile; the field's name unless the template says
    FieldKind kind = FieldKind::text;
    bool required = true;
    bool paragraphs = false;        ///< of kind text: line breaks are allowed and part paragraphs
    std::size_t max_characters = 0; ///< of a list: of each text
    std::vector<std::string> choices;
    std::size_t elements_max = 0;     ///< of a list or of rows
    std::vector<FieldColumn> columns; ///< of rows
    std::string element; ///< in a licence's metadata; `KZ_NAME` unless the template says
};

/// 正本, 副本, 加注件.
enum class LicenceKind : std::uint8_t { original, duplicate, annotated };
enum class LicenceHolder : std::uint8_t { any, organisation, person };

/// What makes the documents of a template electronic licences (docs/formats/licence.md).
struct LicenceFace {
    LicenceKind kind = LicenceKind::original;
    std::string type; ///< 证照类型代码; annotated copies may leave it to what they are made of
    std::string name; ///< 证照名称; the title unless the template says
    LicenceHolder holder = LicenceHolder::any;
    bool keeps_number = true; ///< a renewal or change goes on with the number
    bool long_term = false;   ///< may have no last day (长期)
};

/// `所在地：{fields.address}` in pieces.
struct PatternPiece {
    bool is_value = false;
    std::string text; ///< the literal text, or the name of the value
};
using Pattern = std::vector<PatternPiece>;

enum class Align : std::uint8_t { left, center, right, justify };

/// What happens to text that is wider than its place. `balance` breaks into lines of like length.
enum class Fit : std::uint8_t { refuse, shrink, wrap, balance };

/// How a text is set.
struct TextLook {
    std::string style;
    Centipoints size = 0;
    Centipoints least_size = 0; ///< Fit::shrink; of wrapped lines that are too many, 0: never
    int lines_max = 1;          ///< Fit::wrap, Fit::balance
    Centipoints leading = 0;
    Align align = Align::left;
    Fit fit = Fit::refuse;
    std::string colour; ///< operands of `rg`
    Centipoints tracking = 0;
};

/// A text at a fixed place; x, y is the left end of the first baseline in PDF coordinates.
struct TextItem {
    Pattern pattern;
    TextLook look;
    Centipoints x = 0;
    Centipoints y = 0;
    Centipoints width = 0;
};

/// A straight line of the form itself: a rectangle of its length and weight.
struct LineItem {
    Centipoints x = 0; ///< lower left corner, PDF coordinates
    Centipoints y = 0;
    Centipoints width = 0;
    Centipoints weight = 0;
    std::string colour; ///< operands of `rg`
};

/// Whether a part is set: its value says something, and one of `is`, and none of `is_not`.
struct Condition {
    std::string value; ///< `fields.outcome`; empty: always
    std::vector<std::string> is;
    std::vector<std::string> is_not;
};

/// A column of a table in the flow.
struct TableColumn {
    Centipoints width = 0;
    Align align = Align::left;
    Pattern head; ///< empty in all columns: the table has no head
    Pattern text; ///< of each element's row
};

/// A row that the template itself declares; with fewer cells than columns the last one spans the
/// rest.
struct TableRow {
    std::vector<Pattern> cells;
    Centipoints height_least = 0;
};

/// A ruled table: outer lines, inner lines, cells that wrap. Its rows take whole rows of the grid,
/// so that the text below stands on it again.
struct Table {
    std::vector<TableColumn> columns;
    std::vector<TableRow> rows; ///< beside those of the elements, after them
    std::string head_style;
    Centipoints padding = 0;
    Centipoints outer_weight = 0;
    Centipoints inner_weight = 0;

    [[nodiscard]] bool has_head() const {
        return std::any_of(columns.begin(), columns.end(),
                           [](const TableColumn& column) { return !column.head.empty(); });
    }
};

/// A paragraph of the flow, several where its text has line breaks, or a table. With `each` there
/// is one for every element of that field: patterns then know `{each}` or `{each.CELL}`,
/// `{ordinal}` and `{ordinal.chinese}`.
struct FlowBlock {
    Condition condition;
    std::string each; ///< `fields.reasons`; empty: the block is set once
    Pattern pattern;
    Pattern label;        ///< before the text: `{ordinal.chinese}、`
    Pattern label_single; ///< instead, where there is only one element
    Pattern lead;         ///< before the first label; further ones begin below its end
    bool hang = false;    ///< further lines begin below the label's end (§7.3.4)
    bool levels = false;  ///< headings within the value are set by the flow's levels
    TextLook look;
    int indent = 0;    ///< first line, in characters
    int gap_lines = 0; ///< blank lines before it
    std::optional<Table> table;
};

/// Paragraphs of a value that begin with this numbering and end without a full stop are headings
/// (§7.3.3): `一、`, `（一）`, `1.`, `（1）`.
struct HeadingLevel {
    std::string form;
    std::string style;
};

/// The pages after a flow's first: the grid alone, and their number.
struct LaterPages {
    int pages_max = 1;      ///< the first with them; 1: none, and the rest says nothing
    Centipoints top = 0;    ///< PDF coordinate of the first line's upper edge
    Centipoints bottom = 0; ///< PDF coordinate that the last line and the seal may not pass
    Centipoints line_pitch_least = 0; ///< what may bring the closing to its text's page (§7.3.5)
    TextLook number_look;             ///< `— 2 —`
    Centipoints number_y = 0;         ///< its baseline
    bool number_first = false;        ///< the first page shows its number too
};

/// 版记 at the foot of the last page (§7.4): 抄送, then 印发机关 and 印发日期, ruled.
struct Imprint {
    Condition copies_condition; ///< whether 抄送 is there
    Pattern copies_label;
    Pattern copies;
    Pattern organ;
    Pattern date;
    TextLook look; ///< its leading is the height of a row
    Centipoints outer_weight = 0;
    Centipoints inner_weight = 0;
};

/// Running text on the character grid of GB/T 9704-2012 (22 lines of 28 characters) and its
/// closing: the issuing body's name and the day, the name centred on the day (§7.3.5.1).
struct Flow {
    Centipoints x = 0;
    Centipoints width = 0;
    Centipoints top = 0;         ///< PDF coordinate of the first line's upper edge
    Centipoints text_bottom = 0; ///< PDF coordinate that the last paragraph's baseline may not pass
    Centipoints bottom = 0;      ///< PDF coordinate that the seal may not pass
    Centipoints line_pitch = 0;
    Centipoints line_pitch_least = 0; ///< what a long text may narrow it to (§7.3.5, 特殊情况说明)
    int columns = 28;
    std::vector<FlowBlock> blocks;
    std::vector<HeadingLevel> levels;
    Pattern signature;
    Pattern date;
    TextLook closing_look;
    int closing_gap_lines = 0;
    int right_indent = 4; ///< of the day, in characters
    LaterPages later;
    std::optional<Imprint> imprint;
};

struct SealPlace {
    Centipoints x = 0; ///< centre; with a flow both come from the closing
    Centipoints y = 0;
    Centipoints diameter = 0;
};

struct QrPlace {
    Centipoints x = 0; ///< upper right corner of the symbol without its quiet zone
    Centipoints y = 0;
    Centipoints module = 0;
    int modules_max = 0;
};

/// Where the holder's photo stands: x, y is its lower left corner in PDF coordinates.
struct PhotoPlace {
    Centipoints x = 0;
    Centipoints y = 0;
    Centipoints width = 0;
    Centipoints height = 0;
};

/// Artwork under everything on the first page. Its height is as its own shape has it.
struct ArtworkPlace {
    std::string name; ///< as messages call its file
    Bytes file;
    Centipoints x = 0; ///< upper left corner, PDF coordinates
    Centipoints top = 0;
    Centipoints width = 0; ///< 0: it fills the page, and stretches to its shape
};

/// `样本 SAMPLE` on what is signed with sample keys: a label of text near the title and a pale mark
/// behind all words.
struct SamplePlace {
    Centipoints x = 0; ///< middle of the label
    Centipoints y = 0; ///< its baseline
    Centipoints size = 0;
    Centipoints mark_x = 0; ///< middle of the mark
    Centipoints mark_y = 0;
    Centipoints mark_size = 0;
    double mark_degrees = 0; ///< how far the mark's line rises
};

/// Whose documents a template is for; an empty part means any.
struct TemplateScope {
    std::string area; ///< GB/T 2260, six digits: a province, city or county
    std::string item; ///< code of the item (sub-item, business item)
    bool operator==(const TemplateScope&) const = default;
};

/// A template as its folder says it; docs/formats/template.md explains every key.
struct Template {
    std::string id;
    int version = 0;
    TemplateScope scope;
    std::string type_code;
    std::string profile; ///< code of the document profile; empty: none is looked at
    std::string title;
    ServiceLevel service_level;
    std::string number_pattern;
    Centipoints page_width = 0;
    Centipoints page_height = 0;
    std::vector<ArtworkPlace> artworks; ///< in the order in which they are drawn
    std::vector<TemplateField> fields;
    std::vector<TextItem> items;
    std::vector<LineItem> lines;
    std::optional<Flow> flow;
    /// What the template's fixed words say, by members of the document profile: `{says.NAME}`.
    std::vector<std::pair<std::string, std::string>> says;
    /// Per style: characters put into the prefix beside those of the template's own texts.
    std::vector<std::pair<std::string, std::string>> common_characters;
    SealPlace seal;
    QrPlace qr;
    SamplePlace sample;
    std::optional<LicenceFace> licence;
    std::optional<PhotoPlace> photo; ///< then every decision brings one

    /// Its documents have the number and identifier of another.
    [[nodiscard]] bool makes_copies() const {
        return licence && licence->kind != LicenceKind::original;
    }
    /// Only such a document's page tree is written with it; all others have it in the prefix.
    [[nodiscard]] bool has_later_pages() const { return flow && flow->later.pages_max > 1; }

    /// `food-business-licence@1`, as the record names it.
    [[nodiscard]] std::string full_name() const { return id + "@" + std::to_string(version); }
};

/// Every pattern of the template with the style that it is set in.
void for_each_pattern(const Template& spec,
                      const std::function<void(const Pattern&, std::string_view style)>& look);

/// Those of its flow only.
void for_each_flow_pattern(const Template& spec,
                           const std::function<void(const Pattern&, std::string_view style)>& look);

/// Does any of the template's texts print the value?
[[nodiscard]] bool prints_value(const Template& spec, std::string_view name);

/// Names that texts print, or conditions and repeated blocks look at, and that nothing has.
[[nodiscard]] std::vector<std::string> unknown_values(const Template& spec);

[[nodiscard]] const TemplateField* find_field(const Template& spec, std::string_view name);

/// Reads template.toml, laid over the bases that it names. Faults: not_found (a base);
/// invalid_input with one finding a line.
[[nodiscard]] Result<Template> read_template(const TemplateFiles& files);
/// The same of TemplateFiles::read_folder.
[[nodiscard]] Result<Template> read_template(const std::string& folder);

} // namespace songda::issuer
