#include "issuer/render/value_check.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/time.hpp"
#include "base/utf8.hpp"
#include "issuer/render/detail/flow_bands.hpp"

namespace songda::issuer {
namespace {

constexpr std::string_view field_prefix = "fields.";

/// `fields.address` → `/fields/address`.
std::string pointer_of(std::string_view value_name) {
    std::string pointer = "/" + std::string(value_name);
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    return pointer;
}

bool is_day(const Template& spec, std::string_view name) {
    if (name.rfind(field_prefix, 0) == 0) {
        const TemplateField* const field = find_field(spec, name.substr(field_prefix.size()));
        return field != nullptr && field->kind == FieldKind::date;
    }
    return name == "decided_on" || name == "valid_from" || name == "valid_until" ||
           name == "issued_on" || name == "related.decided_on" || name == "related.valid_until";
}

struct RuleWords {
    std::string_view rule;
    std::string_view zh;
    std::string_view en;
};

constexpr std::array rule_words = {
    RuleWords{"no_glyph", "没有字体能排出这个字", "no font has this character"},
    RuleWords{"width", "排版后超出版面宽度", "is wider than its place when set"},
    RuleWords{"lines", "排版后超出行数", "takes more lines than its place has"},
    RuleWords{"page", "内容超出一页", "runs past the page"},
    RuleWords{"pages", "内容超出页数上限", "takes more pages than allowed"},
    RuleWords{"required", "缺少该项", "is missing"},
    RuleWords{"unknown", "模板没有这一项", "is no field of this template"},
    RuleWords{"max_characters", "超过字数上限", "has more characters than allowed"},
    RuleWords{"date", "应为存在的日期，格式 2026-11-24",
              "must be a day that exists, like 2026-11-24"},
    RuleWords{"code", "应为可见的ASCII字符", "must be visible ASCII"},
    RuleWords{"choice", "不在可选范围内", "is none of the choices"},
    RuleWords{"kind", "应为文本、文本数组或行数组，与模板一致",
              "must be a text, texts or rows, as the template has it"},
    RuleWords{"max_members", "项数超过上限", "has more members than allowed"},
    RuleWords{"line_break", "本项不分段", "has no paragraphs"},
};

Finding make_finding(std::string pointer, std::string_view rule, std::string value) {
    for (const RuleWords& words : rule_words) {
        if (words.rule == rule) {
            const std::string tail = value.empty() ? "" : " (" + value + ")";
            return {std::move(pointer), std::string(rule), std::move(value),
                    std::string(words.zh) + tail, std::string(words.en) + tail};
        }
    }
    return {std::move(pointer), std::string(rule), std::move(value), "", ""};
}

/// A value of a field: `reasons`, `reasons.0` or `items.0.supply` without the `fields.` before it.
struct FieldPart {
    std::string_view field;
    std::optional<std::size_t> index;
    std::string_view cell; ///< empty: a text
};

FieldPart part_of(std::string_view name) {
    FieldPart part;
    const std::size_t end = name.find('.');
    part.field = name.substr(0, end);
    if (end == std::string_view::npos) {
        return part;
    }
    name.remove_prefix(end + 1);
    std::size_t index = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
    part.index = read.ec == std::errc() ? std::optional(index) : std::nullopt;
    const std::size_t dot = name.find('.');
    part.cell = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    return part;
}

/// `name` is the value's; its pointer is only made for a finding.
void check_length(std::string_view name, std::string_view text, std::size_t most,
                  std::vector<Finding>& findings) {
    const std::size_t count = text.size() > most ? count_code_points(text) : 0;
    if (count > most) {
        findings.push_back(
            make_finding(pointer_of(name), "max_characters", fmt::format("{} > {}", count, most)));
    }
}

/// A text that was given.
void check_text(const TemplateField& field, std::string_view name, std::string_view text,
                std::vector<Finding>& findings) {
    check_length(name, text, field.max_characters, findings);
    if (!field.paragraphs && text.find('\n') != std::string_view::npos) {
        findings.push_back(make_finding(pointer_of(name), "line_break", ""));
    }
    if (field.kind == FieldKind::date && !parse_date(text)) {
        findings.push_back(make_finding(pointer_of(name), "date", ""));
    }
    const auto visible = [](char c) { return c >= 0x20 && c < 0x7F; };
    if (field.kind == FieldKind::code && !std::all_of(text.begin(), text.end(), visible)) {
        findings.push_back(make_finding(pointer_of(name), "code", ""));
    }
    if (field.kind == FieldKind::choice &&
        std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end()) {
        findings.push_back(make_finding(pointer_of(name), "choice", ""));
    }
}

/// All values of one field.
class FieldCheck {
public:
    FieldCheck(const TemplateField& field, std::vector<Finding>& findings)
        : field_(field), findings_(findings) {}

