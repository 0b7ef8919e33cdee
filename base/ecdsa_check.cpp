#include "base/ecdsa_check.hpp"

#include <openssl/err.h>

namespace songda {

bool ecdsa_fits(const Digest& hash, ByteView signature, EVP_PKEY* key) {
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    const bool fits = context && EVP_PKEY_verify_init(context.get()) == 1 &&
                      EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                      hash.data(), hash.size()) == 1;
    ERR_clear_error();
    return fits;
}

bool ecdsa_fits(const Digest& hash, ByteView signature, ByteView public_key) {
    const unsigned char* at = public_key.data();
    const openssl::Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key.size())));
    const bool fits = key && ecdsa_fits(hash, signature, key.get());
    ERR_clear_error();
    return fits;
}

} // namespace songda
