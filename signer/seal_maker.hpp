#pragma once

#include "base/electronic_seal.hpp"
#include "base/openssl_handles.hpp"
#include "signer/sm2_key.hpp"

namespace songda::signer {

/// Makes an electronic seal as the maker 制章人 with this key and certificate: for samples and
/// tests, and for whoever is their own maker; a department's real one comes from its electronic
/// seal system 电子印章系统. Faults: invalid_input (key and certificate differ, the maker may use
/// the seal, a value that a seal cannot have, too large), internal.
[[nodiscard]] Result<Bytes> make_electronic_seal(const SealInfo& info, const Sm2Key& key,
                                                 const X509* maker);

} // namespace songda::signer
