#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/segments.hpp"
#include "store/store.hpp"

namespace songda::store {

/// What one submitted write sees: the batch's transaction and its blobs. Reads see the writes of
/// the submitters before it in the same batch.
class Batch {
public:
    Batch(Transaction& transaction, SegmentFiles& segments, std::optional<SegmentCursor> cursor)
        : rows(transaction), segments_(segments), cursor_(cursor) {}

    Transaction& rows;
    /// Chooses where the blob goes; its bytes are on disk before the transaction commits.
    [[nodiscard]] BlobPlace place(const Blob& blob);
    /// Links one row to the audit chain.
    void audit(const AuditRow& row);
    /// Something stored is damaged and rows are half written: nothing of this batch is committed.
    void refuse(const Error& error) { refused_ = error; }

private:
    friend class Committer;
    Result<void> refused_;
    SegmentFiles& segments_;
    std::optional<SegmentCursor> cursor_;
    bool moved_ = false;
    bool audit_known_ = false;
    std::uint64_t audit_sequence_ = 0;
    Digest audit_chain_{};
};

/// The one thread that writes. Each round it takes everything that was submitted while the last
/// commit ran: all blobs with one write and one fdatasync, then one transaction, then it wakes the
/// submitters. No timer. docs/formats/store.md, "Commit order".
class Committer {
public:
    struct Options {
        std::uint64_t reserve_bytes = 0;
        std::function<std::uint64_t()> free_bytes;
        std::function<void(std::string_view)> fail_stop;
    };
    /// Looks first and writes only what is certain: an error that it returns must have changed
    /// nothing, because the others of the batch are committed with it.
    using Work = std::function<Result<void>(Batch&)>;

    Committer(Environment& environment, SegmentFiles& segments, Options options);
    ~Committer();
    Committer(const Committer&) = delete;

    /// Runs `work` inside the next batch and returns when it is durable. Errors of the engine:
    /// `unavailable` (no space, nothing written), `internal` (after an I/O error, fate unknown).
    [[nodiscard]] Result<void> run(const Work& work);
    [[nodiscard]] bool writable() const;

private:
    struct Job {
        const Work* work;
        Result<void> result;
        std::binary_semaphore done{0};
    };
    void loop();
    void commit(std::vector<Job*>& jobs);
    [[nodiscard]] Result<void> commit_all(std::vector<Job*>& jobs);
    [[nodiscard]] Error engine_error(int code, std::string_view step);
    [[nodiscard]] bool enough_space() const;

    Environment& environment_;
    SegmentFiles& segments_;
    Options options_;
    std::atomic<bool> failed_{false};
    mutable std::atomic<bool> full_{false};
    std::mutex mutex_;
    std::condition_variable submitted_;
    std::vector<Job*> queue_; // guarded by mutex_
    bool stopping_ = false;   // guarded by mutex_
    std::thread thread_;
};

} // namespace songda::store