    void take(const FieldPart& part, const NamedValue& value) {
        const bool several = field_.kind == FieldKind::list || field_.kind == FieldKind::rows;
        const bool fits = part.index.has_value() == several &&
                          part.cell.empty() == (field_.kind != FieldKind::rows);
        given_ = given_ || !value.text.empty();
        elements_ = std::max(elements_, part.index.value_or(0) + 1);
        if (!fits) {
            findings_.push_back(make_finding("/fields/" + field_.name, "kind", ""));
            return;
        }
        if (field_.kind == FieldKind::rows) {
            check_cell(value.name, part, value.text);
        } else if (!value.text.empty()) {
            check_text(field_, value.name, value.text, findings_);
        }
    }

    void finish() {
        const std::string pointer = "/fields/" + field_.name;
        if (!given_ && field_.required) {
            findings_.push_back(make_finding(pointer, "required", ""));
        }
        if (field_.elements_max > 0 && elements_ > field_.elements_max) {
            findings_.push_back(make_finding(
                pointer, "max_members", fmt::format("{} > {}", elements_, field_.elements_max)));
        }
        for (const FieldColumn& column : field_.columns) {
            for (std::size_t row = 0; column.required && given_ && row < elements_; ++row) {
                if (!cells_.contains({row, column.name})) {
                    findings_.push_back(make_finding(
                        fmt::format("{}/{}/{}", pointer, row, column.name), "required", ""));
                }
            }
        }
    }

private:
    void check_cell(std::string_view name, const FieldPart& part, std::string_view text) {
        const auto column =
            std::find_if(field_.columns.begin(), field_.columns.end(),
                         [&](const FieldColumn& each) { return each.name == part.cell; });
        if (column == field_.columns.end()) {
            findings_.push_back(make_finding(pointer_of(name), "unknown", ""));
            return;
        }
        if (!text.empty()) {
            cells_.emplace(*part.index, part.cell);
        }
        check_length(name, text, column->max_characters, findings_);
    }

