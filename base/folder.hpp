#pragma once

#include <string>
#include <utility>

#include <sys/types.h>

#include "base/open_file.hpp"
#include "base/result.hpp"

/// Folders whose names must survive power loss, and one process at a time in them.
namespace songda {

[[nodiscard]] bool is_there(const std::string& path);

/// The folder that a file is in.
[[nodiscard]] std::string folder_of(const std::string& path);
/// Makes the names in the folder durable.
[[nodiscard]] Result<void> sync_folder(const std::string& folder);

/// With its parents; nothing if it is there. `mode` is for folders that are made.
[[nodiscard]] Result<void> make_folder(const std::string& path, mode_t mode);

/// Keeps a second process out of the folder, or out of what the lock's file is named for, as long
/// as it lives; the kernel lets go when a process dies. Move-only.
class FolderLock {
public:
    /// Faults: conflict (another process is at work), as file_error.
    [[nodiscard]] static Result<FolderLock> take(const std::string& folder,
                                                 const std::string& name = "lock");

private:
    explicit FolderLock(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

} // namespace songda
