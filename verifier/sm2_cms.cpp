#include "verifier/sm2_cms.hpp"

#include <algorithm>

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "verifier/cms_parts.hpp"
#include "verifier/revocation.hpp"

namespace songda::verifier {
namespace {

using namespace der;

const Bytes& version_1() {
    static const Bytes made = *from_hex("020101");
    return made;
}

Error not_ours(const char* why) {
    return {Fault::corrupt, why};
}

/// The object identifier in front says which of the shapes it is.
bool read_shape(ByteView& rest, Sm2Cms& to) {
    static const Bytes cms = *from_hex("06092a864886f70d010702");
    ByteView other = rest;
    if (take(other, cms)) {
        rest = other;
        to.shape = Sm2Shape::cades;
        return true;
    }
    return take(rest, sm2_names().signed_data);
}

/// What it is about: nothing, or the SM3 value itself.
bool read_content(ByteView rest, Sm2Cms& to) {
    static const Bytes cms = *from_hex("06092a864886f70d010701");
    if (to.shape == Sm2Shape::cades) {
        return take(rest, cms) && rest.empty();
    }
    if (!take(rest, sm2_names().data) || !enter(rest, tag_context_0) || !enter(rest, tag_octets)) {
        return false;
    }
    to.content = rest;
    return rest.size() == sizeof(Digest);
}

bool read_attributes(ByteView rest, Sm2Cms& to) {
    to.attributes = rest;
    if (!take(rest, sm2_names().before_digest) || rest.size() < sizeof(Digest)) {
        return false;
    }
    to.content = rest.first(sizeof(Digest));
    rest = rest.subspan(sizeof(Digest));
    to.certificate_hash = rest.last(std::min(rest.size(), sizeof(Digest)));
    return take(rest, sm2_names().before_hash) && rest.size() == sizeof(Digest);
}

bool read_algorithm(ByteView& rest, Sm2Cms& to) {
    ByteView other = rest;
    if (take(other, sm2_names().sm2_sign)) {
        rest = other;
        to.algorithm = Sm2Algorithm::sm2_sign;
        return true;
    }
    return take(rest, sm2_names().sm2_with_sm3);
}

bool read_signer_info(ByteView rest, Sm2Cms& to) {
    if (!enter(rest, tag_sequence) || !take(rest, version_1())) {
        return false;
    }
    const auto signer_id = take_whole(rest, tag_sequence);
    if (!signer_id || !take(rest, sm2_names().sm3)) {
        return false;
    }
    to.signer_id = *signer_id;
    if (to.shape == Sm2Shape::cades) {
        const auto attributes = take_value(rest, tag_context_0);
        if (!attributes || !read_attributes(*attributes, to)) {
            return false;
        }
    }
    if (!read_algorithm(rest, to) || !enter(rest, tag_octets)) {
        return false;
    }
    to.signature = rest;
    return !rest.empty() && rest.size() <= sm2_signature_bytes_max;
}

/// The certificate that the signer info names, and the others. Nothing if one cannot be read.
std::optional<Certificates> certificates_of(const Sm2Cms& message) {
    Certificates read;
    for (const ByteView der : message.certificates) {
        const unsigned char* at = der.data();
        openssl::Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
        ERR_clear_error();
        if (!certificate || at != der.data() + der.size()) {
            return std::nullopt;
        }
        read.push_back(std::move(certificate));
    }
    const auto named = std::find_if(read.begin(), read.end(), [&](const auto& certificate) {
        const Bytes id = issuer_and_serial(certificate.get());
        return as_text(id) == as_text(message.signer_id);
    });
    if (named == read.end()) {
        return std::nullopt;
    }
    std::rotate(read.begin(), named, named + 1);
    return read;
}

bool is_about(const Sm2Cms& message, ByteView content) {
    const Digest digest = sm3(content);
    return std::equal(digest.begin(), digest.end(), message.content.begin(), message.content.end());
}

Bytes signed_bytes(const Sm2Cms& message) {
    return message.shape == Sm2Shape::cades ? tlv(tag_set, message.attributes)
                                            : Bytes(message.content.begin(), message.content.end());
}

/// CAdES binds the certificate; in GB/T 35275 only its key decides.
bool names_certificate(const Sm2Cms& message, const X509* certificate) {
    if (message.shape == Sm2Shape::gbt_35275) {
        return true;
    }
    const Digest hash = sm3(certificate_der(certificate));
    return std::equal(hash.begin(), hash.end(), message.certificate_hash.begin(),
                      message.certificate_hash.end());
}

/// Whose certificate it is, and whether it was revoked.
void judge_signer(X509* signer, const Certificates& certificates, const TrustStore& trust,
                  TimeMs at, Sm2Finding& finding) {
    if (!is_seal_certificate(signer)) {
        finding.authority = {Answer::no, Reason::certificate_purpose, at};
        return;
    }
    const ChainVerdict verdict = trust.judge(signer, certificates, at);
    finding.authority = verdict.answer;
    if (verdict.chain.empty()) {
        return;
    }
    const ChainStanding standing = find_standing(verdict.chain, {}, trust, at, at);
    finding.revocation = standing.first.state;
    if (standing.revoked.state == Revocation::revoked) {
        finding.revocation = Revocation::revoked;
        finding.authority = {Answer::no, Reason::certificate_revoked, at};
    }
}

} // namespace

Result<Sm2Cms> read_sm2_cms(ByteView der) {
    ByteView rest = der;
    Sm2Cms message;
    if (!enter(rest, tag_sequence) || !read_shape(rest, message) || !enter(rest, tag_context_0) ||
        !enter(rest, tag_sequence) || !take(rest, version_1())) {
        return not_ours("not a SignedData of the SM2 suite");
    }
    const auto digests = take_value(rest, tag_set);
    const auto content = digests ? take_value(rest, tag_sequence) : std::nullopt;
    if (!content || as_text(*digests) != as_text(sm2_names().sm3) ||
        !read_content(*content, message)) {
        return not_ours("not the content of the SM2 suite");
    }
    const auto set = take_value(rest, tag_context_0);
    auto certificates = set ? split_certificate_set(*set) : std::nullopt;
    if (!certificates) {
        return not_ours("not a set of certificates");
    }
    message.certificates = *std::move(certificates);
    if (!enter(rest, tag_set) || !read_signer_info(rest, message)) {
        return not_ours("not exactly one signer of the SM2 suite");
    }
    return message;
}

Sm2Finding check_sm2_cms(ByteView der, ByteView content, const TrustStore& trust, TimeMs at) {
    Sm2Finding finding;
    finding.integrity = {Answer::no, Reason::signature_unreadable, at};
    finding.authority = {Answer::unknown, Reason::not_checked, at};
    const auto message = read_sm2_cms(der);
    const auto certificates =
        message.ok() ? certificates_of(message.value()) : std::optional<Certificates>();
    if (!certificates) {
        return finding;
    }
    X509* const signer = certificates->front().get();
    finding.shape = message.value().shape;
    finding.signer = subject_text(signer, "CN");
    finding.department = subject_text(signer, "organizationIdentifier");
    const auto key = Sm2PublicKey::of(X509_get0_pubkey(signer));
    if (!is_about(message.value(), content)) {
        finding.integrity.reason = Reason::altered;
    } else if (!names_certificate(message.value(), signer)) {
        finding.integrity.reason = Reason::signer_not_named;
    } else if (!key.ok() ||
               !key.value().fits(signed_bytes(message.value()), message.value().signature)) {
        finding.integrity.reason = Reason::signature_wrong;
    } else {
        finding.integrity = {Answer::yes, Reason::signature_fits, at};
        judge_signer(signer, *certificates, trust, at, finding);
    }
    return finding;
}

} // namespace songda::verifier
