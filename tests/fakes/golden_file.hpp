#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace songda::fakes {

/// The bytes of a file under tests/golden/. A missing one ends the test program.
inline std::string golden_file(const std::string& name) {
    std::ifstream file(SONGDA_SOURCE_DIR "/tests/golden/" + name, std::ios::binary);
    if (!file) {
        std::abort();
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace songda::fakes
