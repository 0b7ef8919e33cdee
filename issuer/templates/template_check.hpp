#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalogue/profile.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/compiled_template.hpp"
#include "issuer/templates/template_finding.hpp"

/// Is a template fit to be published? Everything that is wrong with it, told to its designer in one
/// go. Nothing here writes, signs or needs a store. Safe to call from several threads.
namespace songda::issuer {

/// What a template is checked with.
struct TemplateCheck {
    std::shared_ptr<const FontSet> fonts; ///< never null
    /// Null: that the template keeps to its document profile is not looked at.
    const catalogue::Profiles* profiles = nullptr;
    /// Departments that would issue by it, one at least: the template is compiled with each. What a
    /// department's configuration does not say and the template prints is a refusal.
    std::vector<DepartmentFace> faces;
    /// Set pages at the extremes of every field: about a second a template. A publisher wants it,
    /// since it is what finds that nothing overflows.
    bool measure = true;
};

/// How much of the writing a font chain can set.
struct StyleCoverage {
    std::string style;
    bool sets_values = false;  ///< a field of free text, or a recipient's name, is set in it
    std::size_t common = 0;    ///< of the 8 105 of 通用规范汉字表
    std::size_t gbk = 0;       ///< of the 20 902 of U+4E00–9FA5, all of which GBK has
    std::size_t extension = 0; ///< of the 6 582 of U+3400–4DB5, which GB 18030-2022 level 1 adds
    std::string lacking; ///< some of 通用规范汉字表 that it lacks, for a person to look at
};

/// What becomes of one field's values.
struct FieldMeasure {
    std::string field; ///< `fields.domicile`, `recipient.name`
    std::string label;
    std::size_t characters_max = 0; ///< declared
    /// The most characters that its place takes, measured; equal to the declared ones: all.
    std::size_t characters_held = 0;
    std::string outcome_zh; ///< at the most that it holds: 不缩小, 缩至 9 磅, 2 行, 第 3 页
    std::string outcome_en;
};

struct TemplateReport {
    std::string id;
    int version = 0;
    std::string title;
    std::vector<TemplateFinding> findings;
    std::vector<StyleCoverage> coverage;
    std::vector<FieldMeasure> measures; ///< of the first face; empty after a refusal

    /// May it be published? Warnings do not forbid it.
    [[nodiscard]] bool ok() const {
        return std::none_of(findings.begin(), findings.end(), [](const TemplateFinding& finding) {
            return finding.weight == TemplateFinding::Weight::refusal;
        });
    }
};

/// Reads the folder, compiles it with every face and looks at all that could go wrong afterwards:
/// keys, artwork, glyphs of every fixed word, the document profile and the licence type (what the
/// service checks at its start), that fonts which set free text have all of 通用规范汉字表, and
/// what the page does with the shortest and the longest values. Id, version and title are empty
/// when the file cannot be read. What is wrong with the template is a finding; the fault is
/// not_found: there is no `folder`/template.toml.
[[nodiscard]] Result<TemplateReport> check_template(const std::string& folder,
                                                    const TemplateCheck& with);

} // namespace songda::issuer
