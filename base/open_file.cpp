#include "base/open_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace songda {

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        close(number_);
    }
}

Error file_error(const std::string& path, int code) {
    const Fault fault = code == ENOSPC || code == EDQUOT                   ? Fault::no_space
                        : code == ENOENT || code == ENOTDIR                ? Fault::not_found
                        : code == EACCES || code == EPERM || code == EROFS ? Fault::forbidden
                                                                           : Fault::unavailable;
    return Error{fault, path + ": " + std::strerror(code)};
}

Result<Bytes> read_whole(const std::string& path, std::size_t bytes_max) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return file_error(path, errno);
    }
    Bytes bytes;
    for (;;) {
        std::uint8_t part[16384];
        const ssize_t got = read(file.get(), part, sizeof part);
        if (got < 0 && errno != EINTR) {
            return file_error(path, errno);
        }
        if (got == 0) {
            return bytes;
        }
        append(bytes, ByteView(part, got > 0 ? static_cast<std::size_t>(got) : 0));
        if (bytes.size() > bytes_max) {
            return Error{Fault::invalid_input, path + ": is too large"};
        }
    }
}

} // namespace songda
