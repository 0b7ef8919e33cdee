#include "signer/signing_key.hpp"

#include <openssl/err.h>

namespace songda::signer {

bool SigningKey::belongs_to(const X509* certificate) const {
    const Bytes der = public_key();
    const unsigned char* at = der.data();
    const openssl::Pkey own(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    const bool fits = own && certificate != nullptr && X509_get0_pubkey(certificate) != nullptr &&
                      EVP_PKEY_eq(own.get(), X509_get0_pubkey(certificate)) == 1;
    ERR_clear_error();
    return fits;
}

} // namespace songda::signer
