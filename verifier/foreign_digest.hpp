#pragma once

#include <optional>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.hpp"
#include "verifier/foreign_cms.hpp"

namespace songda::verifier {

/// A hash that still proves something.
struct DigestKind {
    const EVP_MD* function;
    std::string_view name;
};

/// SHA-256, SHA-384 or SHA-512; nothing for any other.
[[nodiscard]] std::optional<DigestKind> digest_kind(const X509_ALGOR* algorithm);

[[nodiscard]] Bytes hash_ranges(const DigestKind& kind, SignedRanges ranges);

} // namespace songda::verifier
