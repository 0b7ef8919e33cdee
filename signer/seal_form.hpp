#pragma once

#include <string>
#include <vector>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/result.hpp"
#include "signer/cms.hpp"
#include "signer/seal_request.hpp"

namespace songda::signer {

/// What everybody may know of a seal, or of the time-stamp authority.
struct SealFace {
    DepartmentCode department; ///< empty: the time-stamp authority
    std::vector<Bytes> chain;  ///< DER: its certificate first, then the issuers
    Bytes qr_public_key;       ///< SubjectPublicKeyInfo, DER; empty: the time-stamp authority
    bool operator==(const SealFace&) const = default;
};

/// How one seal's signatures are written: what is signed for a request, and what is made of the
/// signature. Public halves only; who holds the keys and who wants signatures both have it.
/// Immutable; share it.
class SealForm {
public:
    /// Fault invalid_input: a certificate that is none.
    [[nodiscard]] static Result<SealForm> make(SealFace face);

    [[nodiscard]] const SealFace& face() const { return face_; }
    [[nodiscard]] const X509* certificate() const { return chain_.front().get(); }
    [[nodiscard]] const std::vector<openssl::Certificate>& chain() const { return chain_; }
    [[nodiscard]] const Validity& validity() const { return validity_; }
    [[nodiscard]] bool is_sample() const { return sample_; }
    [[nodiscard]] const CmsBuilder& cms() const { return cms_; }

    /// The SHA-256 value that the key signs. Fault invalid_input: a content that is not what the
    /// purpose says, or a purpose that this seal does not have.
    [[nodiscard]] Result<Digest> value_to_sign(const SealRequest& request) const;

    /// `01 ‖ COSE_Sign1`.
    [[nodiscard]] Bytes qr_seal(ByteView claims, const EcdsaSignature& signature) const;

private:
    SealForm(SealFace face, std::vector<openssl::Certificate> chain, CmsBuilder cms);

    SealFace face_;
    std::vector<openssl::Certificate> chain_;
    CmsBuilder cms_;
    Bytes qr_header_;
    Validity validity_;
    bool sample_ = false;
};

/// The content of a request for a QR seal.
[[nodiscard]] Bytes qr_content(const DocumentKey& key, ByteView claims);

} // namespace songda::signer
