#pragma once

#include <memory>
#include <span>
#include <vector>

#include <openssl/evp.h>

#include "base/bytes.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/result.hpp"

namespace songda::verifier {

/// What one signature claims to cover.
struct SignedHash {
    Digest hash{};
    EcdsaSignature signature;
};

/// Verifies ECDSA signatures on P-256 of one key that is known beforehand, in a third of the time
/// of any key's: multiples of its point are computed once (16 ms, 150 KB), as OpenSSL keeps those
/// of the curve's own, and many signatures share one inversion. Only for what does not decide whom
/// to trust: the check of our own output. Immutable; share it between threads.
class FixedKey {
public:
    /// Fault invalid_input: not a P-256 key.
    [[nodiscard]] static Result<FixedKey> make(const EVP_PKEY* key);
    FixedKey(FixedKey&&) noexcept;
    FixedKey& operator=(FixedKey&&) noexcept;
    ~FixedKey();

    /// One answer each, in order; a bad one changes no other. Nothing secret goes in: the time may
    /// tell the numbers.
    [[nodiscard]] std::vector<bool> fit(std::span<const SignedHash> claims) const;
    [[nodiscard]] bool fits(const Digest& hash, const EcdsaSignature& signature) const {
        const SignedHash claim{hash, signature};
        return fit({&claim, 1}).front();
    }

private:
    struct Impl;
    explicit FixedKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::verifier
