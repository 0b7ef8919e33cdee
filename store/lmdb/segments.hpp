#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/codec.hpp"
#include "store/lmdb/block_writer.hpp"
#include "store/lmdb/rounds.hpp"
#include "store/rows.hpp"

namespace songda::store {

/// One blob on its way to disk. Views live until `append` returns.
struct Blob {
    ByteView bytes;
    Digest prefix{};    ///< of the file that the bytes belong to; zero for a prefix itself
    Digest file_hash{}; ///< SHA-256(prefix bytes ‖ bytes)
    DocumentId document;
};

struct BlobPlace {
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
};

/// Whether everything before `cursor` lies before `other` too.
[[nodiscard]] inline bool is_behind(SegmentCursor cursor, SegmentCursor other) {
    return std::pair(cursor.segment, cursor.offset) < std::pair(other.segment, other.offset);
}

class SegmentFiles;

/// Blobs of one `append`. They are durable, and no row names them yet. Belongs to one thread.
class Appended {
public:
    Appended(Appended&& other) noexcept;
    ~Appended();

    /// One for each blob, in order.
    [[nodiscard]] const std::vector<BlobPlace>& places() const { return places_; }
    /// Behind the last of them: the commit whose rows name them carries it (Batch::keep_files).
    [[nodiscard]] SegmentCursor end() const { return end_; }
    /// Whether rows name them now, or may do so. If not, they may be written over once this is
    /// gone. At first: no.
    void set_kept(bool kept) { kept_ = kept; }

private:
    friend class SegmentFiles;
    Appended(SegmentFiles& files, std::vector<BlobPlace> places, SegmentCursor end)
        : files_(&files), places_(std::move(places)), end_(end) {}

    SegmentFiles* files_; // null: moved from
    std::vector<BlobPlace> places_;
    SegmentCursor end_;
    bool kept_ = false;
};

/// Append-only files of fixed size for bytes too large for rows; layout in docs/formats/store.md.
/// `append` and `read` may be called from any thread. One thread of its own writes: each round all
/// blobs that were submitted while it wrote the last ones, in whole blocks that no other round
/// touches, with one fdatasync, beside the committer that commits rows meanwhile. Another keeps
/// blocks reserved ahead of the cursor, so that a round neither grows the file nor looks for room
/// (docs/decisions/lmdb-and-segments.md).
class SegmentFiles {
public:
    struct Options {
        std::string directory;
        std::uint64_t segment_bytes = 0;
        std::uint64_t reserved_ahead_bytes = 0;
    };

    SegmentFiles() = default;
    SegmentFiles(const SegmentFiles&) = delete;
    ~SegmentFiles();

    /// Readers only need `open`; the writer also calls `start` with the cursor of the last commit.
    [[nodiscard]] Result<void> open(const Options& options);
    [[nodiscard]] Result<void> start(SegmentCursor cursor);

    struct Outcome {
        int code = 0;                     ///< errno
        std::optional<Appended> appended; ///< when the code is 0
    };
    /// Writes the blobs behind all others and returns when they are durable. If they are not, their
    /// place is free again; after any errno but "no space" every later append fails with it, since
    /// nobody knows what the disk holds.
    [[nodiscard]] Outcome append(std::span<const Blob> blobs);

    [[nodiscard]] Result<Bytes> read(std::uint32_t segment, std::uint64_t offset,
                                     std::uint64_t length) const;
    [[nodiscard]] std::string path(std::uint32_t segment) const;
    /// Whether a blob of this size fits into a segment at all.
    [[nodiscard]] bool fits(std::size_t bytes) const;

private:
    friend class Appended;
    struct Job : RoundJob {
        std::span<const Blob> blobs;
        std::vector<BlobPlace> places;
        SegmentCursor end;
        int code = 0;
    };
    struct Placed {
        BlobPlace place;
        const Blob* blob;
        Bytes header;
    };
    void settle(const SegmentCursor* kept_to);
    void append_all(std::vector<Job*>& jobs);
    [[nodiscard]] Placed place(SegmentCursor& cursor, const Blob& blob) const;
    [[nodiscard]] int write(std::span<const Placed> placed);
    [[nodiscard]] int write_run(std::span<const Placed> run);
    [[nodiscard]] int write_blobs(std::span<const Placed> run, std::uint64_t begin);
    [[nodiscard]] int switch_to(std::uint32_t segment);
    [[nodiscard]] int wait_reserved(std::uint64_t end);
    void reserve_loop();

    Options options_;
    // Only the appender's:
    int broken_ = 0; // errno after which nothing is written
    BlockWriter blocks_;

    Rounds<Job> rounds_;
    std::thread appender_;
    std::thread reserver_;
    std::mutex mutex_;
    std::condition_variable changed_; // between appender and reserver
    // Guarded by mutex_:
    bool stopping_ = false;
    std::size_t in_flight_ = 0;  // appends that are not settled
    SegmentCursor next_;         // the next blob's place; the appender's while any is in flight
    SegmentCursor kept_;         // behind all that rows name: where a restart goes on
    bool reserving_ = false;     // the reserver works without holding the mutex
    int writer_ = -1;            // descriptor of the current segment
    std::uint32_t current_ = 0;  // its number
    std::uint64_t reserved_ = 0; // blocks are reserved, durably, up to here
    std::uint64_t wanted_ = 0;   // and wanted up to here
    int reserve_failure_ = 0;    // errno; it waits until the committer asks again
};

} // namespace songda::store
