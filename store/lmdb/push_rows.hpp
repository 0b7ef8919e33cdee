#pragma once

#include <string_view>

#include "store/lmdb/keys.hpp"

/// Rows of browsers that are told of an inbox; push.cpp.
namespace songda::store {

[[nodiscard]] Key push_key(const InboxId& inbox, std::string_view endpoint);

} // namespace songda::store
