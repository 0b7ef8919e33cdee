#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace songda::store::detail {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4). Finds damage, not forgery.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes);

} // namespace songda::store::detail
