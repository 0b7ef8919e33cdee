#pragma once

#include "base/bytes.hpp"

namespace songda::issuer::detail {

/// An ICC profile with sRGB's primaries and gamma 2.2, made here so that no licence is carried
/// along.
[[nodiscard]] Bytes make_colour_profile();

} // namespace songda::issuer::detail
