#pragma once

#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace songda {

/// Signs with a key that is no seal's: of webhooks, mails, push, requests, devices. `hash` null:
/// the key's own way (Ed25519). ECDSA signatures are DER. Empty: the key does not sign so.
[[nodiscard]] Bytes sign_bytes(EVP_PKEY* key, const EVP_MD* hash, ByteView text);

} // namespace songda
