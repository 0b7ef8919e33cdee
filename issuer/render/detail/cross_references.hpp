#pragma once

#include <string_view>
#include <vector>

#include "issuer/byte_buffer.hpp"

namespace songda::issuer::detail {

/// The table, the trailer and the end of a file (ISO 32000-1 §7.5.4, §7.5.5), whose catalog is
/// object 1. Numbers without an object are free. `members` go into the trailer: `/Info 4 0 R`.
void put_cross_references(ByteBuffer& to, const std::vector<std::size_t>& offsets,
                          std::string_view members);

} // namespace songda::issuer::detail
