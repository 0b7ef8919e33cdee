#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/signing_ticket.hpp"

namespace songda::signer {

/// The seal cupboard: holds the private keys of departments. Nothing else in Songda can sign. It
/// knows digests and tickets, not licences. Safe to call from several threads.
class Signer {
public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    /// Spends the ticket and returns the CMS SignedData (DER) over its digest, PAdES B-B.
    /// Faults: not_found (no such department), forbidden (certificate not valid now), unavailable
    /// (key store busy, retry later), internal.
    [[nodiscard]] virtual Result<Bytes> sign_document(const DepartmentCode& department,
                                                      SigningTicket ticket) = 0;

    /// Seals claims into the QR payload `01 ‖ COSE_Sign1` bound to `key` (docs/formats/qr.md).
    /// Faults as above.
    [[nodiscard]] virtual Result<Bytes> seal_qr(const DepartmentCode& department,
                                                const DocumentKey& key, ByteView claims) = 0;

    /// Bytes to reserve for any CMS of this department; exact but for the few that ECDSA may save.
    [[nodiscard]] virtual Result<std::size_t>
    cms_bytes_reserved(const DepartmentCode& department) const = 0;

    /// DER SubjectPublicKeyInfo of the key that seals QR codes, for the published key list.
    [[nodiscard]] virtual Result<Bytes> qr_public_key(const DepartmentCode& department) const = 0;

    /// True for a throwaway key of keys-sample/, and for a department without keys.
    [[nodiscard]] virtual bool is_sample(const DepartmentCode& department) const = 0;
};

} // namespace songda::signer
