#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/template.hpp"
#include "issuer/templates/template_finding.hpp"

namespace songda::issuer {

/// A department as its documents show it.
struct DepartmentFace {
    std::string code; ///< 统一社会信用代码
    std::string name;
    std::string number_prefix; ///< 机关代字: `示审`
    std::string region;        ///< GB/T 2260, 6 digits
    std::string seal_text;     ///< 4–24 characters on the seal's arc
    /// What the department says in its letters beside its name, as `{department.review_organ}`;
    /// also members of the document profile. What is empty is not said.
    std::vector<std::pair<std::string, std::string>> facts{};

    /// Null: it says nothing of it.
    [[nodiscard]] const std::string* find_fact(std::string_view wanted) const;
};

/// What every page says of itself.
enum class PageMark : std::uint8_t {
    none,
    sample,  ///< 样本 SAMPLE: signed with a throwaway key of keys-sample/
    preview, ///< 预览 PREVIEW: has no seal, no code, no number and no room for a signature
};

struct CompileOptions {
    std::size_t cms_bytes_reserved = 0; ///< exact size of the slot for the signature
    PageMark mark = PageMark::sample;   ///< who forgets to say gets marked pages
};

/// A template with a department's face: the bytes that all its documents share, and what is needed
/// to set the rest. Immutable; share one between threads.
class CompiledTemplate {
public:
    struct Impl;
    explicit CompiledTemplate(std::unique_ptr<const Impl> impl);
    ~CompiledTemplate();

    [[nodiscard]] const Template& spec() const;
    [[nodiscard]] const DepartmentFace& face() const;
    /// What every document of this template and department starts with; a verifier may pin its
    /// hash.
    [[nodiscard]] ByteView prefix() const;

    [[nodiscard]] const Impl& impl() const { return *impl_; }

private:
    std::unique_ptr<const Impl> impl_;
};

/// The same template for previews: Renderer::preview sets its pages, nothing else can.
[[nodiscard]] Result<std::shared_ptr<const CompiledTemplate>>
compile_preview(const CompiledTemplate& of);

/// A template compiled, or all that keeps it from it.
struct CompileAttempt {
    std::shared_ptr<const CompiledTemplate> compiled; ///< null: `findings` say why
    std::vector<TemplateFinding> findings;            ///< refusals
};

/// Compiles (some milliseconds, more with SVG; at start or on a change, never per document). This
/// is the only place where files made elsewhere, the artwork, are read. Told at once: artwork that
/// is refused, styles and facts of the department that are not there, characters of its own words
/// that no font has, words that do not fit.
[[nodiscard]] CompileAttempt try_compile(const Template& spec, const DepartmentFace& face,
                                         std::shared_ptr<const FontSet> fonts,
                                         const CompileOptions& options);

/// The same; fault invalid_input has one finding a line.
[[nodiscard]] Result<std::shared_ptr<const CompiledTemplate>>
compile_template(const Template& spec, const DepartmentFace& face,
                 std::shared_ptr<const FontSet> fonts, const CompileOptions& options);

} // namespace songda::issuer
