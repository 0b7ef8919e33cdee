#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace songda::issuer {

/// Length on the page, in 1/100 pt. Integers, so that layout is exact and the same everywhere.
using Centipoints = std::int32_t;

/// What a field holds. `date` is given as `2026-11-24` and printed as `2026年11月24日`; `code` is
/// visible ASCII; `choice` is one of the listed words.
enum class FieldKind : std::uint8_t { text, code, date, choice };

struct TemplateField {
    std::string name;
    std::string label;
    std::string member; ///< of the document profile; the field's name unless the template says
    FieldKind kind = FieldKind::text;
    bool required = true;
    std::size_t max_characters = 0;
    std::vector<std::string> choices;
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
    Centipoints least_size = 0; ///< Fit::shrink
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

/// A paragraph of the flow.
struct FlowBlock {
    Pattern pattern;
    TextLook look;
    int indent = 0;    ///< first line, in characters
    int gap_lines = 0; ///< blank lines before it
};

/// The pages after a flow's first: the grid alone, and their number.
struct LaterPages {
    int pages_max = 1;      ///< the first with them; 1: none, and the rest says nothing
    Centipoints top = 0;    ///< PDF coordinate of the first line's upper edge
    Centipoints bottom = 0; ///< PDF coordinate that the last line and the seal may not pass
    Centipoints line_pitch_least = 0; ///< what may bring the closing to its text's page (§7.3.5)
    TextLook number_look;             ///< `— 2 —`
    Centipoints number_y = 0;         ///< its baseline
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
    Pattern signature;
    Pattern date;
    TextLook closing_look;
    int closing_gap_lines = 0;
    int right_indent = 4; ///< of the day, in characters
    LaterPages later;
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

/// A template as its folder says it; docs/formats/template.md explains every key.
struct Template {
    std::string id;
    int version = 0;
    std::string type_code;
    std::string profile; ///< code of the document profile; empty: none is looked at
    std::string title;
    std::string number_pattern;
    Centipoints page_width = 0;
    Centipoints page_height = 0;
    std::string artwork_path; ///< empty: none
    std::vector<TemplateField> fields;
    std::vector<TextItem> items;
    std::optional<Flow> flow;
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

/// Reads `folder`/template.toml. Faults: not_found; invalid_input with one finding a line.
[[nodiscard]] Result<Template> read_template(const std::string& folder);

} // namespace songda::issuer
