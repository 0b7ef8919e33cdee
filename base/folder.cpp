#include "base/folder.hpp"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace songda {

bool is_there(const std::string& path) {
    struct stat about {};
    return lstat(path.c_str(), &about) == 0;
}

std::string folder_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path();
    return parent.empty() ? "." : parent;
}

Result<void> sync_folder(const std::string& folder) {
    const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const bool synced = opened.get() >= 0 && fsync(opened.get()) == 0;
    return synced ? Result<void>() : file_error(folder, errno);
}

Result<void> make_folder(const std::string& path, mode_t mode) {
    if (is_there(path)) {
        return {};
    }
    const std::string parent = folder_of(path);
    const auto above = make_folder(parent, mode);
    if (!above.ok()) {
        return above.error();
    }
    if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        return file_error(path, errno);
    }
    return sync_folder(parent);
}

Result<FolderLock> FolderLock::take(const std::string& folder, const std::string& name) {
    const std::string path = folder + '/' + name;
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) {
        return file_error(path, errno);
    }
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? Error{Fault::conflict, folder + ": another process is at work in this folder"}
                   : file_error(path, errno);
    }
    return FolderLock(std::move(file));
}

} // namespace songda
