#include "base/durable_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/open_file.hpp"

namespace songda {
namespace {

Error failed(const std::string& path, int code) {
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    const bool barred = code == EACCES || code == EPERM || code == EROFS;
    const Fault fault = full             ? Fault::no_space
                        : code == ENOENT ? Fault::not_found
                        : barred         ? Fault::forbidden
                                         : Fault::internal;
    return {fault, path + ": " + std::strerror(code)};
}

/// 0, or errno.
int write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = write(file, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return 0;
}

int write_new(const std::string& path, std::string_view content, unsigned mode) {
    const Descriptor file(
        open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0 || fchmod(file.get(), mode) != 0) {
        return errno;
    }
    const int code = write_all(file.get(), content);
    return code != 0 ? code : fdatasync(file.get()) == 0 ? 0 : errno;
}

int sync_folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return opened.get() >= 0 && fsync(opened.get()) == 0 ? 0 : errno;
}

} // namespace

Result<void> replace_file(const std::string& path, std::string_view content, unsigned mode) {
    const std::string fresh = path + ".new";
    int code = write_new(fresh, content, mode);
    if (code == 0 && std::rename(fresh.c_str(), path.c_str()) != 0) {
        code = errno;
    }
    if (code != 0) {
        unlink(fresh.c_str());
        return failed(path, code);
    }
    code = sync_folder_of(path);
    return code == 0 ? Result<void>() : failed(path, code);
}

} // namespace songda
