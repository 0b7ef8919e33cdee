#include "signer/seal_form.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/der.hpp"
#include "base/electronic_seal.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "signer/sm2_cms.hpp"
#include "signer/timestamp_token.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t key_bytes = sizeof(DocumentKey);
constexpr std::size_t time_bytes = 15; ///< of a GeneralizedTime

Error unfit(const char* why) {
    return {Fault::invalid_input, why};
}

Result<std::vector<openssl::Certificate>> read_chain(const std::vector<Bytes>& encoded) {
    std::vector<openssl::Certificate> chain;
    for (const Bytes& der : encoded) {
        chain.push_back(parse_certificate(der));
        if (!chain.back() || X509_get0_pubkey(chain.back().get()) == nullptr) {
            return unfit("not a certificate");
        }
    }
    return chain;
}

/// GM/T 0031 §6.1: it names who signs with it, so that a renewed certificate needs another seal;
/// and who made it is somebody else.
Result<void> put_electronic_seal(const SealFace& face, Sm2Form& to) {
    const auto seal = read_electronic_seal(face.electronic_seal);
    if (!seal.ok()) {
        return unfit("the electronic seal is not one of GB/T 38540, version 4");
    }
    const Bytes& own = face.sm2_chain.front();
    if (!seal.value().names(own)) {
        return unfit("the electronic seal does not name this SM2 certificate: have it made anew");
    }
    if (!seal.value().fits_maker() || as_text(seal.value().maker) == as_text(own)) {
        return unfit("the electronic seal is not signed by its maker");
    }
    to.electronic_seal = Validity{seal.value().valid_from, seal.value().valid_until};
    to.sample = to.sample || is_sample_certificate(parse_certificate(seal.value().maker).get());
    return {};
}

Result<std::optional<Sm2Form>> make_sm2(const SealFace& face) {
    if (face.sm2_chain.empty()) {
        return face.electronic_seal.empty()
                   ? Result(std::optional<Sm2Form>())
                   : unfit("an electronic seal without the SM2 key that signs with it");
    }
    auto chain = read_chain(face.sm2_chain);
    if (!chain.ok()) {
        return chain.error();
    }
    X509* const own = chain.value().front().get();
    auto key = Sm2PublicKey::of(X509_get0_pubkey(own));
    if (!key.ok() || face.department.text.empty()) {
        return unfit("not a certificate of a department's SM2 key");
    }
    Sm2Form form{std::move(chain).value(), std::move(key).value(), validity_of(own),
                 is_sample_certificate(own)};
    const auto put =
        face.electronic_seal.empty() ? Result<void>() : put_electronic_seal(face, form);
    return put.ok() ? Result(std::optional(std::move(form))) : put.error();
}

constexpr std::uint8_t number_gbt_35275 = 1;
constexpr std::uint8_t number_cades = 2;

struct RecordContent {
    Sm2Shape shape;
    Digest sm3;
};

std::optional<RecordContent> read_record_content(ByteView content) {
    RecordContent record{};
    if (content.size() != 1 + record.sm3.size() ||
        (content[0] != number_gbt_35275 && content[0] != number_cades)) {
        return std::nullopt;
    }
    record.shape = content[0] == number_cades ? Sm2Shape::cades : Sm2Shape::gbt_35275;
    std::copy(content.begin() + 1, content.end(), record.sm3.begin());
    return record;
}

} // namespace

Result<SealForm> SealForm::make(SealFace face) {
    auto chain = read_chain(face.chain);
    auto sm2 = make_sm2(face);
    if (!chain.ok() || !sm2.ok()) {
        return chain.ok() ? sm2.error() : chain.error();
    }
    auto cms = CmsBuilder::make(chain.value(), face.department.text.empty() ? CmsContent::timestamp
                                                                            : CmsContent::document);
    if (!cms.ok()) {
        return cms.error();
    }
    return SealForm(std::move(face), std::move(chain).value(), std::move(cms).value(),
                    std::move(sm2).value());
}

