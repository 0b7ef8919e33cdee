#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace songda {

/// Bytes that only who has the key reads, and nobody changes unseen (AES-256-GCM): nonce (12),
/// ciphertext, tag (16). `about` must be the same when they are opened. `key`: 32 bytes.
[[nodiscard]] Bytes seal_bytes(ByteView text, ByteView key, ByteView about, Random& random);
/// Nothing if they were not sealed with this key about this.
[[nodiscard]] std::optional<Bytes> open_bytes(ByteView sealed, ByteView key, ByteView about);

} // namespace songda
