#pragma once

#include "base/bytes.hpp"

namespace songda::issuer::detail {

/// zlib, level 9; for what is written once per template.
[[nodiscard]] Bytes deflate(ByteView bytes);

} // namespace songda::issuer::detail
