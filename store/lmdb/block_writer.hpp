#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/bytes.hpp"

namespace songda::store {

/// Writes one run of bytes to a file in whole blocks, through a buffer of its own that fits what
/// O_DIRECT asks: address, offset and length are multiples of a block. What is put after the last
/// whole block is filled up with zeros. Belongs to one thread; nothing here is durable before the
/// caller's fdatasync. Codes are 0 or errno; after an error the run is given up.
class BlockWriter {
public:
    /// No file system in use wants more.
    static constexpr std::size_t block_bytes = 4096;

    /// A new run at `offset`, a multiple of a block. The descriptor stays the caller's.
    [[nodiscard]] int start(int descriptor, std::uint64_t offset);
    [[nodiscard]] int put(ByteView bytes);
    [[nodiscard]] int finish();

private:
    struct Free {
        void operator()(std::uint8_t* buffer) const { std::free(buffer); }
    };
    [[nodiscard]] int flush();

    std::unique_ptr<std::uint8_t, Free> buffer_; // made by the first run: readers need none
    std::size_t filled_ = 0;
    int descriptor_ = -1;
    std::uint64_t offset_ = 0; // of the buffer's first byte
};

} // namespace songda::store
