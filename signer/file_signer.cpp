#include "signer/file_signer.hpp"

#include <map>

#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "signer/cms.hpp"
#include "signer/p256_key.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t secure_heap_bytes = std::size_t{1} << 18U;

struct Seal {
    P256Key document_key;
    P256Key qr_key;
    CmsBuilder cms;
    Bytes qr_public_key;
    Bytes qr_header;
    Validity validity;
    bool sample = false;
};

Result<void> check_certificate(const SealFiles& files, const X509* certificate, const P256Key& key,
                               TimeMs now) {
    const std::string& path = files.seal_certificate;
    const DepartmentCode& department = files.department;
    if (!key.belongs_to(certificate)) {
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

Result<Seal> open_seal(const SealFiles& files, bool production, TimeMs now) {
    auto document_key = P256Key::read(files.seal_key, files.passphrase);
    if (!document_key.ok()) {
        return document_key.error();
    }
    auto qr_key = P256Key::read(files.qr_key, files.passphrase);
    if (!qr_key.ok()) {
        return qr_key.error();
    }
    auto chain = read_certificates(files.seal_certificate);
    if (!chain.ok()) {
        return chain.error();
    }
    X509* const certificate = chain.value().front().get();
    const auto checked = check_certificate(files, certificate, document_key.value(), now);
    if (!checked.ok()) {
        return checked.error();
    }
    const bool sample = is_sample_certificate(certificate);
    if (sample && production) {
        return Error{Fault::invalid_input,
                     files.seal_certificate + ": a sample key never signs in production"};
    }
    auto cms = CmsBuilder::make(chain.value());
    if (!cms.ok()) {
        return cms.error();
    }
    const Bytes public_key = qr_key.value().public_key();
    return Seal{std::move(document_key).value(),
                std::move(qr_key).value(),
                std::move(cms).value(),
                public_key,
                qr_protected_header(key_id_of(public_key)),
                validity_of(certificate),
                sample};
}

class FileSigner final : public Signer {
public:
    FileSigner(std::map<DepartmentCode, Seal> seals, const Clock& clock)
        : seals_(std::move(seals)), clock_(clock) {}

    Result<Bytes> sign_document(const DepartmentCode& department, SigningTicket ticket) override {
        const auto seal = find(department);
        if (!seal.ok()) {
            return seal.error();
        }
        const Digest digest = ticket.spend();
        const Digest attributes = sha256(seal.value()->cms.signed_attributes(digest));
        const auto signature = seal.value()->document_key.sign(attributes);
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
            seal.value()->qr_key.sign(sha256(qr_signed_bytes(header, key, claims)));
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

Result<std::unique_ptr<Signer>> open_file_signer(const std::vector<SealFiles>& seals,
                                                 bool production, const Clock& clock) {
    std::map<DepartmentCode, Seal> opened;
    for (const SealFiles& files : seals) {
        auto seal = open_seal(files, production, clock.now());
        if (!seal.ok()) {
            return seal.error();
        }
        if (!opened.emplace(files.department, std::move(seal).value()).second) {
            return Error{Fault::invalid_input,
                         files.seal_certificate + ": a second seal for " + files.department.text};
        }
    }
    return std::unique_ptr<Signer>(std::make_unique<FileSigner>(std::move(opened), clock));
}

void harden_process() {
    prctl(PR_SET_DUMPABLE, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (CRYPTO_secure_malloc_initialized() == 0) {
        CRYPTO_secure_malloc_init(secure_heap_bytes, 32);
    }
}

} // namespace songda::signer
