#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "issuer/render/renderer.hpp"
#include "issuer/templates/compiled_template.hpp"
#include "issuer/templates/template_finding.hpp"

namespace songda::issuer {

/// What becomes of one field's values, measured by setting pages.
struct FieldMeasure {
    std::string field; ///< `fields.domicile`, `fields.items.material`, `recipient.name`
    std::string label;
    std::size_t characters_max = 0; ///< declared; of a decision's own values what it may have
    /// The most characters that its place takes, of 国, and of western words and numbers when that
    /// is fewer. All: characters_max.
    std::size_t characters_held = 0;
    std::size_t elements_max = 0;  ///< of a list or rows, else 0
    std::size_t elements_held = 0; ///< each at its longest
    std::string outcome_zh;        ///< at the most that it holds: `缩至9磅`, `2行`, `共3页`
    std::string outcome_en;
};

struct MeasureReport {
    std::vector<FieldMeasure> measures;
    /// Warnings: places that can never hold what is declared. Refusals: what would stand outside
    /// its place or off the page without any finding, or over other words.
    std::vector<TemplateFinding> findings;
};

/// Sets pages with each field in turn at its longest, all others as `sample` has them, and finds by
/// bisection how much its place takes. About a second for a template with flow. `compiled` by
/// compile_preview or not; the fonts are asked only for what they have. Pure.
[[nodiscard]] MeasureReport measure_fields(const CompiledTemplate& compiled,
                                           std::span<const NamedValue> sample);

} // namespace songda::issuer
