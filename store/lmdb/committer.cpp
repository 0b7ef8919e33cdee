#include "store/lmdb/committer.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "store/lmdb/audit_rows.hpp"
#include "store/lmdb/keys.hpp"

namespace songda::store {
namespace {

const ByteView cursor_name = as_bytes("cursor");

} // namespace

BlobPlace Batch::place(const Blob& blob) {
    SONGDA_CHECK(cursor_.has_value());
    moved_ = true;
    return segments_.place(*cursor_, blob);
}

void Batch::audit(const AuditRow& row) {
    if (!audit_known_) {
        const std::optional<Entry> last = rows.before(Table::audit, {});
        if (last && last->key.size() == 8 && last->value.size() >= audit_chain_.size()) {
            audit_sequence_ = read_number(last->key);
            std::copy_n(last->value.begin(), audit_chain_.size(), audit_chain_.begin());
        }
        audit_known_ = true;
    }
    const Bytes encoded = encode(row);
    audit_chain_ = next_chain(audit_chain_, encoded);
    ++audit_sequence_;
    Bytes value(audit_chain_.begin(), audit_chain_.end());
    append(value, ByteView(encoded));
    rows.put(Table::audit, Key().number(audit_sequence_), value);
}

Committer::Committer(Environment& environment, SegmentFiles& segments, Options options)
    : environment_(environment), segments_(segments), options_(std::move(options)),
      thread_([this] { loop(); }) {}

Committer::~Committer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    submitted_.notify_one();
    thread_.join();
}

Result<void> Committer::run(const Work& work) {
    Job job{&work, {}};
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(&job);
    }
    submitted_.notify_one();
    job.done.acquire();
    return job.result;
}

bool Committer::enough_space() const {
    return options_.free_bytes() >= options_.reserve_bytes;
}

bool Committer::writable() const {
    if (failed_) {
        return false;
    }
    if (full_ && enough_space()) {
        full_ = false;
    }
    return !full_;
}

void Committer::loop() {
    std::vector<Job*> jobs;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            submitted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            jobs.swap(queue_);
        }
        commit(jobs);
        for (Job* job : jobs) {
            job->done.release();
        }
        jobs.clear();
    }
}

void Committer::commit(std::vector<Job*>& jobs) {
    const Result<void> committed = commit_all(jobs);
    if (committed.ok()) {
        return;
    }
    segments_.give_up();
    for (Job* job : jobs) {
        job->result = committed.error();
    }
}

Result<void> Committer::commit_all(std::vector<Job*>& jobs) {
    if (failed_) {
        return Error{Fault::internal, "store stopped after an I/O error"};
    }
    if (!enough_space()) {
        full_ = true;
        return Error{Fault::unavailable, "no space"};
    }
    Transaction transaction = environment_.write();
    std::optional<SegmentCursor> cursor;
    if (const auto stored = transaction.get(Table::meta, cursor_name)) {
        const Result<SegmentCursor> decoded = decode<SegmentCursor>(*stored);
        if (!decoded.ok()) {
            return decoded.error();
        }
        cursor = decoded.value();
    }
    Batch batch(transaction, segments_, cursor);
    for (Job* job : jobs) {
        job->result = (*job->work)(batch);
    }
    if (!batch.refused_.ok()) {
        return batch.refused_;
    }
    if (batch.moved_) {
        transaction.put(Table::meta, cursor_name, encode(*batch.cursor_));
    }
    if (transaction.failure() != 0) {
        return engine_error(transaction.failure(), "transaction");
    }
    const int written = segments_.write();
    if (written != 0) {
        return engine_error(written, "segment");
    }
    const int ended = transaction.commit();
    if (ended != 0) {
        return engine_error(ended, "commit");
    }
    full_ = false;
    return {};
}

/// Without room nothing was written and the store goes on reading. After anything else nobody knows
/// what the disk holds: a later fsync can succeed over lost pages (reliability.md 3.8).
Error Committer::engine_error(int code, std::string_view step) {
    if (is_no_space(code)) {
        full_ = true;
        log::warning("store_no_space", {{"step", step}, {"error", engine_message(code)}});
        return {Fault::unavailable, "no space"};
    }
    failed_ = true;
    log::error("store_io_error", {{"step", step}, {"error", engine_message(code)}});
    options_.fail_stop(std::string(step) + ": " + engine_message(code));
    return {Fault::internal, std::string(step) + ": " + engine_message(code)};
}

} // namespace songda::store
