#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "catalogue/profile.hpp"
#include "issuer/decision.hpp"
#include "issuer/named_values.hpp"
#include "issuer/render/photo.hpp"
#include "issuer/templates/compiled_template.hpp"

/// A template's page without a desk: for its designer to look at and for the check to measure.
namespace songda::issuer {

struct SampleOptions {
    Date today;
    bool longest = false; ///< every text at its declared length
};

/// A decision that the template's own fields ask for, with made-up Chinese values by kind and
/// label (住所, 法定代表人, 依据 …), as JSON. Deterministic. No person or place of it exists.
[[nodiscard]] std::string make_sample_decision(const Template& spec, const SampleOptions& options);

/// A decision's values, ready to be set. Not movable: the values view the decision.
class PageValues {
public:
    /// Reads the decision and checks it as far as needs no store: whether it can be read, is for
    /// this template, its days and its photo. What it relates to is not looked up: made-up values
    /// stand for it, and for number, key and identifier.
    PageValues(const CompiledTemplate& compiled, std::string_view json, Date today);
    PageValues(const PageValues&) = delete;
    PageValues& operator=(const PageValues&) = delete;

    [[nodiscard]] const Decision& decision() const { return reading_.decision; }
    [[nodiscard]] Date today() const { return today_; }
    [[nodiscard]] const std::vector<NamedValue>& list() const { return values_.list; }
    /// Those that a preview shows: what is known when somebody issues is not among them.
    [[nodiscard]] std::vector<NamedValue> shown() const;
    /// Null: the template has no place for one.
    [[nodiscard]] const Photo* photo() const { return photo_ ? &*photo_ : nullptr; }
    /// Why it would be refused, but for what the page itself refuses (Renderer::place).
    [[nodiscard]] const std::vector<Finding>& findings() const { return reading_.findings; }

private:
    void take_photo_of(const Template& spec);

    Date today_;
    DecisionReading reading_;
    DecisionValues values_;
    std::deque<std::string> made_up_;
    std::optional<Photo> photo_;
};

/// All that `issue` would refuse the decision for, as far as no store is needed: what it relates to
/// is not looked up. `placement`: of its values; `profile`: null for a decision that is made up,
/// which keeps to the page, not to the law.
[[nodiscard]] std::vector<Finding> find_faults(const PageValues& page, const Placement& placement,
                                               const CompiledTemplate& compiled,
                                               const catalogue::Profile* profile);

} // namespace songda::issuer
