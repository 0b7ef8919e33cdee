#include "verifier/cms_parts.hpp"

#include "base/der.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::verifier {
namespace {

using namespace der;

/// What no signature covers must be these constants, or one document could be spelled in many ways.
struct Constants {
    Bytes signed_data = *from_hex("06092a864886f70d010702");
    /// Version 1, the set of SHA-256, detached id-data.
    Bytes data_head = *from_hex("020101310d300b0609608648016503040201300b06092a864886f70d010701");
    Bytes version_1 = *from_hex("020101");
    Bytes sha256 = *from_hex("300b0609608648016503040201");
    Bytes ecdsa_sha256 = *from_hex("300a06082a8648ce3d040302");
    /// contentType id-data (RFC 5652 §11.1), then the head of messageDigest.
    Bytes before_digest =
        *from_hex("301806092a864886f70d010903310b06092a864886f70d010701302f06092a864886f70d01090431"
                  "220420");
    /// The head of signingCertificateV2 with the default hash and no issuerSerial (RFC 5035 §3).
    Bytes before_hash = *from_hex("3037060b2a864886f70d010910022f31283026302430220420");
};

const Constants& constants() {
    static const Constants made;
    return made;
}

bool read_attributes(ByteView rest, CmsParts& parts) {
    parts.attributes = rest;
    if (!take(rest, constants().before_digest) || rest.size() < sizeof(Digest)) {
        return false;
    }
    parts.message_digest = rest.first(sizeof(Digest));
    rest = rest.subspan(sizeof(Digest));
    if (!take(rest, constants().before_hash) || rest.size() != sizeof(Digest)) {
        return false;
    }
    parts.certificate_hash = rest;
    return true;
}

Error not_ours(const char* why) {
    return {Fault::corrupt, why};
}

} // namespace

std::optional<std::vector<ByteView>> split_certificate_set(ByteView set) {
    std::vector<ByteView> certificates;
    certificates.reserve(cms_certificates_max);
    while (!set.empty()) {
        const auto certificate = take_whole(set, tag_sequence);
        if (!certificate || certificates.size() == cms_certificates_max ||
            (!certificates.empty() && !(as_text(certificates.back()) < as_text(*certificate)))) {
            return std::nullopt;
        }
        certificates.push_back(*certificate);
    }
    return certificates.empty() ? std::nullopt : std::optional(std::move(certificates));
}

Digest CmsParts::attributes_hash() const {
    // 132 bytes, as read_attributes found.
    static constexpr std::uint8_t head[] = {tag_set, 0x81, 0x84};
    Sha256 hash;
    hash.update(head);
    hash.update(attributes);
    return hash.finish();
}

Result<CmsParts> split_cms(ByteView der) {
    ByteView rest = der;
    CmsParts parts;
    if (!enter(rest, tag_sequence) || !take(rest, constants().signed_data) ||
        !enter(rest, tag_context_0) || !enter(rest, tag_sequence) ||
        !take(rest, constants().data_head)) {
        return not_ours("not a detached CMS SignedData");
    }
    const auto set = take_value(rest, tag_context_0);
    auto certificates = set ? split_certificate_set(*set) : std::nullopt;
    if (!certificates) {
        return not_ours("not a set of certificates");
    }
    parts.certificates = *std::move(certificates);
    if (!enter(rest, tag_set) || !enter(rest, tag_sequence) || !take(rest, constants().version_1)) {
        return not_ours("not exactly one signer");
    }
    const auto signer_id = take_whole(rest, tag_sequence);
    if (!signer_id || !take(rest, constants().sha256)) {
        return not_ours("a signer info that ours is not");
    }
    const auto attributes = take_value(rest, tag_context_0);
    if (!attributes || !read_attributes(*attributes, parts)) {
        return not_ours("not the three signed attributes");
    }
    if (!take(rest, constants().ecdsa_sha256) || !enter(rest, tag_octets)) {
        return not_ours("a signer info that ours is not");
    }
    parts.signer_id = *signer_id;
    parts.signature = rest;
    return parts;
}

} // namespace songda::verifier
