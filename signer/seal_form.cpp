#include "signer/seal_form.hpp"

#include <algorithm>

#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "signer/timestamp_token.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t key_bytes = sizeof(DocumentKey);

Error unfit(const char* why) {
    return {Fault::invalid_input, why};
}

} // namespace

Result<SealForm> SealForm::make(SealFace face) {
    std::vector<openssl::Certificate> chain;
    for (const Bytes& der : face.chain) {
        chain.push_back(parse_certificate(der));
        if (!chain.back() || X509_get0_pubkey(chain.back().get()) == nullptr) {
            return unfit("not a certificate");
        }
    }
    auto cms = CmsBuilder::make(chain, face.department.text.empty() ? CmsContent::timestamp
                                                                    : CmsContent::document);
    if (!cms.ok()) {
        return cms.error();
    }
    return SealForm(std::move(face), std::move(chain), std::move(cms).value());
}

SealForm::SealForm(SealFace face, std::vector<openssl::Certificate> chain, CmsBuilder cms)
    : face_(std::move(face)), chain_(std::move(chain)), cms_(std::move(cms)),
      qr_header_(qr_protected_header(key_id_of(face_.qr_public_key))),
      validity_(validity_of(chain_.front().get())),
      sample_(is_sample_certificate(chain_.front().get())) {}

Result<Digest> SealForm::value_to_sign(const SealRequest& request) const {
    const ByteView content = request.content;
    if ((request.purpose == SealPurpose::timestamp) != face_.department.text.empty()) {
        return unfit("the seal is not for this purpose");
    }
    switch (request.purpose) {
    case SealPurpose::document: {
        Digest document{};
        if (content.size() != document.size()) {
            return unfit("the digest of a document has 32 bytes");
        }
        std::copy(content.begin(), content.end(), document.begin());
        return sha256(cms_.signed_attributes(document));
    }
    case SealPurpose::qr: {
        DocumentKey key;
        if (content.size() < key_bytes || !decode_qr_claims(content.subspan(key_bytes))) {
            return unfit("not the claims of a QR code");
        }
        std::copy_n(content.begin(), key_bytes, key.bytes.begin());
        return sha256(qr_signed_bytes(qr_header_, key, content.subspan(key_bytes)));
    }
    case SealPurpose::timestamp:
        if (!time_of_timestamp_info(content)) {
            return unfit("not a TSTInfo as this authority writes it");
        }
        return sha256(cms_.signed_attributes(sha256(content)));
    }
    return unfit("an unknown purpose");
}

Bytes SealForm::qr_seal(ByteView claims, const EcdsaSignature& signature) const {
    return write_qr_seal(qr_header_, claims, write_ecdsa_fixed(signature));
}

Bytes qr_content(const DocumentKey& key, ByteView claims) {
    Bytes content(key.bytes.begin(), key.bytes.end());
    append(content, claims);
    return content;
}

} // namespace songda::signer
