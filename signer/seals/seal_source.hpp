#pragma once

#include <string>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "signer/seals/registered_seal.hpp"

/// What the register takes from files when a seal is made.
namespace songda::signer {

/// A certificate file of a department, and the name that stands in it.
struct SealCertificateFile {
    SealCertificate certificate;
    std::string common_name;
};

/// For sealing documents, and of this department if it names one. Fault invalid_input, which names
/// the file.
[[nodiscard]] Result<void> check_seal_certificate(const std::string& path, const X509* certificate,
                                                  const DepartmentCode& department);

/// The first certificate of a PEM file. Faults: not_found, invalid_input (none, not for sealing
/// documents, another department's).
[[nodiscard]] Result<SealCertificateFile> read_seal_certificate(const std::string& path,
                                                                const DepartmentCode& department);

/// As the register names a key: SHA-256 of its SubjectPublicKeyInfo, DER; hexadecimal.
[[nodiscard]] std::string key_hash(ByteView public_key);
/// Of a PEM file with a public key. Faults: not_found, invalid_input.
[[nodiscard]] Result<std::string> read_key_hash(const std::string& path);

} // namespace songda::signer
