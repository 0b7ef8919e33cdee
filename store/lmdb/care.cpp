#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/open_file.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/number_rows.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

namespace fs = std::filesystem;

const ByteView cursor_name = as_bytes("cursor");
constexpr std::size_t copy_step_bytes = 1U << 20U;

Descriptor open_file(const std::string& path, int flags) {
    return Descriptor(::open(path.c_str(), flags, 0600));
}

Error failed(std::string_view step, int code) {
    return {Fault::unavailable, "backup, " + std::string(step) + ": " + engine_message(code)};
}

/// Makes file contents, or names in a directory, durable.
int sync_path(const std::string& path) {
    const Descriptor file = open_file(path, O_RDONLY | O_CLOEXEC);
    return file.get() >= 0 && fsync(file.get()) == 0 ? 0 : errno;
}

int write_whole(int to, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = write(to, bytes.data(), bytes.size());
        if (wrote < 0 && errno != EINTR) {
            return errno;
        }
        bytes = bytes.subspan(wrote > 0 ? static_cast<std::size_t>(wrote) : 0);
    }
    return 0;
}

/// The first `length` bytes, or fewer if the file is shorter.
int copy_file(const std::string& from, const std::string& to, std::uint64_t length) {
    const Descriptor source = open_file(from, O_RDONLY | O_CLOEXEC);
    const Descriptor target = open_file(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
    if (source.get() < 0 || target.get() < 0) {
        return errno;
    }
    Bytes step(copy_step_bytes);
    while (length > 0) {
        const ssize_t got =
            read(source.get(), step.data(), std::min<std::uint64_t>(length, step.size()));
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        if (got == 0) {
            break;
        }
        const auto count = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        const int code = write_whole(target.get(), ByteView(step).first(count));
        if (code != 0) {
            return code;
        }
        length -= count;
    }
    return fsync(target.get()) == 0 ? 0 : errno;
}

/// So that the copy knows what it is, wherever it is put. Opening leaves a lock file, which belongs
/// to no backup.
Result<void> mark_as_copy(const std::string& directory, std::uint64_t map_bytes, TimeMs at) {
    {
        Environment copy;
        const Result<void> opened = copy.open(directory, map_bytes);
        if (!opened.ok()) {
            return opened;
        }
        Transaction rows = copy.write();
        put_hold(rows, at);
        const int code = rows.commit();
        if (code != 0) {
            return failed("mark", code);
        }
    }
    unlink((directory + "/lock.mdb").c_str());
    return {};
}

} // namespace

/// First the rows (a snapshot), then the files: every file that a row of the snapshot names was
/// durable before it. Sealed segments are never written again and may be shared by hard link; the
/// current one must be copied, or the copy would see the original's later writes.
Result<void> LmdbStore::backup(const std::string& directory, TimeMs at) {
    const std::string segments = directory + "/segments";
    if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return failed("directory", errno);
    }
    if (mkdir(segments.c_str(), 0700) != 0) {
        return errno == EEXIST ? Error{Fault::conflict, "backup directory is not empty"}
                               : failed("directory", errno);
    }
    {
        const Descriptor rows =
            open_file(directory + "/data.mdb", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
        if (rows.get() < 0) {
            return failed("rows", errno);
        }
        const int code = environment_.copy_to(rows.get());
        if (code != 0 || fsync(rows.get()) != 0) {
            return failed("rows", code != 0 ? code : errno);
        }
    }
    const Result<void> marked = mark_as_copy(directory, options_.map_bytes, at);
    if (!marked.ok()) {
        return marked;
    }
    SegmentCursor cursor;
    {
        Transaction rows = environment_.read();
        const auto stored = find_row<SegmentCursor>(rows, Table::meta, cursor_name);
        if (!stored.ok() || !stored.value()) {
            return Error{Fault::corrupt, "store's cursor cannot be read"};
        }
        cursor = *stored.value();
    }
    for (std::uint32_t segment = 1; segment <= cursor.segment; ++segment) {
        const std::string from = segments_.path(segment);
        const std::string to = segments + "/" + fs::path(from).filename().string();
        const bool sealed = segment < cursor.segment;
        if (sealed && link(from.c_str(), to.c_str()) == 0) {
            continue;
        }
        const int code = copy_file(from, to, sealed ? options_.segment_bytes : cursor.offset);
        if (code != 0) {
            return failed("segment", code);
        }
    }
    const std::string parent = fs::path(fs::absolute(directory)).parent_path().string();
    for (const std::string& made : {segments, directory, parent}) {
        const int code = sync_path(made);
        if (code != 0) {
            return failed("sync", code);
        }
    }
    return {};
}

Result<Statistics> LmdbStore::statistics() {
    Transaction rows = environment_.read();
    Statistics found;
    found.documents = rows.entries(Table::document);
    found.intents_open = rows.entries(Table::intent_open);
    found.legs = rows.entries(Table::leg);
    found.legs_scheduled = rows.entries(Table::due);
    found.audit_rows = rows.entries(Table::audit);
    found.revisions = rows.entries(Table::revision);
    found.augmentations_waiting = rows.entries(Table::augmentation_wait);
    found.database_bytes = environment_.used_bytes();
    const auto cursor = find_row<SegmentCursor>(rows, Table::meta, cursor_name);
    const Result<void> readable = failure_of(rows);
    if (!readable.ok() || !cursor.ok() || !cursor.value()) {
        return readable.ok() ? Error{Fault::corrupt, "store's cursor cannot be read"}
                             : readable.error();
    }
    found.segment_bytes =
        (cursor.value()->segment - 1) * options_.segment_bytes + cursor.value()->offset;
    return found;
}

Result<Space> LmdbStore::space() {
    return Space{options_.free_bytes(), options_.reserve_bytes, writable()};
}

} // namespace songda::store
