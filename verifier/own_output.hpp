#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "verifier/cms_parts.hpp"
#include "verifier/fixed_key.hpp"

namespace songda::verifier {

/// Looks at a file that Songda just made as a stranger would, before it is committed: strict frame,
/// a known template's prefix byte for byte, digest, attributes, signature by a known seal. Hashing
/// goes on from the prefix's midstate, so that the shared bytes are compared but not hashed again.
/// Seals come first; then it is shared between threads, and prefixes may still be added.
class OwnOutputCheck {
public:
    /// Bytes that all documents of one template and department start with; those that are known
    /// already are passed over. From any thread, for the checks that begin after it.
    void add_prefix(ByteView prefix);
    /// A department's seal certificate and its issuers, as the signer was given them. Fault
    /// invalid_input: not P-256, not a seal certificate.
    [[nodiscard]] Result<void> add_seal(std::span<const openssl::Certificate> chain);

    /// One answer each, in order; files of one batch share what can be shared. Fault corrupt: says
    /// which step failed.
    [[nodiscard]] std::vector<Result<void>> check(std::span<const ByteView> files) const;
    [[nodiscard]] Result<void> check(ByteView file) const { return check({&file, 1}).front(); }

private:
    struct Prefix {
        Bytes bytes;
        Sha256 midstate; ///< over the whole prefix
        std::size_t hashed = 0;
    };
    struct Seal {
        Digest certificate_hash{};
        std::vector<Bytes> certificates; ///< the whole chain, ascending, as a message carries it
        Bytes signer_id;
        FixedKey key;
    };
    /// What is left to compute when all else of a file holds.
    struct Reading {
        const Seal* seal = nullptr;
        SignedHash claim;
    };
    using Prefixes = std::vector<std::shared_ptr<const Prefix>>;
    /// Behind pointers, so that the object can be moved before it is shared.
    struct Known {
        std::mutex mutex;
        std::shared_ptr<const Prefixes> prefixes = std::make_shared<const Prefixes>();
    };
    [[nodiscard]] std::shared_ptr<const Prefixes> prefixes() const;
    [[nodiscard]] Result<Reading> read(ByteView file, const Prefixes& prefixes) const;
    [[nodiscard]] const Seal* find_seal(const CmsParts& parts) const;

    std::unique_ptr<Known> known_ = std::make_unique<Known>();
    std::vector<Seal> seals_;
};

} // namespace songda::verifier
