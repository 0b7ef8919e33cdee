#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "signer/pkcs11_module.hpp"
#include "signer/pkcs11_uri.hpp"
#include "signer/secret.hpp"

/// What is done on a token besides signing: logging in, finding a key and its public half. Pure
/// but for the token; sessions belong to the caller.
namespace songda::signer {

/// A PIN is tried where nothing speaks against it, and once: three wrong ones lock many a token
/// for good. `proven`: this process has logged in with it before. Faults: forbidden (the PIN is
/// wrong or locked, or somebody's last one was wrong: an operator must look), unavailable.
[[nodiscard]] Result<void> log_in(const Pkcs11Module& module, CK_SESSION_HANDLE session,
                                  CK_SLOT_ID slot, const Secret& pin, bool proven);

struct FoundKey {
    CK_OBJECT_HANDLE handle = 0;
    Bytes public_key; ///< SubjectPublicKeyInfo, DER
};
/// The one private P-256 key that the address means. Its public half comes from the public key
/// object or the certificate of the same CKA_ID. Faults: not_found (no key fits, or no public
/// half), invalid_input (two fit; not P-256; asks for the PIN at each use; may not sign; may leave
/// the token although `require_unextractable`), unavailable.
[[nodiscard]] Result<FoundKey> find_key(const Pkcs11Module& module, CK_SESSION_HANDLE session,
                                        const Pkcs11Uri& uri, bool require_unextractable);

} // namespace songda::signer
