#include "signer/sm2_cms.hpp"

#include "base/certificate.hpp"
#include "base/check.hpp"
#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "signer/cms.hpp"

namespace songda::signer {
namespace {

using namespace der;

const Bytes version_1 = {tag_integer, 1, 1};

/// Object identifiers of the whole and of its content, by shape.
const Bytes& oid_signed_data(Sm2Shape shape) {
    static const Bytes cms = *from_hex("06092a864886f70d010702");
    return shape == Sm2Shape::cades ? cms : sm2_names().signed_data;
}

const Bytes& oid_data(Sm2Shape shape) {
    static const Bytes cms = *from_hex("06092a864886f70d010701");
    return shape == Sm2Shape::cades ? cms : sm2_names().data;
}

} // namespace

Result<Sm2CmsBuilder> Sm2CmsBuilder::make(const std::vector<openssl::Certificate>& chain,
                                          Sm2Shape shape, Sm2Algorithm algorithm) {
    if (chain.empty() || !is_sm2(X509_get0_pubkey(chain.front().get()))) {
        return Error{Fault::invalid_input, "the signer needs a certificate of an SM2 key"};
    }
    Sm2CmsBuilder builder;
    builder.shape_ = shape;
    builder.algorithm_ =
        algorithm == Sm2Algorithm::sm2_with_sm3 ? sm2_names().sm2_with_sm3 : sm2_names().sm2_sign;
    builder.signer_id_ = issuer_and_serial(chain.front().get());
    builder.certificate_hash_ = sm3(certificate_der(chain.front().get()));
    builder.certificates_ = certificate_set(chain);
    return builder;
}

Bytes Sm2CmsBuilder::attributes(const Digest& content) const {
    return join({sm2_names().before_digest, content, sm2_names().before_hash, certificate_hash_});
}

Bytes Sm2CmsBuilder::to_sign(const Digest& content) const {
    // GB/T 35275 signs what is attached itself; here that is the 32 bytes of the SM3 value.
    return shape_ == Sm2Shape::cades ? tlv(tag_set, attributes(content))
                                     : Bytes(content.begin(), content.end());
}

Bytes Sm2CmsBuilder::build(const Digest& content, ByteView signature) const {
    SONGDA_CHECK(signature.size() <= sm2_signature_bytes_max);
    const bool cades = shape_ == Sm2Shape::cades;
    const Bytes attached = cades ? Bytes() : tlv(tag_context_0, tlv(tag_octets, content));
    const Bytes attributes_or_none = cades ? tlv(tag_context_0, attributes(content)) : Bytes();
    const Bytes signer_info =
        tlv(tag_sequence, join({version_1, signer_id_, sm2_names().sm3, attributes_or_none,
                                algorithm_, tlv(tag_octets, signature)}));
    const Bytes signed_data =
        tlv(tag_sequence, join({version_1, tlv(tag_set, sm2_names().sm3),
                                tlv(tag_sequence, join({oid_data(shape_), attached})),
                                certificates_, tlv(tag_set, signer_info)}));
    return tlv(tag_sequence, join({oid_signed_data(shape_), tlv(tag_context_0, signed_data)}));
}

} // namespace songda::signer
