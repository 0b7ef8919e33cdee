#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace songda {

[[nodiscard]] Digest sha256(ByteView bytes);
/// RFC 2104 with SHA-256.
[[nodiscard]] Digest hmac_sha256(ByteView key, ByteView message);

/// SHA-256 in pieces. Copyable: a copy taken after a prefix that many documents share saves hashing
/// that prefix again (the midstate of docs/formats/pdf.md). One object belongs to one thread.
class Sha256 {
public:
    Sha256();
    void update(ByteView bytes);
    /// Ends the computation; the object must not be updated after it.
    [[nodiscard]] Digest finish();

private:
    /// Large enough for OpenSSL's SHA256_CTX, whose header stays out of every includer; sha256.cpp
    /// checks it.
    alignas(8) std::array<std::uint8_t, 112> state_;
};

} // namespace songda
