#pragma once

#include <openssl/ocsp.h>

#include "base/openssl_handles.hpp"

/// The signatures under lists of either suite, and under answers of the SM2 suite. OpenSSL 3.0 can
/// be told SM2's user id for a certificate and a request; for a list and an answer it cannot, so
/// those are checked here.
namespace songda {

[[nodiscard]] bool is_list_signed_by(X509_CRL* list, EVP_PKEY* key);
/// Whose key it is and what it may answer for is not looked at.
[[nodiscard]] bool is_answer_signed_by_sm2(const OCSP_BASICRESP* answer, EVP_PKEY* key);

} // namespace songda
