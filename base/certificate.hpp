#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// Certificates as the signer and the verifier both read them.
namespace songda {

/// All certificates of a PEM file, in order. Faults: not_found, invalid_input.
[[nodiscard]] Result<std::vector<openssl::Certificate>> read_certificates(const std::string& path);

/// Null unless the bytes are one certificate and nothing else.
[[nodiscard]] openssl::Certificate parse_certificate(ByteView der);
[[nodiscard]] Bytes certificate_der(const X509* certificate);
/// IssuerAndSerialNumber of a certificate, DER, as a signer info names it.
[[nodiscard]] Bytes issuer_and_serial(const X509* certificate);
/// SubjectPublicKeyInfo, DER.
[[nodiscard]] Bytes public_key_der(const EVP_PKEY* key);
/// First 8 bytes of SHA-256 of the SubjectPublicKeyInfo.
[[nodiscard]] KeyId key_id_of(ByteView public_key_der);

[[nodiscard]] bool is_p256(const EVP_PKEY* key);

struct Validity {
    TimeMs not_before;
    TimeMs not_after;
};
[[nodiscard]] Validity validity_of(const X509* certificate); ///< one without times: never valid

/// A subject attribute as UTF-8, empty if absent: `CN`, `O`, `organizationIdentifier`.
[[nodiscard]] std::string subject_text(const X509* certificate, const char* attribute);

/// `20` to `7E…`: upper case hexadecimal digits of a serial number, as people and file names say
/// it.
[[nodiscard]] std::string serial_text(const X509* certificate);

/// May it seal documents? Not an authority; meant for digitalSignature and nonRepudiation; and
/// where it limits its uses, documentSigning is among them (RFC 5280 §4.2.1.3 and §4.2.1.12, RFC
/// 9336). A chain to a trusted root is not enough: the same authority also issues client and TLS
/// certificates, and whoever holds one of those must not be able to seal.
[[nodiscard]] bool is_seal_certificate(const X509* certificate);

/// May it sign time-stamps? Not an authority, and its only extended use is timeStamping, critical
/// (RFC 3161 §2.3): a key that also signs other things could be made to sign a token.
[[nodiscard]] bool is_timestamp_certificate(const X509* certificate);

/// May it sign documents that are not Songda's? Not an authority; digitalSignature or
/// nonRepudiation where it limits its usage; and where it limits its uses, one that means documents
/// (RFC 9336, or the object identifiers of Adobe's and Microsoft's for the same). E-mail, TLS and
/// client certificates do not count.
[[nodiscard]] bool is_document_signer(const X509* certificate);

/// Throwaway certificates of keys-sample/ carry this in their organisation or in their issuer's;
/// production refuses them.
[[nodiscard]] bool is_sample_certificate(const X509* certificate);

} // namespace songda
