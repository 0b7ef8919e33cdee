#include "store/lmdb/committer.hpp"

#include <utility>

#include "base/log.hpp"
#include "store/lmdb/audit_rows.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

const ByteView cursor_name = as_bytes("cursor");

} // namespace

void Batch::keep_files(Appended& files) {
    const auto stored = find_row<SegmentCursor>(rows, Table::meta, cursor_name);
    if (!stored.ok() || !stored.value()) {
        refuse(stored.ok() ? Error{Fault::corrupt, "store without a cursor"} : stored.error());
        return;
    }
    if (is_behind(*stored.value(), files.end())) {
        rows.put(Table::meta, cursor_name, encode(files.end()));
    }
    files.set_kept(true);
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

Committer::Committer(Environment& environment, Options options)
    : environment_(environment), options_(std::move(options)),
      thread_([this] { rounds_.serve([this](std::vector<Job*>& jobs) { commit(jobs); }); }) {}

Committer::~Committer() {
    rounds_.stop();
    thread_.join();
}

Result<void> Committer::run(const Work& work) {
    Job job;
    job.work = &work;
    rounds_.run(job);
    return job.result;
}

bool Committer::enough_space() const {
    return options_.free_bytes() >= options_.reserve_bytes;
}

bool Committer::writable() const {
    if (failed_) {
        return false;
    }
    full_ = !enough_space();
    return !full_;
}

void Committer::commit(std::vector<Job*>& jobs) {
    const Result<void> committed = commit_all(jobs);
    if (committed.ok()) {
        return;
    }
    for (Job* job : jobs) {
        job->result = committed.error();
    }
}

Result<void> Committer::check_ready() {
    if (failed_) {
        return Error{Fault::internal, "store stopped after an I/O error"};
    }
    if (!enough_space()) {
        full_ = true;
        return Error{Fault::no_space, "no space"};
    }
    return {};
}

Result<void> Committer::commit_all(std::vector<Job*>& jobs) {
    const Result<void> ready = check_ready();
    if (!ready.ok()) {
        return ready;
    }
    Result<void> written = write_rows(jobs);
    if (options_.fresh != nullptr) {
        written.ok() ? options_.fresh->committed() : options_.fresh->given_up();
    }
    return written;
}

Result<void> Committer::write_rows(std::vector<Job*>& jobs) {
    Transaction transaction = environment_.write();
    Batch batch(transaction, options_.fresh, options_.testify, options_.gives_up);
    for (Job* job : jobs) {
        job->result = (*job->work)(batch);
    }
    if (options_.fresh != nullptr) {
        options_.fresh->settle_some(transaction);
    }
    if (!batch.refused_.ok()) {
        return batch.refused_;
    }
    if (transaction.failure() != 0) {
        return engine_error(transaction.failure(), "transaction");
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
        return {Fault::no_space, "no space"};
    }
    const std::string what = std::string(step) + ": " + engine_message(code);
    if (!failed_.exchange(true)) {
        log::error("store_io_error", {{"step", step}, {"error", engine_message(code)}});
        options_.fail_stop(what);
    }
    return {Fault::internal, what};
}

} // namespace songda::store
