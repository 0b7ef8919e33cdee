#include "app/maildir.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.hpp"
#include "base/open_file.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::app {
namespace {

constexpr mode_t folder_mode = 0700;
constexpr std::size_t piece_bytes = 64U << 10U;
constexpr std::string_view aside = "/.unmatched";
/// Maildir's info of a message that was seen.
constexpr std::string_view seen = ":2,S";

/// Names that are no message begin with a dot. One that cannot be read counts as empty.
std::vector<std::string> names_in(const std::string& folder, std::error_code& failure) {
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator each(folder, failure), end; each != end;
         each.increment(failure)) {
        std::string name = each->path().filename();
        if (!name.starts_with('.')) {
            names.push_back(std::move(name));
        }
        if (failure) {
            break;
        }
    }
    return names;
}

std::string kept_path(const std::string& folder, const std::string& hash) {
    return folder + "/cur/" + hash + std::string(seen);
}

} // namespace

Result<Maildir> Maildir::open(std::string folder) {
    for (const std::string& each : {folder, folder + std::string(aside)}) {
        for (const char* const inside : {"/new", "/cur", "/tmp"}) {
            const auto made = make_folder(each + inside, folder_mode);
            if (!made.ok()) {
                return made.error();
            }
        }
    }
    return Maildir(std::move(folder));
}

Result<Maildir::Waiting> Maildir::waiting(std::string_view after, std::size_t most) const {
    std::error_code failure;
    Waiting waiting;
    waiting.names = names_in(folder_ + "/new", failure);
    if (failure) {
        return file_error(folder_ + "/new", failure.value());
    }
    waiting.all = waiting.names.size();
    std::sort(waiting.names.begin(), waiting.names.end());
    waiting.names.erase(waiting.names.begin(),
                        std::upper_bound(waiting.names.begin(), waiting.names.end(), after));
    waiting.names.resize(std::min(waiting.names.size(), most));
    return waiting;
}

std::size_t Maildir::unmatched() const {
    std::error_code failure;
    return names_in(folder_ + std::string(aside) + "/cur", failure).size() +
           names_in(folder_ + std::string(aside) + "/new", failure).size();
}

Result<Maildir::Message> Maildir::read(const std::string& name, std::size_t bytes_max) const {
    const std::string path = folder_ + "/new/" + name;
    const Descriptor file(
        ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    struct stat state {};
    if (file.get() < 0 && errno == ELOOP) {
        return Error{Fault::invalid_input, path + ": is no plain file"};
    }
    if (file.get() < 0 || fstat(file.get(), &state) != 0) {
        return file_error(path, errno);
    }
    if (!S_ISREG(state.st_mode)) {
        return Error{Fault::invalid_input, path + ": is no plain file"};
    }
    Message message;
    Sha256 hash;
    Bytes piece(piece_bytes);
    while (true) {
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got < 0 && errno != EINTR) {
            return file_error(path, errno);
        }
        if (got == 0) {
            break;
        }
        const ByteView bytes(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        hash.update(bytes);
        append(message.beginning,
               bytes.first(std::min(bytes.size(), bytes_max - message.beginning.size())));
    }
    message.hash = to_hex(hash.finish());
    return message;
}

Result<void> Maildir::keep(const std::string& name, const std::string& hash) const {
    return move(name, kept_path(folder_, hash));
}

Result<void> Maildir::set_aside(const std::string& name) const {
    const std::string bare = name.substr(0, name.find(':'));
    return move(name, folder_ + std::string(aside) + "/cur/" + bare + std::string(seen));
}

Result<void> Maildir::move(const std::string& name, const std::string& target) const {
    const std::string from = folder_ + "/new/" + name;
    return ::rename(from.c_str(), target.c_str()) == 0 ? Result<void>()
                                                       : Result<void>(file_error(from, errno));
}

std::optional<Bytes> find_kept_mail(const std::string& folder, const Digest& hash) {
    constexpr std::size_t mail_bytes_max = 32U << 20U;
    auto mail = read_whole(kept_path(folder, to_hex(hash)), mail_bytes_max);
    return mail.ok() ? std::optional(std::move(mail).value()) : std::nullopt;
}

} // namespace songda::app
