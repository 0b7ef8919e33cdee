#pragma once

#include <cstddef>
#include <string_view>

namespace songda::app {

/// A name that stands in addresses and file names: a-z, 0-9 and `-`, at most so many.
[[nodiscard]] inline bool is_plain_name(std::string_view text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
               std::string_view::npos;
}

} // namespace songda::app
