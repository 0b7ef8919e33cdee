#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace songda::fakes {

/// What stands in a page that is printed from a table, like `docs/states/leg.md`: to be compared
/// with `text`. With SONGDA_UPDATE_PAGES set it is written first.
inline std::string printed_page(const std::string& name, const std::string& text) {
    const std::string path = SONGDA_SOURCE_DIR "/" + name;
    if (std::getenv("SONGDA_UPDATE_PAGES") != nullptr) {
        std::ofstream(path) << text;
    }
    std::ostringstream shown;
    shown << std::ifstream(path).rdbuf();
    return shown.str();
}

} // namespace songda::fakes
