#include "signer/seals/seal_source.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/certificate.hpp"
#include "base/open_file.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t key_bytes_max = 64U << 10U;

} // namespace

Result<void> check_seal_certificate(const std::string& path, const X509* certificate,
                                    const DepartmentCode& department) {
    if (!is_seal_certificate(certificate)) {
        return Error{Fault::invalid_input, path + ": the certificate is not for sealing documents"};
    }
    // ETSI EN 319 412-1 §5.1.4 puts a scheme before the code, so the end decides.
    const std::string named = subject_text(certificate, "organizationIdentifier");
    return named.empty() || named.ends_with(department.text)
               ? Result<void>()
               : Error{Fault::invalid_input, path + ": the certificate names another department"};
}

Result<SealCertificateFile> read_seal_certificate(const std::string& path,
                                                  const DepartmentCode& department) {
    const auto chain = read_certificates(path);
    if (!chain.ok()) {
        return chain.error();
    }
    const X509* const certificate = chain.value().front().get();
    const auto checked = check_seal_certificate(path, certificate, department);
    if (!checked.ok()) {
        return checked.error();
    }
    const Validity validity = validity_of(certificate);
    const std::string name = subject_text(certificate, "CN");
    return SealCertificateFile{{to_hex(sha256(certificate_der(certificate))),
                                "CN=" + name + ", O=" + subject_text(certificate, "O"),
                                serial_text(certificate), validity.not_before, validity.not_after},
                               name};
}

std::string key_hash(ByteView public_key) {
    return to_hex(sha256(public_key));
}

Result<std::string> read_key_hash(const std::string& path) {
    const auto pem = read_whole(path, key_bytes_max);
    if (!pem.ok()) {
        return pem.error();
    }
    const openssl::Bio in(
        BIO_new_mem_buf(pem.value().data(), static_cast<int>(pem.value().size())));
    const openssl::Pkey key(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!key) {
        return Error{Fault::invalid_input,
                     path + ": 不是公钥 no public key in PEM: openssl pkey -pubout -in qr.key"};
    }
    return key_hash(public_key_der(key.get()));
}

} // namespace songda::signer
