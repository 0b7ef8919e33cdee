#include "signer/pki/journal.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t journal_bytes_max = std::size_t{256} << 20U;
constexpr std::size_t hash_digits = 64;
const std::string first_head(hash_digits, '0');

std::string chain_hash(std::string_view head, std::string_view json) {
    std::string bytes(head);
    bytes += json;
    return to_hex(sha256(as_bytes(bytes)));
}

std::string line_json(const JournalLine& line) {
    std::string json;
    JsonObject object(json);
    object.text("time", to_rfc3339(line.time));
    object.text("event", line.event);
    for (const auto& [name, value] : line.fields) {
        object.text(name, value);
    }
    object.end();
    return json;
}

Result<JournalLine> read_json(std::string_view json) {
    const auto text = parse_json(json, 2);
    if (!text.ok()) {
        return text.error();
    }
    JournalLine line;
    const auto time = parse_rfc3339(member_text(text.value().root(), "time"));
    line.event = member_text(text.value().root(), "event");
    if (!time || line.event.empty()) {
        return Error{Fault::corrupt, "names no time or no event"};
    }
    line.time = *time;
    for (const std::string_view name : member_names(text.value().root())) {
        if (name != "time" && name != "event") {
            line.fields.emplace(name, member_text(text.value().root(), name));
        }
    }
    return line;
}

} // namespace

Result<Journal> Journal::open(const std::string& path) {
    const bool fresh = !is_there(path);
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) {
        return file_error(path, errno);
    }
    Journal journal(path, std::move(file));
    journal.head_ = first_head;
    if (fresh) {
        const auto synced = sync_folder(folder_of(path));
        return synced.ok() ? Result(std::move(journal)) : synced.error();
    }
    const auto bytes = read_whole(path, journal_bytes_max);
    if (!bytes.ok()) {
        return bytes.error();
    }
    const auto read = journal.read_lines(as_text(bytes.value()));
    return read.ok() ? Result(std::move(journal)) : read.error();
}

Result<void> Journal::read_lines(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            torn_bytes_ = text.size();
            return {};
        }
        const std::string_view line = text.substr(0, end);
        const std::string where = path_ + ": line " + std::to_string(lines_.size() + 1) + ' ';
        if (line.size() <= hash_digits || line[hash_digits] != ' ' ||
            chain_hash(head_, line.substr(hash_digits + 1)) != line.substr(0, hash_digits)) {
            return Error{Fault::corrupt, where + "is not what was written"};
        }
        auto read = read_json(line.substr(hash_digits + 1));
        if (!read.ok()) {
            return Error{Fault::corrupt, where + read.error().detail};
        }
        lines_.push_back(std::move(read).value());
        head_ = line.substr(0, hash_digits);
        whole_bytes_ += end + 1;
        text.remove_prefix(end + 1);
    }
    return {};
}

Result<void> Journal::append(std::string_view event, const JournalFields& fields, TimeMs now) {
    if (failed_) {
        return Error{Fault::unavailable, path_ + ": a write failed before; run the command again"};
    }
    JournalLine line{now, std::string(event), fields};
    if (!lines_.empty()) {
        line.time = std::max(line.time, lines_.back().time);
    }
    for (const auto& [name, value] : fields) {
        if (find_bad_utf8(value)) {
            return Error{Fault::invalid_input, name + " is not UTF-8"};
        }
    }
    const std::string json = line_json(line);
    const std::string hash = chain_hash(head_, json);
    const std::string written = hash + ' ' + json + '\n';
    const int code = write_line(written);
    if (code != 0) {
        failed_ = true;
        (void)!ftruncate(file_.get(), static_cast<off_t>(whole_bytes_)); // else the next open does
        return file_error(path_, code);
    }
    whole_bytes_ += written.size();
    head_ = hash;
    lines_.push_back(std::move(line));
    return {};
}

int Journal::write_line(const std::string& line) {
    if (torn_bytes_ != 0) {
        if (ftruncate(file_.get(), static_cast<off_t>(whole_bytes_)) != 0 ||
            fdatasync(file_.get()) != 0) {
            return errno;
        }
        torn_bytes_ = 0;
    }
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t written = pwrite(file_.get(), line.data() + done, line.size() - done,
                                       static_cast<off_t>(whole_bytes_ + done));
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    return fdatasync(file_.get()) == 0 ? 0 : errno;
}

} // namespace songda::signer
