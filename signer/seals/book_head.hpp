#pragma once

#include <cstdint>
#include <string>

namespace songda::signer {

/// How far a book of uses goes, and by how many lines: kept elsewhere it shows that none was taken
/// away. No lines: there is no book.
struct BookHead {
    std::uint64_t lines = 0;
    std::string hash; ///< of the last line, hexadecimal
    bool operator==(const BookHead&) const = default;
};

} // namespace songda::signer