    const TemplateField& field_;
    std::vector<Finding>& findings_;
    bool given_ = false;
    std::size_t elements_ = 0;
    std::set<std::pair<std::size_t, std::string>> cells_; ///< that say something
};

bool names_value(const Pattern& pattern, std::string_view name) {
    return std::any_of(pattern.begin(), pattern.end(), [name](const PatternPiece& piece) {
        return piece.is_value && piece.text == name;
    });
}

/// Days of the decision that the template prints must be given.
void check_days(const CompiledTemplate::Impl& compiled, std::span<const NamedValue> values,
                std::vector<Finding>& findings) {
    for (const std::string_view name : {"valid_from", "valid_until"}) {
        const bool given =
            std::any_of(values.begin(), values.end(),
                        [name](const NamedValue& value) { return value.name == name; });
        if (!given && prints_value(compiled.spec, name)) {
            findings.push_back(make_finding(pointer_of(name), "required", ""));
        }
    }
}

std::string_view find_text(std::span<const NamedValue> values, std::string_view name) {
    for (const NamedValue& value : values) {
        if (value.name == name) {
            return value.text;
        }
    }
    return {};
}

/// What a pattern of a repeated block calls its element, by the value's own name: `each.supply` →
/// `fields.items.1.supply`. Other names stay.
std::string name_in(const FlowElement* element, std::string_view name) {
    static constexpr std::string_view each = "each";
    const bool of_element = element != nullptr && name.starts_with(each) &&
                            (name.size() == each.size() || name[each.size()] == '.');
    return of_element
               ? fmt::format("{}.{}{}", element->field, element->index, name.substr(each.size()))
               : std::string(name);
}

bool holds(const Condition& condition, std::span<const NamedValue> values) {
    if (condition.value.empty()) {
        return true;
    }
    const std::string elements = condition.value + '.';
    std::string_view text = find_text(values, condition.value);
    for (const NamedValue& value : values) {
        text = text.empty() && value.name.starts_with(elements) ? value.text : text;
    }
    const auto is_one_of = [text](const std::vector<std::string>& words) {
        return std::find(words.begin(), words.end(), text) != words.end();
    };
    return !text.empty() && (condition.is.empty() || is_one_of(condition.is)) &&
           !is_one_of(condition.is_not);
}

std::size_t count_elements(std::string_view field, std::span<const NamedValue> values) {
    std::size_t count = 0;
    for (const NamedValue& value : values) {
        if (value.name.size() > field.size() && value.name.starts_with(field) &&
            value.name[field.size()] == '.') {
            const FieldPart part = part_of(value.name.substr(field_prefix.size()));
            count = std::max(count, part.index.value_or(0) + 1);
        }
    }
    return count;
}

} // namespace

PlacedValues::PlacedValues(const CompiledTemplate::Impl& compiled,
                           std::span<const NamedValue> values)
    : compiled_(compiled), seal_x_(compiled.spec.seal.x), seal_y_(compiled.spec.seal.y) {
    parts_.reserve(compiled.document_items.size() + 1);
    for (const TextItem* const item : compiled.document_items) {
        parts_.push_back(set_item(*item, values));
    }
    if (compiled.spec.flow) {
        parts_.push_back(set_flow_of(*compiled.spec.flow, values));
    }
}

void PlacedValues::finish(std::span<const NamedValue> values) {
    static constexpr auto named_late = [](const Pattern& pattern) {
        return names_value(pattern, "number") || names_value(pattern, "key") ||
               names_value(pattern, "identifier");
    };
    for (std::size_t i = 0; i < compiled_.document_items.size(); ++i) {
        if (named_late(compiled_.document_items[i]->pattern)) {
            parts_[i] = set_item(*compiled_.document_items[i], values);
        }
    }
    if (compiled_.spec.flow && compiled_.flow_named_late) {
        parts_.back() = set_flow_of(*compiled_.spec.flow, values);
    }
}

PlacedValues::Placed PlacedValues::set_item(const TextItem& item,
                                            std::span<const NamedValue> values) {
    Layout layout =
        set_text(expand(item.pattern, values, nullptr), item.look,
                 *compiled_.fonts->find_style(item.look.style), item.x, item.y, item.width);
    take_faults(item.pattern, layout.faults);
    return {&item.look, std::move(layout)};
}

PlacedValues::Placed PlacedValues::set_flow_of(const Flow& flow,
                                               std::span<const NamedValue> values) {
    const FlowValues asked{
        [&](const Pattern& pattern, const FlowElement* element) {
            return expand(pattern, values, element);
        },
        [&](std::string_view field) { return count_elements(field, values); },
        [&](const Condition& condition) { return holds(condition, values); },
        [this](std::string_view name) { return compiled_.fonts->find_style(name); }};
    FlowLayout placed = set_flow(flow, asked, compiled_.spec.seal.diameter);
    seal_x_ = placed.seal_x;
    seal_y_ = placed.seal_y;
    pages_ = placed.pages;
    for (const LayoutFault& fault : placed.layout.faults) {
        faults_.push_back({"/fields", fault.rule, fault.value});
    }
    return {&flow.closing_look, std::move(placed.layout)};
}

std::string PlacedValues::expand(const Pattern& pattern, std::span<const NamedValue> values,
                                 const FlowElement* element) const {
    std::string text;
    for (const PatternPiece& piece : pattern) {
        if (!piece.is_value) {
            text += piece.text;
        } else if (const std::string* const own = compiled_.own_value(piece.text)) {
            text += *own;
        } else if (element != nullptr && piece.text == "ordinal") {
            text += std::to_string(element->index + 1);
        } else if (element != nullptr && piece.text == "ordinal.chinese") {
            text += detail::chinese_number(element->index + 1);
        } else {
            const std::string_view value = element == nullptr
                                               ? find_text(values, piece.text)
                                               : find_text(values, name_in(element, piece.text));
            const bool like_day = value.size() == 10 && value[4] == '-'; // spares most the search
            const auto day =
                like_day && is_day(compiled_.spec, piece.text) ? parse_date(value) : std::nullopt;
            if (day) {
                text += to_chinese(*day);
            } else {
                text += value;
            }
        }
    }
    return text;
}

void PlacedValues::take_faults(const Pattern& pattern, const std::vector<LayoutFault>& faults) {
    if (faults.empty()) {
        return;
    }
    std::string pointer;
    for (const PatternPiece& piece : pattern) {
        if (piece.is_value && pointer.empty()) {
            pointer = pointer_of(piece.text);
        }
    }
    for (const LayoutFault& fault : faults) {
        faults_.push_back({pointer, fault.rule, fault.value});
    }
}

std::vector<Finding> check_values(const CompiledTemplate::Impl& compiled,
                                  std::span<const NamedValue> values, const PlacedValues& placed) {
    std::vector<Finding> findings;
    std::vector<std::pair<FieldPart, const NamedValue*>> parts;
    parts.reserve(values.size());
    for (const NamedValue& value : values) {
        if (value.name.starts_with(field_prefix)) {
            parts.emplace_back(part_of(value.name.substr(field_prefix.size())), &value);
        }
    }
    for (const TemplateField& field : compiled.spec.fields) {
        FieldCheck check(field, findings);
        for (const auto& [part, value] : parts) {
            if (part.field == field.name) {
                check.take(part, *value);
            }
        }
        check.finish();
    }
    for (const auto& [part, value] : parts) {
        if (find_field(compiled.spec, part.field) == nullptr) {
            findings.push_back(make_finding(pointer_of(value->name), "unknown", ""));
        }
    }
    check_days(compiled, values, findings);
    for (const PlacedValues::PlaceFault& fault : placed.faults()) {
        findings.push_back(make_finding(fault.pointer, fault.rule, fault.value));
    }
    return findings;
}

} // namespace songda::issuer
