#pragma once

#include <string>
#include <vector>

#include "signer/pki/profile.hpp"

namespace songda::signer {

/// Everything in which a certificate differs from its profile (docs/formats/pki.md; RFC 5280, 6960,
/// 3161, 9336), in English for the operator; empty when nothing does. `issuer` is null for a root.
/// It reads the certificate as a stranger would and knows nothing of how it was planned. The
/// signature is not looked at: what is linted before it is signed has none yet (signature_holds).
[[nodiscard]] std::vector<std::string> lint(const X509* certificate, Profile profile,
                                            const X509* issuer, const AuthorityTerms& terms);

/// The same of a plan that is not signed yet: lints a copy signed with a throwaway key, so that the
/// authority's own signature never stands under what the profile does not allow.
[[nodiscard]] std::vector<std::string> lint_plan(const X509* planned, Profile profile,
                                                 const X509* issuer, const AuthorityTerms& terms);

[[nodiscard]] bool signature_holds(const X509* certificate, const X509* issuer);

} // namespace songda::signer
