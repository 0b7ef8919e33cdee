#pragma once

#include <vector>

#include "base/result.hpp"
#include "catalogue/profile.hpp"
#include "issuer/decision.hpp"
#include "issuer/finding.hpp"
#include "issuer/licence.hpp"
#include "issuer/templates/compiled_template.hpp"

/// A decision seen by the document profile that its template names. Pure functions.
namespace songda::issuer {

/// Could a document of this template ever keep to the profile? Fault invalid_input: all members
/// that the profile asks for in every case and that no field holds.
[[nodiscard]] Result<void> check_template_profile(const Template& spec,
                                                  const catalogue::Profile& profile);

/// The profile that the template names; null if it names none. Faults: as above, and invalid_input
/// for one that is not there.
[[nodiscard]] Result<const catalogue::Profile*> find_profile(const catalogue::Profiles* profiles,
                                                             const Template& spec);

/// Does the profile ask what documents of its type the case has already? Then somebody must count
/// them.
[[nodiscard]] bool counts_earlier(const catalogue::Profile& profile);

/// What the profile finds in the decision. Number, seal, department, recipient and days are known
/// to the desk, and what a licence says of itself; all other members are the template's fields, by
/// their `member`. `earlier`: documents of this type that the case has already.
[[nodiscard]] std::vector<Finding> check_profile(const catalogue::Profile& profile,
                                                 const Template& spec, const DepartmentFace& face,
                                                 const Decision& decision, int earlier = 0,
                                                 const Licence* licence = nullptr);

} // namespace songda::issuer
