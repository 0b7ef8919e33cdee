#include "store/lmdb/block_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/uio.h>

#include "base/check.hpp"

namespace songda::store {
namespace {

/// A round of 128 licences fits: one write, one trip to the disk.
constexpr std::size_t buffer_bytes = 4U << 20U;

} // namespace

int BlockWriter::start(int descriptor, std::uint64_t offset) {
    SONGDA_CHECK(offset % block_bytes == 0);
    if (!buffer_) {
        buffer_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(block_bytes, buffer_bytes)));
    }
    descriptor_ = descriptor;
    offset_ = offset;
    filled_ = 0;
    return buffer_ ? 0 : ENOMEM;
}

int BlockWriter::put(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t part = std::min(bytes.size(), buffer_bytes - filled_);
        std::memcpy(buffer_.get() + filled_, bytes.data(), part);
        filled_ += part;
        bytes = bytes.subspan(part);
        const int code = filled_ == buffer_bytes ? flush() : 0;
        if (code != 0) {
            return code;
        }
    }
    return 0;
}

int BlockWriter::finish() {
    const std::size_t open = filled_ % block_bytes;
    if (open != 0) {
        std::memset(buffer_.get() + filled_, 0, block_bytes - open);
        filled_ += block_bytes - open;
    }
    return flush();
}

/// Goes on after a short write, from the last whole block.
int BlockWriter::flush() {
    std::size_t done = 0;
    while (done < filled_) {
        const iovec part{buffer_.get() + done, filled_ - done};
        const ssize_t wrote = pwritev(descriptor_, &part, 1, static_cast<off_t>(offset_ + done));
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        const std::size_t whole =
            wrote > 0 ? static_cast<std::size_t>(wrote) / block_bytes * block_bytes : 0;
        if (whole == 0) {
            return wrote < 0 ? errno : ENOSPC;
        }
        done += whole;
    }
    offset_ += filled_;
    filled_ = 0;
    return 0;
}

} // namespace songda::store
