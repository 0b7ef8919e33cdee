#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/private.hpp"
#include "base/result.hpp"
#include "signer/pki/suite.hpp"

/// Keys and requests of the authority: of either suite, PKCS#8, encrypted by a passphrase stretched
/// by scrypt (RFC 7914, N = 16384, r = 8), as every OpenSSL reads it.
namespace songda::signer {

using Passphrase = Private<std::string>;

using CertificateRequest = std::unique_ptr<X509_REQ, openssl::Deleter<X509_REQ_free>>;

/// Fault internal: no randomness.
[[nodiscard]] Result<openssl::Pkey> make_key(Suite suite = Suite::p256);

/// Readable by its owner alone. An empty passphrase writes it unencrypted. Never replaces a key.
/// Faults: conflict (there is one), as replace_file.
[[nodiscard]] Result<void> write_key(const std::string& path, EVP_PKEY* key,
                                     const Passphrase& passphrase);

/// Faults: not_found, forbidden (the wrong passphrase), invalid_input (of neither suite).
[[nodiscard]] Result<openssl::Pkey> read_key(const std::string& path, const Passphrase& passphrase);

/// The key under `path`; made and written where there is none. Fault invalid_input: one of another
/// suite.
[[nodiscard]] Result<openssl::Pkey> keep_key(const std::string& path, const Passphrase& passphrase,
                                             Suite suite = Suite::p256);

/// PEM. The names are put in by the caller's `name`.
[[nodiscard]] Result<std::string> write_request(EVP_PKEY* key, const X509_NAME* name);

/// The public key of a PKCS#10 request in PEM, once its signature showed that whoever made it has
/// the private one. Nothing else of the request counts. Faults: invalid_input.
[[nodiscard]] Result<openssl::Pkey> read_request(std::string_view pem);

/// SHA-256 of the SubjectPublicKeyInfo, hexadecimal.
[[nodiscard]] std::string public_key_hash(const EVP_PKEY* key);

} // namespace songda::signer
