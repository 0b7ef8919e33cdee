#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <openssl/ocsp.h>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"

/// The algorithms of an authority, the same in everything that it makes: keys, requests,
/// certificates, revocation lists and OCSP answers.
namespace songda::signer {

/// The names are in the journal; never rename.
enum class Suite {
    p256, ///< ECDSA P-256 with SHA-256
    sm2,  ///< SM2 with SM3, the user id always said (docs/formats/sm2.md)
};

[[nodiscard]] std::string_view suite_name(Suite suite);
[[nodiscard]] std::optional<Suite> parse_suite(std::string_view name);
/// Nothing for a key of neither.
[[nodiscard]] std::optional<Suite> suite_of(const EVP_PKEY* key);
/// Of the AlgorithmIdentifier under what it signs.
[[nodiscard]] int signature_nid(Suite suite);

/// For one call of X509_sign_ctx or its like: the key, its hash, and its user id if it has one.
using SigningContext = std::unique_ptr<EVP_MD_CTX, openssl::Deleter<EVP_MD_CTX_free>>;
/// Null for a key of neither suite.
[[nodiscard]] SigningContext signing_context(EVP_PKEY* key);

/// Was it signed by this key? OpenSSL 3.0 can be told the user id for a certificate and a request,
/// for a list it cannot.
[[nodiscard]] bool is_signed_by(X509* certificate, EVP_PKEY* key);
[[nodiscard]] bool is_signed_by(X509_REQ* request, EVP_PKEY* key);

} // namespace songda::signer
