// What a template that was read says: its patterns, values and fields.

#include <algorithm>

#include "issuer/templates/template.hpp"

namespace songda::issuer {

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
