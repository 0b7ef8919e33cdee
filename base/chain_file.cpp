#include "base/chain_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/folder.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

constexpr std::size_t hash_digits = 64;

std::string chain_hash(std::string_view head, std::string_view json) {
    std::string bytes(head);
    bytes += json;
    return to_hex(sha256(as_bytes(bytes)));
}

/// The JSON of a line that follows on `head`; empty: it is not what was written.
std::string_view json_of(std::string_view line, std::string_view head) {
    if (line.size() <= hash_digits || line[hash_digits] != ' ') {
        return {};
    }
    const std::string_view json = line.substr(hash_digits + 1);
    return chain_hash(head, json) == line.substr(0, hash_digits) ? json : std::string_view();
}

} // namespace

const std::string& chain_start() {
    static const std::string start(hash_digits, '0');
    return start;
}

Result<ChainEnd> read_chain(std::string_view text, std::string head, const ChainReader& each,
                            const std::string& name, std::size_t lines_before) {
    ChainEnd end{std::move(head)};
    while (end.whole_bytes < text.size()) {
        const std::string_view rest = text.substr(end.whole_bytes);
        const std::size_t size = rest.find('\n');
        if (size == std::string_view::npos) {
            end.torn_bytes = rest.size();
            break;
        }
        const std::string_view json = json_of(rest.substr(0, size), end.head);
        const auto read =
            json.empty() ? Error{Fault::corrupt, "is not what was written"} : each(json);
        if (!read.ok()) {
            return Error{read.error().fault, name + ": line " +
                                                 std::to_string(lines_before + end.lines + 1) +
                                                 ' ' + read.error().detail};
        }
        end.head = rest.substr(0, hash_digits);
        end.whole_bytes += size + 1;
        ++end.lines;
    }
    return end;
}

Result<ChainFile> ChainFile::open(const std::string& path, std::string head,
                                  const ChainReader& each, std::size_t bytes_max, mode_t mode) {
    const bool fresh = !is_there(path);
    Descriptor opened(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
    if (opened.get() < 0) {
        return file_error(path, errno);
    }
    if (fresh) {
        const auto synced = sync_folder(folder_of(path));
        return synced.ok() ? Result(ChainFile(path, std::move(opened), ChainEnd{std::move(head)}))
                           : synced.error();
    }
    const auto bytes = read_whole(path, bytes_max);
    if (!bytes.ok()) {
        return bytes.error();
    }
    auto end = read_chain(as_text(bytes.value()), std::move(head), each, path);
    return end.ok() ? Result(ChainFile(path, std::move(opened), std::move(end).value()))
                    : end.error();
}

Result<void> ChainFile::append(std::string_view json) {
    if (failed_) {
        return Error{Fault::unavailable, path_ + ": a write failed before; open it again"};
    }
    std::string hash = chain_hash(end_.head, json);
    const std::string line = hash + ' ' + std::string(json) + '\n';
    int code = cut_torn_end();
    code = code == 0 ? write_at(end_.whole_bytes, line) : code;
    if (code != 0) {
        give_up(end_.whole_bytes);
        return file_error(path_, code);
    }
    end_.whole_bytes += line.size();
    end_.head = std::move(hash);
    ++end_.lines;
    return {};
}

Result<void> ChainFile::sync() const {
    return fdatasync(file_.get()) == 0 ? Result<void>() : file_error(path_, errno);
}

void ChainFile::give_up(std::size_t synced_bytes) {
    failed_ = true;
    (void)!ftruncate(file_.get(), static_cast<off_t>(synced_bytes));
}

Result<void> ChainFile::write_again(std::size_t synced_bytes, std::string_view lines) {
    SONGDA_CHECK(synced_bytes + lines.size() == end_.whole_bytes);
    end_.torn_bytes = 0;
    int code = write_at(synced_bytes, lines);
    code = code == 0 && ftruncate(file_.get(), static_cast<off_t>(end_.whole_bytes)) != 0 ? errno
                                                                                          : code;
    code = code == 0 && fdatasync(file_.get()) != 0 ? errno : code;
    failed_ = code != 0;
    return code == 0 ? Result<void>() : file_error(path_, code);
}

int ChainFile::cut_torn_end() {
    if (end_.torn_bytes == 0) {
        return 0;
    }
    if (ftruncate(file_.get(), static_cast<off_t>(end_.whole_bytes)) != 0 ||
        fdatasync(file_.get()) != 0) {
        return errno;
    }
    end_.torn_bytes = 0;
    return 0;
}

int ChainFile::write_at(std::size_t place, std::string_view bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = pwrite(file_.get(), bytes.data() + done, bytes.size() - done,
                                       static_cast<off_t>(place + done));
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    return 0;
}

} // namespace songda
