#include "signer/secret.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/open_file.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t file_bytes_max = 16384;

} // namespace

Secret::Secret(std::string_view text) {
    if (!text.empty()) {
        text_ = static_cast<char*>(OPENSSL_secure_malloc(text.size()));
        SONGDA_CHECK(text_ != nullptr);
        size_ = room_ = text.size();
        std::copy(text.begin(), text.end(), text_);
    }
}

Secret::~Secret() {
    if (text_ != nullptr) {
        OPENSSL_secure_clear_free(text_, room_);
    }
}

void Secret::swap(Secret& other) noexcept {
    std::swap(text_, other.text_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
}

Result<Secret> Secret::read_file(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    Secret secret;
    secret.room_ = file_bytes_max;
    secret.text_ = static_cast<char*>(OPENSSL_secure_malloc(file_bytes_max));
    if (secret.text_ == nullptr) {
        return Error{Fault::overloaded, path + ": there is no locked memory for it"};
    }
    while (true) {
        const ssize_t got =
            read(file.get(), secret.text_ + secret.size_, file_bytes_max - secret.size_);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return Error{Fault::not_found, path + ": cannot be read"};
        }
        if (got == 0) {
            return secret;
        }
        secret.size_ += static_cast<std::size_t>(got);
        if (secret.size_ == file_bytes_max) {
            return Error{Fault::invalid_input, path + ": is too large"};
        }
    }
}

Result<Secret> Secret::read_line(const std::string& path) {
    const auto file = read_file(path);
    if (!file.ok()) {
        return file.error();
    }
    std::string_view line = file.value().reveal();
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.empty()) {
        return Error{Fault::invalid_input, path + ": is empty"};
    }
    return Secret(line);
}

} // namespace songda::signer
