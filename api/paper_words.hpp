#pragma once

#include <cstddef>
#include <string>

#include "store/rows.hpp"

namespace songda::api {

/// What is printed at the foot of every page of a paper copy.
[[nodiscard]] std::string words_of_copy(std::size_t number, const store::PaperCopy& copy);

} // namespace songda::api
