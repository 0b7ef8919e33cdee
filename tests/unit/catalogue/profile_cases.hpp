#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "catalogue/profile_lint.hpp"

/// What may be changed in a good document, and what the lint must say to it.
namespace songda::catalogue {

struct DocumentCase {
    const char* code;
    const char* what;
    std::function<void(DocumentFacts&)> change;
    std::set<std::string> rules; ///< empty: still good
    const char* where = nullptr; ///< of the first finding
    const char* text = nullptr;  ///< its offending words
};

/// Other things that a good document may say.
[[nodiscard]] const std::vector<DocumentCase>& good_changes();
/// At least one for every rule of every profile.
[[nodiscard]] const std::vector<DocumentCase>& bad_changes();

} // namespace songda::catalogue
