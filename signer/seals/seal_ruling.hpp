#pragma once

#include <optional>

#include "signer/seal_form.hpp"
#include "signer/seals/register_fold.hpp"
#include "signer/seals/seal_rules.hpp"

/// What the register says of a use (docs/states/seal.md). Pure: the same for the process that holds
/// the keys and for an auditor, who asks about the register as it stood then.
namespace songda::signer {

/// May this seal be used for it at that time? Nothing: it may. What the SM2 key makes follows from
/// a document that somebody was allowed to issue; nobody is asked for it again.
[[nodiscard]] std::optional<SealRefusal> refuse_use(const Seal& seal, SealPurpose purpose,
                                                    const SealUse& use, TimeMs now);

/// The register's seal for what is in the cupboard: the one that is active with that certificate
/// and QR key, else the one that is closest to it.
struct SealChoice {
    const Seal* seal = nullptr;
    std::optional<SealRefusal> refused; ///< `no_seal`, `other_certificate`
};
[[nodiscard]] SealChoice choose_seal(const RegisteredSeals& seals, const SealFace& face);

/// Of a department of which there is nothing in the register or in the cupboard.
[[nodiscard]] SealRefusal refuse_no_seal(const DepartmentCode& department);

} // namespace songda::signer
