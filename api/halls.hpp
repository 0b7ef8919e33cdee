#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "store/rows.hpp"

namespace songda::api {

/// A hall 办事大厅 whose screens show what is ready (docs/operating/halls.md).
struct Hall {
    std::string place; ///< in the address: letters, digits, hyphens
    std::string title; ///< above the list
    std::vector<DepartmentCode> departments;
    Digest token{}; ///< SHA-256 of the bytes that a screen shows in hexadecimal to be let in
    std::vector<std::string> notices;
};

} // namespace songda::api
