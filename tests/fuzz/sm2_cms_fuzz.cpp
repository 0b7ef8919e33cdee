// sources: verifier/sm2_cms.cpp verifier/cms_parts.cpp verifier/revocation.cpp verifier/trust.cpp base/certificate.cpp
// The reader of SM2 messages on any bytes: what it accepts lies inside them and has the sizes that
// follow; and nothing is believed without a root.
#include "verifier/sm2_cms.hpp"

#include "base/check.hpp"

namespace songda {
namespace {

/// Every view lies in the message and the fixed ones have their size.
void parts_fit(ByteView der, const verifier::Sm2Cms& message) {
    for (const ByteView part : {message.signer_id, message.content, message.signature}) {
        SONGDA_CHECK(part.data() >= der.data() &&
                     part.data() + part.size() <= der.data() + der.size());
    }
    SONGDA_CHECK(message.content.size() == sizeof(Digest));
    SONGDA_CHECK(message.signature.size() <= sm2_signature_bytes_max);
    const bool cades = message.shape == Sm2Shape::cades;
    SONGDA_CHECK(message.certificate_hash.size() == (cades ? sizeof(Digest) : 0));
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView der(data, size);
    const auto message = verifier::read_sm2_cms(der);
    if (message.ok()) {
        parts_fit(der, message.value());
    } else {
        SONGDA_CHECK(message.error().fault == Fault::corrupt);
    }
    const auto finding = verifier::check_sm2_cms(der, {}, verifier::TrustStore(), TimeMs{});
    SONGDA_CHECK(finding.authority.answer != verifier::Answer::yes);
    return 0;
}
