#include "store/lmdb/open_lmdb.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

const ByteView version_name = as_bytes("version");
const ByteView segment_bytes_name = as_bytes("segment_bytes");
const ByteView cursor_name = as_bytes("cursor");
constexpr std::uint64_t store_version = 4;
constexpr std::uint64_t cursor_alignment = 4096;

/// LMDB must not be opened twice in one process: closing one would drop the other's locks.
std::mutex registry_mutex;
std::set<std::string>& registry() {
    static std::set<std::string> directories;
    return directories;
}

bool enter(const std::string& directory) {
    const std::lock_guard lock(registry_mutex);
    return registry().insert(directory).second;
}

void leave(const std::string& directory) {
    const std::lock_guard lock(registry_mutex);
    registry().erase(directory);
}

std::uint64_t free_bytes_at(const std::string& directory) {
    struct statvfs found {};
    if (statvfs(directory.c_str(), &found) != 0) {
        return 0;
    }
    return std::uint64_t{found.f_bavail} * found.f_frsize;
}

std::string read_holder(int descriptor) {
    std::array<char, 32> text{};
    const ssize_t got = pread(descriptor, text.data(), text.size() - 1, 0);
    return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : "unknown";
}

} // namespace

Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options) {
    if (options.directory.empty() || options.map_bytes == 0 ||
        options.segment_bytes < cursor_alignment || options.segment_bytes % cursor_alignment != 0) {
        return Error{Fault::invalid_input,
                     "store needs a directory, a map, and segments of whole 4 096 bytes"};
    }
    auto store = std::make_unique<LmdbStore>(options);
    const Result<void> opened = store->open();
    if (!opened.ok()) {
        return opened.error();
    }
    return std::unique_ptr<Store>(std::move(store));
}

LmdbStore::~LmdbStore() {
    committer_.reset();
    if (lock_ >= 0) {
        close(lock_);
    }
    if (registered_) {
        leave(options_.directory);
    }
}

Result<void> LmdbStore::open() {
    if (mkdir(options_.directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return Error{Fault::unavailable, "cannot make the store's directory"};
    }
    std::error_code wrong;
    options_.directory = std::filesystem::canonical(options_.directory, wrong).string();
    registered_ = !wrong && enter(options_.directory);
    if (!registered_) {
        return Error{Fault::conflict, "store is already open in this process"};
    }
    if (!options_.free_bytes) {
        options_.free_bytes = [directory = options_.directory] { return free_bytes_at(directory); };
    }
    if (!options_.fail_stop) {
        options_.fail_stop = [](std::string_view) { std::abort(); };
    }
    Result<void> done = options_.exclusive ? lock_directory() : Result<void>();
    if (done.ok()) {
        done = environment_.open(options_.directory, options_.map_bytes);
    }
    if (done.ok()) {
        done = prepare_meta();
    }
    return done;
}

/// flock: gone with the process, however it ends.
Result<void> LmdbStore::lock_directory() {
    const std::string path = options_.directory + "/service.lock";
    lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) {
        return Error{Fault::unavailable, "cannot open service.lock"};
    }
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        return Error{Fault::conflict, "store is in use by process " + read_holder(lock_)};
    }
    const std::string holder = std::to_string(getpid());
    if (ftruncate(lock_, 0) != 0 ||
        pwrite(lock_, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
        return Error{Fault::unavailable, "cannot write service.lock"};
    }
    return {};
}

/// A new store gets its version and cursor; an old one is compared. The segment size is part of the
/// store: it decides where a segment ends.
Result<void> LmdbStore::prepare_meta() {
    Transaction rows = environment_.write();
    const auto version = rows.get(Table::meta, version_name);
    SegmentCursor cursor;
    if (!version) {
        rows.put(Table::meta, version_name, Key().number(store_version));
        rows.put(Table::meta, segment_bytes_name, Key().number(options_.segment_bytes));
    } else if (read_number(*version) != store_version) {
        return Error{Fault::invalid_input,
                     "the store is of version " + std::to_string(read_number(*version)) +
                         ", this program reads version " + std::to_string(store_version)};
    } else {
        const auto segment_bytes = rows.get(Table::meta, segment_bytes_name);
        options_.segment_bytes = segment_bytes ? read_number(*segment_bytes) : 0;
        const auto stored = find_row<SegmentCursor>(rows, Table::meta, cursor_name);
        if (!stored.ok() || !stored.value() || options_.segment_bytes < cursor_alignment) {
            return Error{Fault::corrupt, "store's cursor cannot be read"};
        }
        cursor = *stored.value();
    }
    if (options_.exclusive) {
        // A page that a crash tore belongs to nobody: start behind it.
        cursor.offset =
            (cursor.offset + cursor_alignment - 1) / cursor_alignment * cursor_alignment;
    }
    rows.put(Table::meta, cursor_name, encode(cursor));
    const int code = rows.commit();
    if (code != 0) {
        return Error{Fault::unavailable, "store cannot be prepared: " + engine_message(code)};
    }
    Result<void> opened = segments_.open(
        {options_.directory + "/segments", options_.segment_bytes, options_.reserved_ahead_bytes});
    if (opened.ok() && options_.exclusive) {
        opened = segments_.start(cursor);
    }
    if (opened.ok() && options_.exclusive) {
        Transaction snapshot = environment_.read();
        opened = fresh_.load(snapshot);
    }
    if (opened.ok()) {
        committer_ = std::make_unique<Committer>(
            environment_,
            Committer::Options{options_.reserve_bytes, options_.free_bytes, options_.fail_stop,
                               options_.exclusive ? &fresh_ : nullptr,
                               options_.testify ? &options_.testify : nullptr, options_.gives_up});
    }
    return opened;
}

} // namespace songda::store
