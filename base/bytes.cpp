#include "base/bytes.hpp"

namespace songda {

bool equal_constant_time(ByteView left, ByteView right) {
    if (left.size() != right.size()) {
        return false;
    }
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (left[i] ^ right[i]));
    }
    return difference == 0;
}

} // namespace songda
