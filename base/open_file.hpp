#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// Files by their descriptors, so that the system's own reason is told when something fails.
namespace songda {

/// A file descriptor that closes with its owner. Move-only.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();
    [[nodiscard]] int get() const { return number_; }

private:
    int number_ = -1;
};

/// The failure of a system call on `path`. Faults: no_space, not_found, forbidden, unavailable.
[[nodiscard]] Error file_error(const std::string& path, int code);

/// The whole file. Faults: not_found, invalid_input (more than `bytes_max`), forbidden,
/// unavailable.
[[nodiscard]] Result<Bytes> read_whole(const std::string& path, std::size_t bytes_max);

} // namespace songda
