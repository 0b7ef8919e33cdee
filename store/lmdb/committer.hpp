#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/fresh_index.hpp"
#include "store/lmdb/rounds.hpp"
#include "store/lmdb/segments.hpp"
#include "store/store.hpp"

namespace songda::store {

/// What one submitted write sees: the batch's transaction. Reads see the writes of the submitters
/// before it in the same batch.
class Batch {
public:
    Batch(Transaction& transaction, FreshIndex* fresh_index, const Testify* testifies,
          GivesUp leg_gives_up)
        : rows(transaction), fresh(fresh_index), testify(testifies), gives_up(leg_gives_up) {}

    Transaction& rows;
    FreshIndex* fresh;      ///< null beside the service
    const Testify* testify; ///< null: no records are written
    GivesUp gives_up;       ///< null: there are no dead letters
    /// Rows of this batch name some of these files: moves the cursor behind them, unless it is
    /// further.
    void keep_files(Appended& files);
    /// Links one row to the audit chain.
    void audit(const AuditRow& row);
    /// The number of the next record of evidence.
    [[nodiscard]] std::uint64_t next_evidence();
    /// Something stored is damaged and rows are half written: nothing of this batch is committed.
    void refuse(const Error& error) { refused_ = error; }

private:
    friend class Committer;
    Result<void> refused_;
    bool audit_known_ = false;
    std::uint64_t audit_sequence_ = 0;
    Digest audit_chain_{};
    bool evidence_known_ = false;
    std::uint64_t evidence_sequence_ = 0;
};

/// The one thread that writes rows: each round of work is one transaction. Files that rows name are
/// durable before (SegmentFiles::append). docs/formats/store.md, "Commit order".
class Committer {
public:
    struct Options {
        std::uint64_t reserve_bytes = 0;
        std::function<std::uint64_t()> free_bytes;
        std::function<void(std::string_view)> fail_stop;
        FreshIndex* fresh = nullptr;      ///< outlives the committer; null beside the service
        const Testify* testify = nullptr; ///< the same; null: no records are written
        GivesUp gives_up = nullptr;
    };
    /// Looks first and writes only what is certain: an error that it returns must have changed
    /// nothing, because the others of the batch are committed with it.
    using Work = std::function<Result<void>(Batch&)>;

    Committer(Environment& environment, Options options);
    ~Committer();
    Committer(const Committer&) = delete;

    /// Runs `work` inside the next batch and returns when it is durable. Errors of the engine:
    /// `no_space` (nothing written), `internal` (after an I/O error, fate unknown).
    [[nodiscard]] Result<void> run(const Work& work);
    [[nodiscard]] bool writable() const;
    /// Whether a write may begin: `no_space` or `internal` (stopped) if not. From any
    /// thread, as the next one.
    [[nodiscard]] Result<void> check_ready();
    /// What a write that met this error answers; stops the store unless there was only no space.
    [[nodiscard]] Error engine_error(int code, std::string_view step);

private:
    struct Job : RoundJob {
        const Work* work = nullptr;
        Result<void> result;
    };
    void commit(std::vector<Job*>& jobs);
    [[nodiscard]] Result<void> commit_all(std::vector<Job*>& jobs);
    [[nodiscard]] Result<void> write_rows(std::vector<Job*>& jobs);
    [[nodiscard]] bool enough_space() const;

    Environment& environment_;
    Options options_;
    std::atomic<bool> failed_{false};
    mutable std::atomic<bool> full_{false};
    Rounds<Job> rounds_;
    std::thread thread_;
};

} // namespace songda::store
