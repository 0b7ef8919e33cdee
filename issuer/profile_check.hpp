#pragma once

#include <vector>

#include "base/result.hpp"
#include "catalogue/profile.hpp"
#include "issuer/decision.hpp"
#include "issuer/finding.hpp"
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

/// What the profile finds in the decision. Number, seal, department, recipient and days are known
/// to the desk; all other members are the template's fields, by their `member`.
[[nodiscard]] std::vector<Finding> check_profile(const catalogue::Profile& profile,
                                                 const Template& spec, const DepartmentFace& face,
                                                 const Decision& decision);

} // namespace songda::issuer
