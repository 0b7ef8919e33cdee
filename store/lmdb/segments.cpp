#include "store/lmdb/segments.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.hpp"
#include "store/detail/crc32c.hpp"
#include "store/limits.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/keys.hpp"

namespace songda::store {
namespace {

constexpr std::size_t header_bytes = 128;
constexpr std::uint64_t alignment = 64;
constexpr std::uint64_t reserve_step_bytes = 16U << 20U;
constexpr std::array<std::uint8_t, alignment> padding{};

std::uint64_t round_up(std::uint64_t value, std::uint64_t step = alignment) {
    return (value + step - 1) / step * step;
}

/// magic ‖ version ‖ CRC of all that follows ‖ length ‖ prefix ‖ file hash ‖ document, then zeros.
Bytes make_header(const Blob& blob) {
    Key rest;
    rest.number(static_cast<std::uint64_t>(blob.bytes.size()))
        .raw(blob.prefix)
        .raw(blob.file_hash)
        .raw(blob.document.view());
    Key header;
    header.raw(as_bytes("SDBLOB")).raw(as_bytes("\x01"));
    header.raw(as_bytes(std::string_view("\0", 1))).number(detail::crc32c(rest));
    header.raw(rest);
    Bytes bytes = header.bytes();
    bytes.resize(header_bytes, 0);
    return bytes;
}

/// Past the page cache where the file system can: copying into it costs more than all else here.
int open_segment(const std::string& path) {
    constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC;
    const int direct = ::open(path.c_str(), flags | O_DIRECT, 0600);
    return direct < 0 && errno == EINVAL ? ::open(path.c_str(), flags, 0600) : direct;
}

int sync_directory(const std::string& directory) {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    const int code = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    return code;
}

} // namespace

Appended::Appended(Appended&& other) noexcept
    : files_(std::exchange(other.files_, nullptr)), places_(std::move(other.places_)),
      end_(other.end_), kept_(other.kept_) {}

Appended::~Appended() {
    if (files_ != nullptr) {
        files_->settle(kept_ ? &end_ : nullptr);
    }
}

SegmentFiles::~SegmentFiles() {
    {
        const std::lock_guard lock(mutex_);
        SONGDA_CHECK(in_flight_ == 0);
        stopping_ = true;
    }
    rounds_.stop();
    changed_.notify_all();
    for (std::thread* thread : {&appender_, &reserver_}) {
        if (thread->joinable()) {
            thread->join();
        }
    }
    if (writer_ >= 0) {
        close(writer_);
    }
}

std::string SegmentFiles::path(std::uint32_t segment) const {
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "/%08u.seg", segment);
    return options_.directory + name.data();
}

bool SegmentFiles::fits(std::size_t bytes) const {
    return bytes <= blob_bytes_max && round_up(header_bytes + bytes) <= options_.segment_bytes;
}

