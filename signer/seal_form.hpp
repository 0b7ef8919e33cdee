#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/result.hpp"
#include "base/sm2.hpp"
#include "signer/cms.hpp"
#include "signer/seal_request.hpp"

namespace songda::signer {

/// What everybody may know of a seal, or of the time-stamp authority.
struct SealFace {
    DepartmentCode department;      ///< empty: the time-stamp authority
    std::vector<Bytes> chain;       ///< DER: its certificate first, then the issuers
    Bytes qr_public_key;            ///< SubjectPublicKeyInfo, DER; empty: the time-stamp authority
    std::vector<Bytes> sm2_chain{}; ///< DER, as chain: of the SM2 seal; empty: there is none
    Bytes electronic_seal{};        ///< SESeal, DER, that names the SM2 seal; empty: there is none
    bool operator==(const SealFace&) const = default;
};

/// What a file needs for its electronic seal.
struct SealRoom {
    std::size_t bytes = 0;      ///< of the longest SES_Signature
    std::vector<Bytes> issuers; ///< DER: above the certificate that signs, which alone is in it
};

/// The same of a department's SM2 seal. Immutable; share it.
struct Sm2Form {
    std::vector<openssl::Certificate> chain;
    Sm2PublicKey key;
    Validity validity;
    bool sample = false;                       ///< also where its electronic seal's maker is one
    std::optional<Validity> electronic_seal{}; ///< none: the department has none
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
    /// One of its certificates is a sample.
    [[nodiscard]] bool is_sample() const { return sample_ || (sm2_ && sm2_->sample); }
    [[nodiscard]] const CmsBuilder& cms() const { return cms_; }

    /// Null: the department has no SM2 seal.
    [[nodiscard]] const Sm2Form* sm2() const { return sm2_ ? &*sm2_ : nullptr; }

    /// The hash that the key signs: SHA-256, or for SM2 the hash with its Z. Fault invalid_input: a
    /// content that is not what the purpose says, or a purpose that this seal does not have.
    [[nodiscard]] Result<Digest> value_to_sign(const SealRequest& request) const;

    /// The SM2 message. `request`: one whose value was signed.
    [[nodiscard]] Bytes record_message(const SealRequest& request, Sm2Algorithm algorithm,
                                       const EcdsaSignature& signature) const;

    /// SES_Signature. `request`: one whose value was signed.
    [[nodiscard]] Bytes seal_signature(const SealRequest& request,
                                       const EcdsaSignature& signature) const;
    /// Nothing: the department has no electronic seal.
    [[nodiscard]] std::optional<SealRoom> seal_room() const;

    /// `01 ‖ COSE_Sign1`.
    [[nodiscard]] Bytes qr_seal(ByteView claims, const EcdsaSignature& signature) const;

private:
    SealForm(SealFace face, std::vector<openssl::Certificate> chain, CmsBuilder cms,
             std::optional<Sm2Form> sm2);
    [[nodiscard]] Result<Digest> record_value(ByteView content) const;
    [[nodiscard]] Result<Digest> sealed_value(ByteView content) const;

    SealFace face_;
    std::vector<openssl::Certificate> chain_;
    CmsBuilder cms_;
    std::optional<Sm2Form> sm2_;
    Bytes qr_header_;
    Validity validity_;
    bool sample_ = false;
};

/// The content of a request for an SM2 message: its shape (1 gbt_35275, 2 cades), then the SM3
/// value of the record's bytes.
[[nodiscard]] Bytes record_content(Sm2Shape shape, const Digest& record);

/// The content of a request for an electronic seal: the time, 15 letters of a GeneralizedTime, then
/// the SM3 value of what is sealed. The milliseconds are cut off.
[[nodiscard]] Bytes sealed_content(TimeMs at, const Digest& file);
/// Nothing if it is none.
struct SealedContent {
    TimeMs at;
    Digest file{};
};
[[nodiscard]] std::optional<SealedContent> read_sealed_content(ByteView content);

/// The content of a request for a QR seal.
[[nodiscard]] Bytes qr_content(const DocumentKey& key, ByteView claims);

} // namespace songda::signer
