#include "verifier/report.hpp"

namespace songda::verifier {
namespace {

constexpr std::string_view failed = "TOTAL-FAILED";
constexpr std::string_view open = "INDETERMINATE";

/// What a reason comes to when its axis is not a yes (ETSI EN 319 102-1 §5.1.3, tables 5 and 6).
Conclusion of(Reason reason) {
    switch (reason) {
    case Reason::altered: return {failed, "HASH_FAILURE"};
    case Reason::seal_not_as_made:
    case Reason::signature_wrong: return {failed, "SIG_CRYPTO_FAILURE"};
    case Reason::not_signed:
    case Reason::unreadable:
    case Reason::signature_frame_wrong:
    case Reason::signature_detached:
    case Reason::signature_unreadable:
    case Reason::signature_form_wrong:
    case Reason::not_as_issued:
    case Reason::certification_broken: return {failed, "FORMAT_FAILURE"};
    case Reason::too_costly: return {open, "SIGNED_DATA_NOT_FOUND"};
    case Reason::signer_not_in_seal:
    case Reason::outside_seal_validity:
    case Reason::added_after_signature:
    case Reason::ambiguous_structure: return {open, "SIG_CONSTRAINTS_FAILURE"};
    case Reason::signer_not_named: return {open, "NO_SIGNING_CERTIFICATE_FOUND"};
    case Reason::weak_algorithm: return {open, "CRYPTO_CONSTRAINTS_FAILURE"};
    case Reason::certificate_expired:
    case Reason::certificate_not_yet_valid: return {open, "OUT_OF_BOUNDS_NO_POE"};
    case Reason::certificate_revoked: return {open, "REVOKED_NO_POE"};
    case Reason::certificate_purpose:
    case Reason::chain_wrong:
    case Reason::sample_certificate: return {open, "CHAIN_CONSTRAINTS_FAILURE"};
    default: return {open, "NO_CERTIFICATE_CHAIN_FOUND"};
    }
}

} // namespace

Conclusion conclude(const AxisAnswer& integrity, const AxisAnswer& authority,
                    Revocation revocation) {
    if (integrity.answer != Answer::yes) {
        return of(integrity.reason);
    }
    if (authority.answer != Answer::yes) {
        return of(authority.reason);
    }
    return revocation == Revocation::unknown ? Conclusion{open, "TRY_LATER"}
                                             : Conclusion{"TOTAL-PASSED", ""};
}

std::string_view revocation_name(Revocation revocation) {
    switch (revocation) {
    case Revocation::not_asked: return "not_asked";
    case Revocation::good: return "good";
    case Revocation::revoked: return "revoked";
    case Revocation::unknown: return "unknown";
    case Revocation::no_source: return "no_source";
    }
    return "unknown";
}

} // namespace songda::verifier
