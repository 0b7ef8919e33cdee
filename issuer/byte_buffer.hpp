#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"

namespace songda::issuer {

/// Bytes while they are written. Unlike Bytes it does not clear what it grows by, and a small piece
/// is copied without a call: a document is put together from some hundred. Never shrinks its
/// memory, so it is good for the next file. Belongs to one thread.
class ByteBuffer {
public:
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const std::uint8_t* data() const { return bytes_.get(); }
    [[nodiscard]] std::uint8_t& operator[](std::size_t at) { return bytes_[at]; }
    [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }
    operator ByteView() const { return view(); } // NOLINT: what is written is read as bytes

    void push_back(std::uint8_t byte) { *extend(1) = byte; }
    void append(ByteView bytes) {
        if (!bytes.empty()) {
            std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
        }
    }
    void append(std::string_view text) { append(as_bytes(text)); }
    /// So many bytes more, to be written by the caller before the next call.
    [[nodiscard]] std::uint8_t* extend(std::size_t count) {
        if (count > capacity_ - size_) {
            grow(size_ + count);
        }
        std::uint8_t* const begin = bytes_.get() + size_;
        size_ += count;
        return begin;
    }
    void reserve(std::size_t size) {
        if (size > capacity_) {
            grow(size);
        }
    }
    friend bool operator==(const ByteBuffer& left, const ByteBuffer& right) {
        return as_text(left) == as_text(right);
    }
    /// Keeps the first bytes only.
    void cut(std::size_t size) { size_ = std::min(size, size_); }

private:
    void grow(std::size_t size);

    std::unique_ptr<std::uint8_t[]> bytes_; // NOLINT: a vector would clear
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace songda::issuer
