#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalogue/profile.hpp"
#include "issuer/fonts/coverage.hpp"
#include "issuer/templates/compiled_template.hpp"
#include "issuer/templates/field_measure.hpp"
#include "issuer/templates/template_files.hpp"
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

/// Reads the template, compiles it with every face and looks at all that could go wrong
/// afterwards: keys, artwork, glyphs of every fixed word, the document profile and the licence type
/// (what the service checks at its start), that fonts which set free text have all of
/// 通用规范汉字表, and what the page does with the longest values. Id, version and title are empty
/// when the file cannot be read. What is wrong with the template is a finding, never a fault.
[[nodiscard]] TemplateReport check_template(const TemplateFiles& files, const TemplateCheck& with);

/// The same of TemplateFiles::read_folder, whose faults it has.
[[nodiscard]] Result<TemplateReport> check_template(const std::string& folder,
                                                    const TemplateCheck& with);

} // namespace songda::issuer
