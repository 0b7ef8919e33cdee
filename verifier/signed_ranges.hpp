#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.hpp"

namespace songda::verifier {

/// What a signature or a time-stamp covers, in the order in which it is hashed.
using SignedRanges = std::span<const ByteView>;

/// A hash that still proves something.
struct DigestKind {
    const EVP_MD* function;
    std::string_view name;
};

/// SHA-256, SHA-384 or SHA-512; nothing for any other.
[[nodiscard]] std::optional<DigestKind> digest_kind(const X509_ALGOR* algorithm);

[[nodiscard]] Bytes hash_ranges(const DigestKind& kind, SignedRanges ranges);

} // namespace songda::verifier
