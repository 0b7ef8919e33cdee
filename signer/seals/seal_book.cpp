#include "signer/seals/seal_book.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace songda::signer {
namespace {

/// For its owner and for auditors of its group.
constexpr mode_t segment_mode = 0640;

/// The signature was made and cannot be written down: nobody gets it.
UseEnd withheld(const UseEnd& end, const Error& why) {
    return {end.number, UseOutcome::failed, std::string(fault_name(why.fault))};
}

bool is_utf8(const UseRow& row) {
    const SealUse& use = row.use;
    const auto texts = {&row.seal, &row.department.text, &use.actor, &use.type,
                        &use.template_version};
    return std::none_of(texts.begin(), texts.end(),
                        [](const std::string* text) { return find_bad_utf8(*text).has_value(); });
}

} // namespace

Result<std::unique_ptr<SealBook>> SealBook::open(Options options, const Clock& clock) {
    auto lock = FolderLock::take(options.folder, "uses.lock");
    if (!lock.ok()) {
        return lock.error();
    }
    Descriptor folder(
        ::open(options.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (folder.get() < 0) {
        return file_error(options.folder, errno);
    }
    std::unique_ptr<SealBook> book(
        new SealBook(std::move(options), clock, std::move(lock).value(), std::move(folder)));
    const auto begun = book->begin();
    if (!begun.ok()) {
        return begun.error();
    }
    book->resting_ = std::thread([each = book.get()] {
        each->running_.count_down();
        each->rest();
    });
    book->running_.wait();
    return book;
}

SealBook::SealBook(Options options, const Clock& clock, FolderLock lock, Descriptor folder)
    : options_(std::move(options)), clock_(clock), lock_(std::move(lock)),
      folder_(std::move(folder)) {}

SealBook::~SealBook() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    if (resting_.joinable()) {
        resting_.join();
    }
}

Result<void> SealBook::begin() {
    Lock lock(mutex_);
    UseReader reader(options_.folder);
    auto found = reader.begin_at_newest();
    if (!found.ok() && found.error().fault == Fault::not_found) {
        const auto opened = open_segment(1, new_segment_flags, ChainEnd{tally_.head.hash});
        return opened.ok() ? make_ready(lock) : opened;
    }
    found =
        found.ok()
            ? reader.read_on([](const UseLine&, const BookTally&) -> Result<void> { return {}; })
            : found;
    if (!found.ok()) {
        return found;
    }
    tally_ = reader.tally();
    synced_ = tally_.head.lines;
    auto ready =
        open_segment(reader.segment(), O_RDWR | O_CLOEXEC | O_NOFOLLOW, reader.segment_end());
    // What the process before this one had written may not have reached the disk.
    ready = ready.ok() ? file_->sync() : ready;
    ready = ready.ok() ? make_ready(lock) : ready;
    UseLine closing{clock_.now(), {}, {}, {}};
    for (const std::uint64_t number : tally_.open) {
        closing.after.push_back({number, UseOutcome::unfinished, {}});
    }
    return ready.ok() && !closing.after.empty() ? append(std::move(closing)) : ready;
}

Result<void> SealBook::open_segment(std::uint32_t segment, int flags, ChainEnd end) {
    const std::string name = segment_name(segment);
    Descriptor file(openat(folder_.get(), name.c_str(), flags, segment_mode));
    if (file.get() < 0) {
        return file_error(options_.folder + '/' + name, errno);
    }
    file_.emplace(options_.folder + '/' + name, std::move(file), std::move(end));
    return {};
}

Result<SealBook::Mark> SealBook::write_before(std::span<UseRow> rows, std::vector<UseEnd> ends) {
    if (!std::all_of(rows.begin(), rows.end(), is_utf8)) {
        return Error{Fault::invalid_input, "who asked for a seal is not told in UTF-8"};
    }
    Lock lock(mutex_);
    const auto ready = make_ready(lock);
    if (!ready.ok()) {
        return ready.error();
    }
    std::uint64_t number = tally_.uses;
    for (UseRow& row : rows) {
        row.number = ++number;
    }
    for (UseEnd& end : ends) {
        end.number = rows[end.number].number;
    }
    return write({clock_.now(), {}, {rows.begin(), rows.end()}, std::move(ends)});
}

Result<SealBook::Mark> SealBook::write_after(std::span<const UseEnd> ends) {
    Lock lock(mutex_);
    const auto ready = make_ready(lock);
    auto written = ready.ok() ? write({clock_.now(), {}, {}, {ends.begin(), ends.end()}})
                              : Result<Mark>(ready.error());
    if (!written.ok()) {
        for (const UseEnd& end : ends) {
            owed_.push_back(end.outcome == UseOutcome::made ? withheld(end, written.error()) : end);
        }
    }
    return written;
}

Result<void> SealBook::wait_for_disk(Mark mark) {
    Lock lock(mutex_);
    return sync(lock, mark);
}

BookHead SealBook::head() const {
    const Lock lock(mutex_);
    return tally_.head;
}

/// Mends what is broken, pays what is owed and begins a new segment when this one is full. Keeps
/// the lock from then on. Nobody waits for a disk that is full: each call tries once.
Result<void> SealBook::make_ready(Lock& lock) {
    const auto full = [this] { return file_->bytes() >= options_.segment_bytes; };
    changed_.wait(lock, [&] { return !syncing_ || !(broken_ || full()); });
    auto done = broken_ ? mend() : Result<void>();
    if (done.ok() && full()) {
        done = sync_here();
        done = done.ok()
                   ? open_segment(tally_.segment + 1, new_segment_flags, ChainEnd{tally_.head.hash})
                   : done;
    }
    if (done.ok() && file_->lines() == 0) {
        done =
            fsync(folder_.get()) == 0 ? append(first_line()) : file_error(options_.folder, errno);
    }
    if (done.ok() && !owed_.empty()) {
        done = append({clock_.now(), {}, {}, owed_});
        if (done.ok()) {
            owed_.clear();
        }
    }
    return done.ok() ? done : give_up(done.error());
}

Result<void> SealBook::mend() {
    const auto mended = file_->write_again(file_->bytes() - unsynced_.size(), unsynced_);
    if (!mended.ok()) {
        return mended;
    }
    all_synced(tally_.head.lines, unsynced_.size());
    broken_.reset();
    return {};
}

Result<void> SealBook::sync_here() {
    auto done = file_->sync();
    if (done.ok()) {
        all_synced(tally_.head.lines, unsynced_.size());
    }
    return done;
}

UseLine SealBook::first_line() const {
    return {clock_.now(),
            SegmentBegin{tally_.segment + 1,
                         tally_.head.hash,
                         tally_.head.lines,
                         tally_.uses,
                         {tally_.open.begin(), tally_.open.end()}},
            {},
            {}};
}

Result<SealBook::Mark> SealBook::write(UseLine line) {
    const auto written = append(std::move(line));
    return written.ok() ? Result<Mark>(tally_.head.lines) : give_up(written.error());
}

Result<void> SealBook::append(UseLine line) {
    line.time = std::max(line.time, tally_.time);
    const std::string json = write_use_line(line);
    auto written = file_->append(json);
    if (!written.ok()) {
        return written;
    }
    unsynced_.append(file_->head()).append(1, ' ').append(json).append(1, '\n');
    SONGDA_CHECK(tally_.take(line, file_->head()).ok());
    if (std::exchange(told_broken_, false) && options_.told) {
        options_.told(std::nullopt);
    }
    return {};
}

/// Whoever comes while nobody syncs does it for all who have written; the others wait for that.
Result<void> SealBook::sync(Lock& lock, Mark mark) {
    while (synced_ < mark) {
        if (broken_) {
            return not_written();
        }
        if (syncing_) {
            changed_.wait(lock);
            continue;
        }
        const Mark written = tally_.head.lines;
        const std::size_t bytes = unsynced_.size();
        syncing_ = true;
        lock.unlock();
        const auto done = file_->sync();
        lock.lock();
        syncing_ = false;
        if (done.ok()) {
            all_synced(written, bytes);
        } else {
            (void)give_up(done.error());
        }
        changed_.notify_all();
    }
    return {};
}

void SealBook::all_synced(Mark mark, std::size_t bytes) {
    synced_ = mark;
    unsynced_.erase(0, bytes);
    changed_.notify_all();
}

Error SealBook::give_up(const Error& why) {
    broken_ = why;
    if (!std::exchange(told_broken_, true) && options_.told) {
        options_.told(why);
    }
    return not_written();
}

Error SealBook::not_written() const {
    return {broken_->fault == Fault::no_space ? Fault::no_space : Fault::unavailable,
            "the book of uses cannot be written: " + broken_->detail};
}

void SealBook::rest() {
    Lock lock(mutex_);
    bool last = false;
    while (!last) {
        last = stopped_.wait_for(lock, options_.rest, [this] { return stopping_; });
        if (make_ready(lock).ok()) {
            (void)sync(lock, tally_.head.lines); // what fails is told
        }
    }
}

} // namespace songda::signer
