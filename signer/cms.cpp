#include "signer/cms.hpp"

#include <algorithm>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

using namespace der;

Bytes hex(std::string_view text) {
    return *from_hex(text);
}

// Object identifiers with tag and length.
const Bytes oid_signed_data = hex("06092a864886f70d010702");
const Bytes oid_sha256_algorithm = hex("300b0609608648016503040201");
const Bytes oid_ecdsa_sha256_algorithm = hex("300a06082a8648ce3d040302");
const Bytes attribute_digest_head = hex("302f06092a864886f70d01090431220420");
const Bytes attribute_certificate_head = hex("3037060b2a864886f70d010910022f31283026302430220420");
const Bytes signer_version = {tag_integer, 1, 1}; // the signer is named by issuer and serial

/// What differs by the kind of content.
struct ContentKind {
    Bytes version;   ///< of the SignedData: 3 where the content is not id-data (RFC 5652 §5.1)
    Bytes oid;       ///< eContentType
    Bytes attribute; ///< contentType
};

const ContentKind& kind_of(CmsContent kind) {
    static const ContentKind document{{tag_integer, 1, 1},
                                      hex("06092a864886f70d010701"),
                                      hex("301806092a864886f70d010903310b06092a864886f70d010701")};
    static const ContentKind timestamp{
        {tag_integer, 1, 3},
        hex("060b2a864886f70d0109100104"),
        hex("301a06092a864886f70d010903310d060b2a864886f70d0109100104")};
    return kind == CmsContent::document ? document : timestamp;
}

} // namespace

Bytes certificate_set(const std::vector<openssl::Certificate>& chain) {
    std::vector<Bytes> encoded;
    for (const auto& certificate : chain) {
        encoded.push_back(certificate_der(certificate.get()));
    }
    std::sort(encoded.begin(), encoded.end());
    Bytes set;
    for (const Bytes& certificate : encoded) {
        append(set, certificate);
    }
    return tlv(tag_context_0, set);
}

Result<CmsBuilder> CmsBuilder::make(const std::vector<openssl::Certificate>& chain,
                                    CmsContent kind) {
    if (chain.empty()) {
        return Error{Fault::invalid_input, "a signer needs its certificate"};
    }
    CmsBuilder builder;
    builder.kind_ = kind;
    builder.signer_id_ = issuer_and_serial(chain.front().get());
    builder.certificate_hash_ =
        join({attribute_certificate_head, sha256(certificate_der(chain.front().get()))});
    builder.certificates_ = certificate_set(chain);
    // Ascending encodings, so that the attributes are a DER SET OF without sorting per document.
    SONGDA_CHECK(kind_of(kind).attribute < attribute_digest_head);
    SONGDA_CHECK(attribute_digest_head < builder.certificate_hash_);
    return builder;
}

Bytes CmsBuilder::attribute_content(const Digest& content) const {
    return join({kind_of(kind_).attribute, attribute_digest_head, content, certificate_hash_});
}

Bytes CmsBuilder::signed_attributes(const Digest& content) const {
    return tlv(tag_set, attribute_content(content));
}

Bytes CmsBuilder::build(const Digest& document, ByteView signature) const {
    SONGDA_CHECK(kind_ == CmsContent::document);
    return assemble({document, signature, {}});
}

Bytes CmsBuilder::build_token(ByteView info, ByteView signature, bool with_certificates) const {
    SONGDA_CHECK(kind_ == CmsContent::timestamp);
    const Bytes attached = tlv(tag_context_0, tlv(tag_octets, info));
    return assemble({sha256(info), signature, attached, with_certificates});
}

Bytes CmsBuilder::assemble(const Message& message) const {
    SONGDA_CHECK(message.signature.size() <= signature_bytes_max);
    const ContentKind& kind = kind_of(kind_);
    const Bytes signer_info =
        tlv(tag_sequence, join({signer_version, signer_id_, oid_sha256_algorithm,
                                tlv(tag_context_0, attribute_content(message.digest)),
                                oid_ecdsa_sha256_algorithm, tlv(tag_octets, message.signature)}));
    const ByteView certificates = message.with_certificates ? ByteView(certificates_) : ByteView();
    const Bytes signed_data =
        tlv(tag_sequence, join({kind.version, tlv(tag_set, oid_sha256_algorithm),
                                tlv(tag_sequence, join({kind.oid, message.attached})), certificates,
                                tlv(tag_set, signer_info)}));
    return tlv(tag_sequence, join({oid_signed_data, tlv(tag_context_0, signed_data)}));
}

std::size_t CmsBuilder::bytes_max() const {
    return build(Digest{}, Bytes(signature_bytes_max)).size();
}

} // namespace songda::signer
