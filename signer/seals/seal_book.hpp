#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>

#include "base/chain_file.hpp"
#include "base/folder.hpp"
#include "base/time.hpp"
#include "signer/seals/use_reader.hpp"

namespace songda::signer {

/// The book of uses of seals 用印登记簿 (docs/formats/seals.md): hash-chained lines in segments of
/// one folder, which one process writes (`uses.lock`). Rows are in the file, and survive the death
/// of this process, before a key is used; `wait_for_disk` makes them survive the machine's. One
/// sync serves all threads that wait; what nobody waits for is on the disk a second later. After a
/// failed write or sync nothing is taken in any more until what is not known to be on the disk
/// could be written once more: then the book goes on by itself. Safe to call from several threads.
class SealBook {
public:
    struct Options {
        std::string folder; ///< there already
        std::size_t segment_bytes = segment_bytes_usual;
        std::chrono::milliseconds rest{
            1000}; ///< after which a row is on the disk, asked for or not
        /// Hears why nothing can be written, once, and (nothing) that it can be again. Called by
        /// threads that use the book, one after the other.
        std::function<void(const std::optional<Error>&)> told = nullptr;
    };
    static constexpr std::size_t segment_bytes_usual = std::size_t{64} << 20U;
    /// How a segment is made, so that a cage can tell it from opening a file that is there.
    static constexpr int new_segment_flags = O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW;

    /// Goes on from the newest segment; uses that a process left without an end get one
    /// (`unfinished`). The clock outlives it. Faults: conflict (another process writes it), corrupt
    /// (a line that is not what was written), as file_error.
    [[nodiscard]] static Result<std::unique_ptr<SealBook>> open(Options options,
                                                                const Clock& clock);
    SealBook(const SealBook&) = delete;
    SealBook& operator=(const SealBook&) = delete;
    /// What was written is on the disk, if it can be.
    ~SealBook();

    /// Of what was written up to some moment.
    using Mark = std::uint64_t;

    /// Numbers the rows and writes them in one line, with the ends of those that have one already:
    /// `ends` count rows from 0. In the file when this returns ok. Faults: invalid_input (a text is
    /// not UTF-8), unavailable and no_space (nothing was written).
    [[nodiscard]] Result<Mark> write_before(std::span<UseRow> rows, std::vector<UseEnd> ends = {});
    /// By their numbers. After a fault the book says of them that they failed, as soon as it can be
    /// written: nothing that was signed may leave. Faults as above.
    [[nodiscard]] Result<Mark> write_after(std::span<const UseEnd> ends);
    /// Returns ok when everything up to `mark` is on the disk. After a fault (unavailable,
    /// no_space) that is not known.
    [[nodiscard]] Result<void> wait_for_disk(Mark mark);

    [[nodiscard]] BookHead head() const;

private:
    using Lock = std::unique_lock<std::mutex>;

    SealBook(Options options, const Clock& clock, FolderLock lock, Descriptor folder);
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> open_segment(std::uint32_t segment, int flags, ChainEnd end);
    [[nodiscard]] Result<void> make_ready(Lock& lock);
    [[nodiscard]] Result<void> mend();
    [[nodiscard]] Result<void> sync_here();
    [[nodiscard]] UseLine first_line() const;
    [[nodiscard]] Result<Mark> write(UseLine line);
    [[nodiscard]] Result<void> append(UseLine line);
    [[nodiscard]] Result<void> sync(Lock& lock, Mark mark);
    void all_synced(Mark mark, std::size_t bytes);
    [[nodiscard]] Error give_up(const Error& why);
    [[nodiscard]] Error not_written() const;
    void rest();

    const Options options_;
    const Clock& clock_;
    const FolderLock lock_;
    const Descriptor folder_;
    mutable std::mutex mutex_; ///< guards all that follows
    std::optional<ChainFile> file_;
    BookTally tally_;
    std::string unsynced_; ///< lines of the file that are not known to be on the disk
    Mark synced_ = 0;      ///< lines of the book that are
    bool syncing_ = false; ///< some thread is, outside the mutex
    std::optional<Error> broken_;
    bool told_broken_ = false;        ///< until something new could be written
    std::vector<UseEnd> owed_;        ///< ends that could not be written
    std::condition_variable changed_; ///< of all of it, but for:
    /// What a thread asks of the kernel while it starts is more than a cage allows later.
    std::latch running_{1};
    bool stopping_ = false;
    std::condition_variable stopped_;
    std::thread resting_;
};

} // namespace songda::signer
