#include "signer/local_signer.hpp"

#include <map>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "signer/cms.hpp"

namespace songda::signer {
namespace {

struct Seal {
    std::unique_ptr<const SigningKey> document_key;
    std::unique_ptr<const SigningKey> qr_key;
    CmsBuilder cms;
    Bytes qr_public_key;
    Bytes qr_header;
    Validity validity;
    bool sample = false;
};

Result<void> check_certificate(const SealKeys& seal, const X509* certificate, TimeMs now) {
    const std::string& path = seal.certificate;
    const DepartmentCode& department = seal.department;
    if (!seal.document_key->belongs_to(certificate)) {
        return Error{Fault::invalid_input, path + ": the certificate belongs to another key"};
    }
    if (!is_seal_certificate(certificate)) {
        return Error{Fault::invalid_input, path + ": the certificate is not for sealing documents"};
    }
    // ETSI EN 319 412-1 §5.1.4 puts a scheme before the code, so the end decides.
    const std::string named = subject_text(certificate, "organizationIdentifier");
    if (!named.empty() && !named.ends_with(department.text)) {
        return Error{Fault::invalid_input, path + ": the certificate names another department"};
    }
    const Validity validity = validity_of(certificate);
    if (now < validity.not_before || validity.not_after < now) {
        return Error{Fault::forbidden, path + ": the certificate is not valid now"};
    }
    return {};
}

Result<Seal> open_seal(SealKeys keys, bool production, TimeMs now) {
    auto chain = read_certificates(keys.certificate);
    if (!chain.ok()) {
        return chain.error();
    }
    X509* const certificate = chain.value().front().get();
    const auto checked = check_certificate(keys, certificate, now);
    if (!checked.ok()) {
        return checked.error();
    }
    const bool sample = is_sample_certificate(certificate);
    if (sample && production) {
        return Error{Fault::invalid_input,
                     keys.certificate + ": a sample key never signs in production"};
    }
    auto cms = CmsBuilder::make(chain.value());
    if (!cms.ok()) {
        return cms.error();
    }
    const Bytes public_key = keys.qr_key->public_key();
    return Seal{std::move(keys.document_key),
                std::move(keys.qr_key),
                std::move(cms).value(),
                public_key,
                qr_protected_header(key_id_of(public_key)),
                validity_of(certificate),
                sample};
}

class LocalSigner final : public Signer {
public:
    LocalSigner(std::map<DepartmentCode, Seal> seals, const Clock& clock)
        : seals_(std::move(seals)), clock_(clock) {}

    Result<Bytes> sign_document(const DepartmentCode& department, SigningTicket ticket) override {
        const auto seal = find(department);
        if (!seal.ok()) {
            return seal.error();
        }
        const Digest digest = ticket.spend();
        const Digest attributes = sha256(seal.value()->cms.signed_attributes(digest));
        const auto signature = seal.value()->document_key->sign(attributes);
        if (!signature.ok()) {
            return signature.error();
        }
        return seal.value()->cms.build(digest, write_ecdsa_der(signature.value()));
    }

    Result<Bytes> seal_qr(const DepartmentCode& department, const DocumentKey& key,
                          ByteView claims) override {
        const auto seal = find(department);
        if (!seal.ok()) {
            return seal.error();
        }
        const Bytes& header = seal.value()->qr_header;
        const auto signature =
            seal.value()->qr_key->sign(sha256(qr_signed_bytes(header, key, claims)));
        if (!signature.ok()) {
            return signature.error();
        }
        return write_qr_seal(header, claims, write_ecdsa_fixed(signature.value()));
    }

    Result<std::size_t> cms_bytes_reserved(const DepartmentCode& department) const override {
        const auto seal = seals_.find(department);
        if (seal == seals_.end()) {
            return Error{Fault::not_found, "no seal for this department"};
        }
        return seal->second.cms.bytes_max();
    }

    Result<Bytes> qr_public_key(const DepartmentCode& department) const override {
        const auto seal = seals_.find(department);
        if (seal == seals_.end()) {
            return Error{Fault::not_found, "no seal for this department"};
        }
        return seal->second.qr_public_key;
    }

    bool is_sample(const DepartmentCode& department) const override {
        const auto seal = seals_.find(department);
        return seal == seals_.end() || seal->second.sample;
    }

private:
    /// A seal that may sign now: its certificate may have run out since start.
    Result<const Seal*> find(const DepartmentCode& department) const {
        const auto seal = seals_.find(department);
        if (seal == seals_.end()) {
            return Error{Fault::not_found, "no seal for this department"};
        }
        const TimeMs now = clock_.now();
        if (now < seal->second.validity.not_before || seal->second.validity.not_after < now) {
            return Error{Fault::forbidden, "the seal certificate is not valid now"};
        }
        return &seal->second;
    }

    const std::map<DepartmentCode, Seal> seals_;
    const Clock& clock_;
};

} // namespace

Result<std::unique_ptr<Signer>> open_local_signer(std::vector<SealKeys> seals, bool production,
                                                  const Clock& clock) {
    std::map<DepartmentCode, Seal> opened;
    for (SealKeys& keys : seals) {
        const DepartmentCode department = keys.department;
        const std::string certificate = keys.certificate;
        auto seal = open_seal(std::move(keys), production, clock.now());
        if (!seal.ok()) {
            return seal.error();
        }
        if (!opened.emplace(department, std::move(seal).value()).second) {
            return Error{Fault::invalid_input,
                         certificate + ": a second seal for " + department.text};
        }
    }
    return std::unique_ptr<Signer>(std::make_unique<LocalSigner>(std::move(opened), clock));
}

} // namespace songda::signer
