#pragma once

#include <memory>

#include <openssl/evp.h>

#include "base/bytes.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/result.hpp"

namespace songda::verifier {

/// Verifies ECDSA signatures on P-256 of one key that is known beforehand, in half the time of any
/// key's: multiples of its point are computed once (16 ms, 150 KB), as OpenSSL keeps those of the
/// curve's own. Only for what does not decide whom to trust: the check of our own output.
/// Immutable; share it between threads.
class FixedKey {
public:
    /// Fault invalid_input: not a P-256 key.
    [[nodiscard]] static Result<FixedKey> make(const EVP_PKEY* key);
    FixedKey(FixedKey&&) noexcept;
    FixedKey& operator=(FixedKey&&) noexcept;
    ~FixedKey();

    /// Nothing secret goes in: the time may tell the numbers.
    [[nodiscard]] bool fits(const Digest& hash, const EcdsaSignature& signature) const;

private:
    struct Impl;
    explicit FixedKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::verifier
