#include "signer/cms.hpp"

#include <algorithm>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::uint8_t tag_integer = 0x02;
constexpr std::uint8_t tag_octets = 0x04;
constexpr std::uint8_t tag_sequence = 0x30;
constexpr std::uint8_t tag_set = 0x31;
constexpr std::uint8_t tag_context_0 = 0xA0;

Bytes hex(std::string_view text) {
    return *from_hex(text);
}

// Object identifiers with tag and length.
const Bytes oid_signed_data = hex("06092a864886f70d010702");
const Bytes oid_data = hex("06092a864886f70d010701");
const Bytes oid_sha256_algorithm = hex("300b0609608648016503040201");
const Bytes oid_ecdsa_sha256_algorithm = hex("300a06082a8648ce3d040302");
const Bytes attribute_content_type = hex("301806092a864886f70d010903310b06092a864886f70d010701");
const Bytes attribute_digest_head = hex("302f06092a864886f70d01090431220420");
const Bytes attribute_certificate_head = hex("3037060b2a864886f70d010910022f31283026302430220420");

void append_tlv(Bytes& to, std::uint8_t tag, ByteView content) {
    to.push_back(tag);
    const std::size_t size = content.size();
    if (size >= 0x10000) {
        SONGDA_CHECK(size < 0x1000000);
        to.push_back(0x83);
        to.push_back(static_cast<std::uint8_t>(size >> 16U));
        to.push_back(static_cast<std::uint8_t>(size >> 8U));
    } else if (size >= 0x100) {
        to.push_back(0x82);
        to.push_back(static_cast<std::uint8_t>(size >> 8U));
    } else if (size >= 0x80) {
        to.push_back(0x81);
    }
    to.push_back(static_cast<std::uint8_t>(size));
    append(to, content);
}

Bytes tlv(std::uint8_t tag, ByteView content) {
    Bytes made;
    made.reserve(content.size() + 5);
    append_tlv(made, tag, content);
    return made;
}

Bytes join(std::initializer_list<ByteView> parts) {
    std::size_t size = 0;
    for (const ByteView part : parts) {
        size += part.size();
    }
    Bytes made;
    made.reserve(size);
    for (const ByteView part : parts) {
        append(made, part);
    }
    return made;
}

} // namespace

Result<CmsBuilder> CmsBuilder::make(const std::vector<openssl::Certificate>& chain) {
    if (chain.empty()) {
        return Error{Fault::invalid_input, "a signer needs its certificate"};
    }
    std::vector<Bytes> encoded;
    for (const auto& certificate : chain) {
        encoded.push_back(certificate_der(certificate.get()));
    }
    CmsBuilder builder;
    builder.signer_id_ = issuer_and_serial(chain.front().get());
    builder.certificate_hash_ = join({attribute_certificate_head, sha256(encoded.front())});
    std::sort(encoded.begin(),
              encoded.end()); // DER orders the members of a SET OF by their encoding
    Bytes set;
    for (const Bytes& certificate : encoded) {
        append(set, certificate);
    }
    builder.certificates_ = tlv(tag_context_0, set);
    // Ascending encodings, so that the attributes are a DER SET OF without sorting per document.
    SONGDA_CHECK(attribute_content_type < attribute_digest_head);
    SONGDA_CHECK(attribute_digest_head < builder.certificate_hash_);
    return builder;
}

Bytes CmsBuilder::attribute_content(const Digest& document) const {
    return join({attribute_content_type, attribute_digest_head, document, certificate_hash_});
}

Bytes CmsBuilder::signed_attributes(const Digest& document) const {
    return tlv(tag_set, attribute_content(document));
}

Bytes CmsBuilder::build(const Digest& document, ByteView signature) const {
    SONGDA_CHECK(signature.size() <= signature_bytes_max);
    static const Bytes version_1 = {tag_integer, 1, 1};
    const Bytes signer_info =
        tlv(tag_sequence, join({version_1, signer_id_, oid_sha256_algorithm,
                                tlv(tag_context_0, attribute_content(document)),
                                oid_ecdsa_sha256_algorithm, tlv(tag_octets, signature)}));
    const Bytes signed_data = tlv(tag_sequence, join({version_1, tlv(tag_set, oid_sha256_algorithm),
                                                      tlv(tag_sequence, oid_data), certificates_,
                                                      tlv(tag_set, signer_info)}));
    return tlv(tag_sequence, join({oid_signed_data, tlv(tag_context_0, signed_data)}));
}

std::size_t CmsBuilder::bytes_max() const {
    return build(Digest{}, Bytes(signature_bytes_max)).size();
}

} // namespace songda::signer
