// What a template prints, looked at as a whole.

#include "issuer/templates/template.hpp"

#include <array>

namespace songda::issuer {
namespace {

/// Is there a value of that name? What a department says is looked at when its face is known.
bool is_value(const Template& spec, std::string_view name) {
    static constexpr std::array known = {"number",
                                         "key",
                                         "decided_on",
                                         "valid_from",
                                         "valid_until",
                                         "issued_on",
                                         "identifier",
                                         "recipient.name",
                                         "recipient.code",
                                         "title",
                                         "each",
                                         "ordinal",
                                         "ordinal.chinese",
                                         "related.title",
                                         "related.number",
                                         "related.decided_on",
                                         "related.valid_until"};
    static constexpr std::string_view field = "fields.";
    static constexpr std::string_view said = "says.";
    if (name.starts_with(field)) {
        return find_field(spec, name.substr(field.size())) != nullptr;
    }
    if (name.starts_with(said)) {
        return std::any_of(spec.says.begin(), spec.says.end(), [name](const auto& member) {
            return member.first == name.substr(said.size());
        });
    }
    return name.starts_with("department.") || name.starts_with("each.") ||
           std::find(known.begin(), known.end(), name) != known.end();
}

} // namespace

std::vector<std::string> unknown_values(const Template& spec) {
    std::vector<std::string> unknown;
    const auto check = [&](const std::string& name) {
        if (!name.empty() && !is_value(spec, name) &&
            std::find(unknown.begin(), unknown.end(), name) == unknown.end()) {
            unknown.push_back(name);
        }
    };
    for_each_pattern(spec, [&](const Pattern& pattern, std::string_view) {
        for (const PatternPiece& piece : pattern) {
            check(piece.is_value ? piece.text : "");
        }
    });
    if (spec.flow) {
        for (const FlowBlock& block : spec.flow->blocks) {
            check(block.condition.value);
            check(block.each);
        }
        check(spec.flow->imprint ? spec.flow->imprint->copies_condition.value : "");
    }
    return unknown;
}

void for_each_pattern(const Template& spec,
                      const std::function<void(const Pattern&, std::string_view style)>& look) {
    for (const TextItem& item : spec.items) {
        look(item.pattern, item.look.style);
    }
    for_each_flow_pattern(spec, look);
}

void for_each_flow_pattern(
    const Template& spec, const std::function<void(const Pattern&, std::string_view style)>& look) {
    if (!spec.flow) {
        return;
    }
    for (const FlowBlock& block : spec.flow->blocks) {
        for (const Pattern* const pattern :
             {&block.lead, &block.label, &block.label_single, &block.pattern}) {
            look(*pattern, block.look.style);
        }
        if (block.table) {
            for (const TableColumn& column : block.table->columns) {
                look(column.head, block.table->head_style);
                look(column.text, block.look.style);
            }
            for (const TableRow& row : block.table->rows) {
                for (const Pattern& cell : row.cells) {
                    look(cell, block.look.style);
                }
            }
        }
    }
    look(spec.flow->signature, spec.flow->closing_look.style);
    look(spec.flow->date, spec.flow->closing_look.style);
    if (spec.flow->imprint) {
        const Imprint& imprint = *spec.flow->imprint;
        for (const Pattern* const pattern :
             {&imprint.copies_label, &imprint.copies, &imprint.organ, &imprint.date}) {
            look(*pattern, imprint.look.style);
        }
    }
}

bool prints_value(const Template& spec, std::string_view name) {
    bool found = false;
    for_each_pattern(spec, [&](const Pattern& pattern, std::string_view) {
        found = found || std::any_of(pattern.begin(), pattern.end(), [&](const auto& piece) {
                    return piece.is_value && piece.text == name;
                });
    });
    return found;
}

const TemplateField* find_field(const Template& spec, std::string_view name) {
    for (const TemplateField& field : spec.fields) {
        if (field.name == name) {
            return &field;
        }
    }
    return nullptr;
}

} // namespace songda::issuer
