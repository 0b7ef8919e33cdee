#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "signer/cms.hpp"
#include "signer/signing_key.hpp"

namespace songda::signer {

/// The service's own seal over batches of records of evidence (docs/formats/evidence.md): a CMS
/// SignedData, detached, as a document's. Safe to call from several threads.
class EvidenceSeal {
public:
    struct Parts {
        std::unique_ptr<const SigningKey> key;
        std::string certificate; ///< PEM: the seal certificate first, then its issuers
    };
    /// The clock outlives it. Faults, with the file's name: not_found, invalid_input (another key's
    /// certificate, not a seal certificate, a sample in production).
    [[nodiscard]] static Result<EvidenceSeal> open(Parts parts, bool production,
                                                   const Clock& clock);

    /// DER. Faults: forbidden (the certificate is not valid now), unavailable (the key is away).
    [[nodiscard]] Result<Bytes> seal(std::string_view statement) const;
    [[nodiscard]] TimeMs not_after() const { return not_after_; }

private:
    EvidenceSeal(std::unique_ptr<const SigningKey> key, CmsBuilder cms, const Clock& clock)
        : key_(std::move(key)), cms_(std::move(cms)), clock_(&clock) {}

    std::unique_ptr<const SigningKey> key_;
    CmsBuilder cms_;
    const Clock* clock_;
    TimeMs not_before_;
    TimeMs not_after_;
};

} // namespace songda::signer
