#include "issuer/byte_buffer.hpp"

#include <algorithm>

namespace songda::issuer {

void ByteBuffer::grow(std::size_t size) {
    const std::size_t capacity = std::max(size, 2 * capacity_);
    std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[capacity]); // NOLINT: not cleared
    std::copy_n(bytes_.get(), size_, bytes.get());
    bytes_ = std::move(bytes);
    capacity_ = capacity;
}

} // namespace songda::issuer
