#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/private.hpp"
#include "base/random.hpp"

namespace songda::delivery::provider {

/// A text that only who has the key reads, and nobody changes unseen (AES-256-GCM), as base64 of
/// nonce, ciphertext and tag. `about` must be the same when it is opened. `key`: 32 bytes.
[[nodiscard]] std::string seal_text(std::string_view text, const Private<Bytes>& key,
                                    std::string_view about, Random& random);
/// Nothing if it was not sealed with this key about this.
[[nodiscard]] std::optional<std::string>
open_text(std::string_view sealed, const Private<Bytes>& key, std::string_view about);

} // namespace songda::delivery::provider
