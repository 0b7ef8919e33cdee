#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace songda::signer {

/// What a signature is for. The numbers go over the socket; never renumber.
enum class SealPurpose : std::uint8_t {
    document = 1,  ///< CMS over the digest of a document
    qr = 2,        ///< seal of the claims of a QR code
    timestamp = 3, ///< token of the time-stamp authority
    record = 4,    ///< SM2 message over a document's record; its two numbers are no ECDSA signature
    electronic_seal = 5, ///< electronic seal over a file; by the same SM2 key
};
/// By the SM2 key, behind a document that somebody was allowed to issue.
[[nodiscard]] constexpr bool is_by_sm2(SealPurpose purpose) {
    return purpose == SealPurpose::record || purpose == SealPurpose::electronic_seal;
}

/// Who asked, and for which document: for rules and records of whoever holds the keys. Names, never
/// personal data; each at most 255 bytes.
struct SealUse {
    std::string actor;            ///< id of the credential that asked; empty: this house itself
    std::string type;             ///< type code of the document
    std::string template_version; ///< `food-business-licence@3`
    DocumentId document;
    bool operator==(const SealUse&) const = default;
};

/// One signature that is wanted. The content is never a bare value to be signed: whoever holds the
/// key makes that from it, so that nothing else than what `purpose` says can be signed.
struct SealRequest {
    SealPurpose purpose = SealPurpose::document;
    DepartmentCode department; ///< empty: the time-stamp authority
    SealUse use;
    /// document: SHA-256 of its signed bytes. qr: document key ‖ claims (docs/formats/qr.md).
    /// timestamp: TSTInfo, DER. record: record_content. electronic_seal: sealed_content.
    Bytes content;
    bool operator==(const SealRequest&) const = default;
};

/// Most that one content may be.
inline constexpr std::size_t seal_content_bytes_max = 4096;

} // namespace songda::signer
