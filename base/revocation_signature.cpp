#include "base/revocation_signature.hpp"

#include <algorithm>

#include <openssl/err.h>

#include "base/sm2.hpp"

namespace songda {
namespace {

/// What `write` encodes, as i2d functions do.
template <class Write>
Bytes encoded(Write write) {
    Bytes bytes(static_cast<std::size_t>(std::max(write(nullptr), 0)));
    unsigned char* at = bytes.data();
    write(&at);
    return bytes;
}

bool fits_sm2(ByteView signed_part, const ASN1_BIT_STRING* signature, int algorithm,
              EVP_PKEY* key) {
    const auto known = Sm2PublicKey::of(key);
    return known.ok() && algorithm == NID_SM2_with_SM3 && signature != nullptr &&
           known.value().fits(signed_part,
                              {signature->data, static_cast<std::size_t>(signature->length)});
}

} // namespace

bool is_list_signed_by(X509_CRL* list, EVP_PKEY* key) {
    if (!is_sm2(key)) {
        const bool holds = X509_CRL_verify(list, key) == 1;
        ERR_clear_error();
        return holds;
    }
    const ASN1_BIT_STRING* signature = nullptr;
    X509_CRL_get0_signature(list, &signature, nullptr);
    const Bytes part =
        encoded([list](unsigned char** to) { return i2d_re_X509_CRL_tbs(list, to); });
    return fits_sm2(part, signature, X509_CRL_get_signature_nid(list), key);
}

bool is_answer_signed_by_sm2(const OCSP_BASICRESP* answer, EVP_PKEY* key) {
    const OCSP_RESPDATA* const data = OCSP_resp_get0_respdata(answer);
    const Bytes part = encoded([data](unsigned char** to) { return i2d_OCSP_RESPDATA(data, to); });
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, OCSP_resp_get0_tbs_sigalg(answer));
    return fits_sm2(part, OCSP_resp_get0_signature(answer), OBJ_obj2nid(algorithm), key);
}

} // namespace songda
