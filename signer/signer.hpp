#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/signing_ticket.hpp"
#include "base/sm2.hpp"
#include "signer/seal_form.hpp"
#include "signer/seal_request.hpp"
#include "signer/seals/seal_rules.hpp"

namespace songda::signer {

/// A document that waits for its signature, with the leave to make it.
struct DocumentOrder {
    SigningTicket ticket;
    SealUse use;
};

/// Claims that wait for their seal.
struct QrOrder {
    DocumentKey key; ///< they are bound to it
    Bytes claims;
    SealUse use;
};

/// A record that is to get its SM2 message.
struct RecordOrder {
    Digest sm3{}; ///< of its bytes (docs/formats/record.md)
    SealUse use;
};

/// A file that is to get its electronic seal.
struct FileOrder {
    Digest sm3{}; ///< of what the seal covers
    TimeMs at;    ///< now; the milliseconds are cut off
    SealUse use;
};

/// Signs documents, QR codes and records with the seals of departments, wherever those are (signer/
/// seal_cupboard.hpp). Nothing else in Songda can sign. It knows digests and tickets, not licences.
/// Several at a time cost less than one by one where the keys are in another process. Safe to call
/// from several threads.
class Signer {
public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    /// Spends the tickets and returns the CMS SignedData (DER) over each digest, PAdES B-B, in
    /// order. Faults: not_found (no such department), forbidden (certificate not valid now, or the
    /// register of seals forbids it),
    /// unavailable (key store busy or away, retry later), internal.
    [[nodiscard]] virtual std::vector<Result<Bytes>>
    sign_documents(const DepartmentCode& department, std::vector<DocumentOrder> orders) = 0;
    [[nodiscard]] Result<Bytes> sign_document(const DepartmentCode& department,
                                              SigningTicket ticket, SealUse use = {});

    /// Seals claims into QR payloads `01 ‖ COSE_Sign1` (docs/formats/qr.md), in order. Faults as
    /// above.
    [[nodiscard]] virtual std::vector<Result<Bytes>> seal_qrs(const DepartmentCode& department,
                                                              std::span<const QrOrder> orders) = 0;
    [[nodiscard]] Result<Bytes> seal_qr(const DepartmentCode& department, const DocumentKey& key,
                                        ByteView claims, SealUse use = {});

    /// What the register of seals says to such uses now (seal_cupboard.hpp, `permits`): to be asked
    /// before a number is drawn, and again by whoever got `forbidden`. Fault unavailable.
    [[nodiscard]] virtual Result<std::vector<SealRuling>>
    permits(std::span<const SealQuestion> questions) {
        return std::vector<SealRuling>(questions.size());
    }

    /// Writes the SM2 message over each record (docs/formats/sm2.md), in order. Faults as above;
    /// not_found also without an SM2 seal.
    [[nodiscard]] virtual std::vector<Result<Bytes>>
    seal_records(const DepartmentCode& department, std::span<const RecordOrder> orders,
                 Sm2Style style) = 0;
    [[nodiscard]] virtual bool has_sm2_seal(const DepartmentCode& department) const = 0;

    /// The SES_Signature (base/electronic_seal.hpp) over a file. Faults as above; not_found also
    /// without an electronic seal, forbidden also when that is not valid then.
    [[nodiscard]] virtual Result<Bytes> seal_file(const DepartmentCode& department,
                                                  const FileOrder& order) = 0;
    /// What to make ready for one; nothing: the department has no electronic seal.
    [[nodiscard]] virtual std::optional<SealRoom>
    seal_room(const DepartmentCode& department) const = 0;

    /// Bytes to reserve for any CMS of this department; exact but for the few that ECDSA may save.
    [[nodiscard]] virtual Result<std::size_t>
    cms_bytes_reserved(const DepartmentCode& department) const = 0;

    /// The seal's certificate, then its issuers. They live as long as the signer.
    [[nodiscard]] virtual Result<std::span<const openssl::Certificate>>
    certificates(const DepartmentCode& department) const = 0;

    /// DER SubjectPublicKeyInfo of the key that seals QR codes, for the published key list.
    [[nodiscard]] virtual Result<Bytes> qr_public_key(const DepartmentCode& department) const = 0;

    /// True for a throwaway key of keys-sample/, and for a department without keys.
    [[nodiscard]] virtual bool is_sample(const DepartmentCode& department) const = 0;
};

} // namespace songda::signer
