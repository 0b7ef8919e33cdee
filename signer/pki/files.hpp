#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// Files of an authority folder: whole or not at all, and on the disk before anybody is told.
namespace songda::signer {

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

/// Faults: not_found, invalid_input (more than `bytes_max`), unavailable.
[[nodiscard]] Result<Bytes> read_whole(const std::string& path, std::size_t bytes_max);

[[nodiscard]] bool is_there(const std::string& path);

/// The folder that a file is in.
[[nodiscard]] std::string folder_of(const std::string& path);
/// Makes the names in the folder durable.
[[nodiscard]] Result<void> sync_folder(const std::string& folder);

/// With its parents; nothing if it is there. `mode` is for folders that are made.
[[nodiscard]] Result<void> make_folder(const std::string& path, mode_t mode);

/// Keeps a second command out of the folder as long as it lives; the kernel lets go when a process
/// dies. Move-only.
class FolderLock {
public:
    /// Faults: conflict (another command is at work), as file_error.
    [[nodiscard]] static Result<FolderLock> take(const std::string& folder);

private:
    explicit FolderLock(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

} // namespace songda::signer