SealForm::SealForm(SealFace face, std::vector<openssl::Certificate> chain, CmsBuilder cms,
                   std::optional<Sm2Form> sm2)
    : face_(std::move(face)), chain_(std::move(chain)), cms_(std::move(cms)), sm2_(std::move(sm2)),
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
    case SealPurpose::record: return record_value(content);
    case SealPurpose::electronic_seal: return sealed_value(content);
    }
    return unfit("an unknown purpose");
}

Result<Digest> SealForm::record_value(ByteView content) const {
    if (!sm2_) {
        return Error{Fault::not_found, "the department has no SM2 seal"};
    }
    const auto record = read_record_content(content);
    if (!record) {
        return unfit("not the shape and the digest of a record");
    }
    const auto builder = Sm2CmsBuilder::make(sm2_->chain, record->shape);
    return builder.ok() ? Result(sm2_->key.hash(builder.value().to_sign(record->sm3)))
                        : builder.error();
}

Bytes SealForm::record_message(const SealRequest& request, Sm2Algorithm algorithm,
                               const EcdsaSignature& signature) const {
    const auto record = read_record_content(request.content);
    SONGDA_CHECK(sm2_ && record);
    const auto builder = Sm2CmsBuilder::make(sm2_->chain, record->shape, algorithm);
    return builder.value().build(record->sm3, write_ecdsa_der(signature));
}

Result<Digest> SealForm::sealed_value(ByteView content) const {
    if (!sm2_ || !sm2_->electronic_seal) {
        return Error{Fault::not_found, "the department has no electronic seal"};
    }
    const auto sealed = read_sealed_content(content);
    return sealed ? Result(sm2_->key.hash(
                        write_seal_to_sign(face_.electronic_seal, sealed->at, sealed->file)))
                  : unfit("not the time and the digest of a file");
}

Bytes SealForm::seal_signature(const SealRequest& request, const EcdsaSignature& signature) const {
    const auto sealed = read_sealed_content(request.content);
    SONGDA_CHECK(sealed && !face_.electronic_seal.empty());
    return write_seal_signature(write_seal_to_sign(face_.electronic_seal, sealed->at, sealed->file),
                                face_.sm2_chain.front(), write_ecdsa_der(signature));
}

std::optional<SealRoom> SealForm::seal_room() const {
    if (face_.electronic_seal.empty()) {
        return std::nullopt;
    }
    const auto& chain = face_.sm2_chain;
    return SealRoom{seal_signature_bytes_max(face_.electronic_seal, chain.front()),
                    {chain.begin() + 1, chain.end()}};
}

Bytes SealForm::qr_seal(ByteView claims, const EcdsaSignature& signature) const {
    return write_qr_seal(qr_header_, claims, write_ecdsa_fixed(signature));
}

Bytes record_content(Sm2Shape shape, const Digest& record) {
    Bytes content{shape == Sm2Shape::cades ? number_cades : number_gbt_35275};
    append(content, ByteView(record));
    return content;
}

Bytes sealed_content(TimeMs at, const Digest& file) {
    const std::string time = der::generalized_time(at);
    Bytes content(time.begin(), time.end());
    append(content, ByteView(file));
    return content;
}

std::optional<SealedContent> read_sealed_content(ByteView content) {
    SealedContent sealed;
    if (content.size() != time_bytes + sealed.file.size()) {
        return std::nullopt;
    }
    const auto at = der::read_generalized_time(as_text(content.first(time_bytes)));
    if (!at) {
        return std::nullopt;
    }
    sealed.at = *at;
    std::copy(content.begin() + time_bytes, content.end(), sealed.file.begin());
    return sealed;
}

Bytes qr_content(const DocumentKey& key, ByteView claims) {
    Bytes content(key.bytes.begin(), key.bytes.end());
    append(content, claims);
    return content;
}

} // namespace songda::signer