Result<void> SegmentFiles::open(const Options& options) {
    options_ = options;
    if (mkdir(options_.directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return Error{Fault::unavailable, "cannot make the folder of segments"};
    }
    return {};
}

Result<void> SegmentFiles::start(SegmentCursor cursor) {
    const int code = switch_to(cursor.segment);
    if (code != 0) {
        return Error{Fault::unavailable, "cannot open the current segment"};
    }
    const std::lock_guard lock(mutex_);
    next_ = cursor;
    kept_ = cursor;
    wanted_ = std::min(cursor.offset + options_.reserved_ahead_bytes, options_.segment_bytes);
    reserver_ = std::thread([this] { reserve_loop(); });
    appender_ = std::thread(
        [this] { rounds_.serve([this](std::vector<Job*>& jobs) { append_all(jobs); }); });
    return {};
}

SegmentFiles::Outcome SegmentFiles::append(std::span<const Blob> blobs) {
    Job job;
    job.blobs = blobs;
    {
        const std::lock_guard lock(mutex_);
        SONGDA_CHECK(appender_.joinable()); // a mere reader never comes here
        ++in_flight_;
    }
    rounds_.run(job);
    if (job.code != 0) {
        settle(nullptr);
        return {job.code, std::nullopt};
    }
    return {0, Appended(*this, std::move(job.places), job.end)};
}

/// When nothing is in flight, what lies behind the last named blob belongs to nobody: the next
/// append goes where it would go after a restart.
void SegmentFiles::settle(const SegmentCursor* kept_to) {
    const std::lock_guard lock(mutex_);
    if (kept_to != nullptr && is_behind(kept_, *kept_to)) {
        kept_ = *kept_to;
    }
    --in_flight_;
    if (in_flight_ == 0) {
        next_ = kept_;
    }
}

/// One fate for all of a round. If it is bad, the places are free again: none comes after them yet.
void SegmentFiles::append_all(std::vector<Job*>& jobs) {
    SegmentCursor cursor;
    {
        const std::lock_guard lock(mutex_);
        cursor = next_;
    }
    cursor.offset = round_up(cursor.offset, BlockWriter::block_bytes);
    std::vector<Placed> placed;
    for (Job* job : jobs) {
        for (const Blob& blob : job->blobs) {
            placed.push_back(place(cursor, blob));
            job->places.push_back(placed.back().place);
        }
        job->end = cursor;
    }
    const int code = broken_ != 0 ? broken_ : write(placed);
    if (code != 0) {
        broken_ = is_no_space(code) ? 0 : code;
        for (Job* job : jobs) {
            job->code = code;
        }
        return;
    }
    const std::lock_guard lock(mutex_);
    next_ = cursor;
}

/// Chooses the place of one more blob and moves the cursor on.
SegmentFiles::Placed SegmentFiles::place(SegmentCursor& cursor, const Blob& blob) const {
    const std::uint64_t needed = round_up(header_bytes + blob.bytes.size());
    if (cursor.offset + needed > options_.segment_bytes) {
        cursor = {cursor.segment + 1, 0};
    }
    const BlobPlace found{cursor.segment, cursor.offset + header_bytes};
    cursor.offset += needed;
    return {found, &blob, make_header(blob)};
}

/// Writes and makes durable. 0 or errno.
int SegmentFiles::write(std::span<const Placed> placed) {
    int code = 0;
    while (code == 0 && !placed.empty()) {
        std::size_t length = 1;
        while (length < placed.size() && placed[length].place.segment == placed[0].place.segment) {
            ++length;
        }
        code = write_run(placed.first(length));
        placed = placed.subspan(length);
    }
    return code;
}

/// Blobs of one segment, one behind the other: one write, one fdatasync.
int SegmentFiles::write_run(std::span<const Placed> run) {
    const std::uint32_t segment = run.front().place.segment;
    if (segment != current_) { // only this thread changes it
        const int code = switch_to(segment);
        if (code != 0) {
            return code;
        }
    }
    const std::uint64_t begin = run.front().place.offset - header_bytes;
    const Placed& last = run.back();
    const std::uint64_t end = last.place.offset + round_up(last.blob->bytes.size());
    int code = wait_reserved(round_up(end, BlockWriter::block_bytes));
    if (code == 0) {
        code = write_blobs(run, begin);
    }
    if (code == 0 && fdatasync(writer_) != 0) {
        code = errno;
    }
    return code;
}

int SegmentFiles::write_blobs(std::span<const Placed> run, std::uint64_t begin) {
    std::uint64_t at = begin;
    int code = blocks_.start(writer_, begin);
    for (const Placed& placed : run) {
        SONGDA_CHECK(placed.place.offset - header_bytes == at);
        const std::size_t length = header_bytes + placed.blob->bytes.size();
        const ByteView zeros = ByteView(padding).first(round_up(length) - length);
        for (const ByteView part : {ByteView(placed.header), placed.blob->bytes, zeros}) {
            code = code == 0 ? blocks_.put(part) : code;
        }
        at += round_up(length);
    }
    return code == 0 ? blocks_.finish() : code;
}

/// The finished segment is never written again. The new file's name is durable before its bytes.
int SegmentFiles::switch_to(std::uint32_t segment) {
    const int opened = open_segment(path(segment));
    if (opened < 0) {
        return errno;
    }
    struct stat found {};
    int code = fstat(opened, &found) == 0 ? 0 : errno;
    if (code == 0) {
        code = sync_directory(options_.directory);
    }
    if (code != 0) {
        close(opened);
        return code;
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !reserving_; });
    if (writer_ >= 0) {
        close(writer_);
    }
    writer_ = opened;
    current_ = segment;
    reserved_ = static_cast<std::uint64_t>(found.st_size);
    wanted_ = std::max(reserved_, std::min(options_.reserved_ahead_bytes, options_.segment_bytes));
    return 0;
}

/// What is reserved must be so durably before bytes stand in it.
int SegmentFiles::wait_reserved(std::uint64_t end) {
    std::unique_lock lock(mutex_);
    reserve_failure_ = 0;
    const std::uint64_t ahead =
        std::min(end + options_.reserved_ahead_bytes, options_.segment_bytes);
    if (std::max(end, reserved_) + options_.reserved_ahead_bytes / 2 > wanted_) {
        wanted_ = std::max(wanted_, ahead);
    }
    changed_.notify_all();
    changed_.wait(lock, [&] { return reserved_ >= end || reserve_failure_ != 0 || stopping_; });
    return reserved_ >= end ? 0 : reserve_failure_;
}

void SegmentFiles::reserve_loop() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (reserved_ >= wanted_ || reserve_failure_ != 0) {
            changed_.wait(lock);
            continue;
        }
        const int descriptor = writer_;
        const std::uint64_t from = reserved_;
        const std::uint64_t step = std::min(wanted_ - from, reserve_step_bytes);
        reserving_ = true; // keeps the descriptor open and the appender's bytes before `from`
        lock.unlock();
        int code = posix_fallocate(descriptor, static_cast<off_t>(from), static_cast<off_t>(step));
        if (code == 0 && fdatasync(descriptor) != 0) {
            code = errno;
        }
        lock.lock();
        reserving_ = false;
        reserved_ += code == 0 ? step : 0;
        reserve_failure_ = code;
        changed_.notify_all();
    }
}

Result<Bytes> SegmentFiles::read(std::uint32_t segment, std::uint64_t offset,
                                 std::uint64_t length) const {
    if (length > blob_bytes_max) {
        return Error{Fault::corrupt, "stored file is longer than any can be"};
    }
    const int descriptor = ::open(path(segment).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return Error{errno == ENOENT ? Fault::corrupt : Fault::unavailable,
                     "segment cannot be opened"};
    }
    Bytes bytes(length);
    std::size_t done = 0;
    ssize_t got = 1;
    while (done < bytes.size() && got != 0) {
        got = pread(descriptor, bytes.data() + done, bytes.size() - done,
                    static_cast<off_t>(offset + done));
        if (got < 0 && errno != EINTR) {
            break;
        }
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    const int error = got < 0 ? errno : 0;
    close(descriptor);
    if (done < bytes.size()) {
        return Error{error == 0 ? Fault::corrupt : Fault::unavailable, "segment is too short"};
    }
    return bytes;
}

} // namespace songda::store
