#include "signer/evidence_seal.hpp"

#include "base/certificate.hpp"
#include "base/sha256.hpp"

namespace songda::signer {
namespace {

Result<void> check(const EvidenceSeal::Parts& parts, const X509* certificate, bool production) {
    const std::string& path = parts.certificate;
    if (!parts.key->belongs_to(certificate)) {
        return Error{Fault::invalid_input, path + ": the certificate belongs to another key"};
    }
    if (!is_seal_certificate(certificate)) {
        return Error{Fault::invalid_input, path + ": not a seal certificate"};
    }
    return is_sample_certificate(certificate) && production
               ? Error{Fault::invalid_input, path + ": a sample key never signs in production"}
               : Result<void>();
}

} // namespace

Result<EvidenceSeal> EvidenceSeal::open(Parts parts, bool production, const Clock& clock) {
    const auto chain = read_certificates(parts.certificate);
    if (!chain.ok()) {
        return chain.error();
    }
    const X509* const certificate = chain.value().front().get();
    const auto checked = check(parts, certificate, production);
    auto cms = CmsBuilder::make(chain.value());
    if (!checked.ok() || !cms.ok()) {
        return checked.ok() ? cms.error() : checked.error();
    }
    EvidenceSeal made(std::move(parts.key), std::move(cms).value(), clock);
    const Validity validity = validity_of(certificate);
    made.not_before_ = validity.not_before;
    made.not_after_ = validity.not_after;
    return made;
}

Result<Bytes> EvidenceSeal::seal(std::string_view statement) const {
    const TimeMs now = clock_->now();
    if (now < not_before_ || not_after_ < now) {
        return Error{Fault::forbidden, "the certificate of the evidence seal is not valid now"};
    }
    const Digest content = sha256(as_bytes(statement));
    const auto signature = key_->sign(sha256(cms_.signed_attributes(content)));
    return signature.ok() ? Result(cms_.build(content, write_ecdsa_der(signature.value())))
                          : signature.error();
}

} // namespace songda::signer
