#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/codec.hpp"
#include "store/rows.hpp"

namespace songda::store {

/// One blob on its way to disk. Views live until the batch is written.
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

/// Append-only files of fixed size for bytes too large for rows; layout in docs/formats/store.md.
/// `place` and `write` belong to the committer's thread; `read` may be called from any thread. A
/// thread of its own keeps blocks reserved ahead of the cursor, so that a commit neither grows the
/// file nor looks for room (docs/decisions/lmdb-and-segments.md).
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

    /// Chooses the place of one more blob of this batch and moves the cursor on. No I/O.
    [[nodiscard]] BlobPlace place(SegmentCursor& cursor, const Blob& blob);
    /// Writes what was placed since the last call and makes it durable. 0 or errno.
    [[nodiscard]] int write();
    /// Forgets what was placed since the last write.
    void give_up() { placed_.clear(); }

    [[nodiscard]] Result<Bytes> read(std::uint32_t segment, std::uint64_t offset,
                                     std::uint64_t length) const;
    [[nodiscard]] std::string path(std::uint32_t segment) const;
    /// Whether a blob of this size fits into a segment at all.
    [[nodiscard]] bool fits(std::size_t bytes) const;

private:
    struct Placed {
        BlobPlace place;
        Blob blob;
        Bytes header;
    };
    [[nodiscard]] int write_run(std::size_t first, std::size_t last);
    [[nodiscard]] int switch_to(std::uint32_t segment);
    [[nodiscard]] int wait_reserved(std::uint64_t end);
    void reserve_loop();

    Options options_;
    std::vector<Placed> placed_;

    std::thread reserver_;
    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_:
    bool stopping_ = false;
    bool reserving_ = false;     // the reserver works without holding the mutex
    int writer_ = -1;            // descriptor of the current segment
    std::uint32_t current_ = 0;  // its number
    std::uint64_t reserved_ = 0; // blocks are reserved, durably, up to here
    std::uint64_t wanted_ = 0;   // and wanted up to here
    int reserve_failure_ = 0;    // errno; it waits until the committer asks again
};

} // namespace songda::store
