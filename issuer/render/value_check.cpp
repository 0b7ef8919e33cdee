#include "issuer/render/value_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"
#include "base/utf8.hpp"

namespace songda::issuer {
namespace {

constexpr std::string_view field_prefix = "fields.";

const TemplateField* find_field(const Template& spec, std::string_view name) {
    for (const TemplateField& field : spec.fields) {
        if (field.name == name) {
            return &field;
        }
    }
    return nullptr;
}

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
           name == "related.decided_on" || name == "related.valid_until";
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

void check_field(const TemplateField& field, std::string_view text,
                 std::vector<Finding>& findings) {
    const std::string pointer = "/fields/" + field.name;
    if (text.empty()) {
        if (field.required) {
            findings.push_back(make_finding(pointer, "required", ""));
        }
        return;
    }
    const std::size_t count = count_code_points(text);
    if (count > field.max_characters) {
        findings.push_back(make_finding(pointer, "max_characters",
                                        fmt::format("{} > {}", count, field.max_characters)));
    }
    if (field.kind == FieldKind::date && !parse_date(text)) {
        findings.push_back(make_finding(pointer, "date", ""));
    }
    const auto visible = [](char c) { return c >= 0x20 && c < 0x7F; };
    if (field.kind == FieldKind::code && !std::all_of(text.begin(), text.end(), visible)) {
        findings.push_back(make_finding(pointer, "code", ""));
    }
    if (field.kind == FieldKind::choice &&
        std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end()) {
        findings.push_back(make_finding(pointer, "choice", ""));
    }
}

bool names_value(const Pattern& pattern, std::string_view name) {
    return std::any_of(pattern.begin(), pattern.end(), [name](const PatternPiece& piece) {
        return piece.is_value && piece.text == name;
    });
}

/// Days of the decision that the template prints must be given.
void check_days(const CompiledTemplate::Impl& compiled, std::span<const NamedValue> values,
                std::vector<Finding>& findings) {
    for (const std::string_view name : {"valid_from", "valid_until"}) {
        bool printed =
            std::any_of(compiled.spec.items.begin(), compiled.spec.items.end(),
                        [name](const TextItem& item) { return names_value(item.pattern, name); });
        const bool given =
            std::any_of(values.begin(), values.end(),
                        [name](const NamedValue& value) { return value.name == name; });
        if (printed && !given) {
            findings.push_back(make_finding(pointer_of(name), "required", ""));
        }
    }
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
    if (compiled_.spec.flow &&
        std::any_of(compiled_.spec.flow->blocks.begin(), compiled_.spec.flow->blocks.end(),
                    [](const FlowBlock& block) { return named_late(block.pattern); })) {
        parts_.back() = set_flow_of(*compiled_.spec.flow, values);
    }
}

PlacedValues::Placed PlacedValues::set_item(const TextItem& item,
                                            std::span<const NamedValue> values) {
    Layout layout =
        set_text(expand(item.pattern, values), item.look,
                 *compiled_.fonts->find_style(item.look.style), item.x, item.y, item.width);
    take_faults(item.pattern, layout.faults);
    return {&item.look, std::move(layout)};
}

PlacedValues::Placed PlacedValues::set_flow_of(const Flow& flow,
                                               std::span<const NamedValue> values) {
    FlowLayout placed = set_flow(
        flow, [&](const Pattern& pattern) { return expand(pattern, values); },
        [this](std::string_view name) { return compiled_.fonts->find_style(name); },
        compiled_.spec.seal.diameter);
    seal_x_ = placed.seal_x;
    seal_y_ = placed.seal_y;
    pages_ = placed.pages;
    for (const LayoutFault& fault : placed.layout.faults) {
        faults_.push_back({"/fields", fault.rule, fault.value});
    }
    return {&flow.closing_look, std::move(placed.layout)};
}

std::string PlacedValues::expand(const Pattern& pattern, std::span<const NamedValue> values) const {
    std::string text;
    for (const PatternPiece& piece : pattern) {
        if (!piece.is_value) {
            text += piece.text;
            continue;
        }
        if (const std::string* const own = compiled_.own_value(piece.text)) {
            text += *own;
            continue;
        }
        for (const NamedValue& value : values) {
            if (value.name == piece.text) {
                const auto day =
                    is_day(compiled_.spec, value.name) ? parse_date(value.text) : std::nullopt;
                text += day ? to_chinese(*day) : std::string(value.text);
                break;
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
    for (const TemplateField& field : compiled.spec.fields) {
        std::string_view text;
        for (const NamedValue& value : values) {
            if (value.name.rfind(field_prefix, 0) == 0 &&
                value.name.substr(field_prefix.size()) == field.name) {
                text = value.text;
            }
        }
        check_field(field, text, findings);
    }
    for (const NamedValue& value : values) {
        if (value.name.rfind(field_prefix, 0) == 0 &&
            find_field(compiled.spec, value.name.substr(field_prefix.size())) == nullptr) {
            findings.push_back(make_finding(pointer_of(value.name), "unknown", ""));
        }
    }
    check_days(compiled, values, findings);
    for (const PlacedValues::PlaceFault& fault : placed.faults()) {
        findings.push_back(make_finding(fault.pointer, fault.rule, fault.value));
    }
    return findings;
}

} // namespace songda::issuer
