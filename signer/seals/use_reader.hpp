#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "base/chain_file.hpp"
#include "base/open_file.hpp"
#include "base/result.hpp"
#include "signer/seals/book_head.hpp"
#include "signer/seals/use_line.hpp"

/// Reading the book of uses: by whoever goes on writing it, and by auditors beside it.
namespace songda::signer {

/// `uses-000001`.
[[nodiscard]] std::string segment_name(std::uint32_t segment);

/// What the lines of a book come to so far.
struct BookTally {
    BookHead head{0, chain_start()};
    std::uint32_t segment = 0;
    std::uint64_t uses = 0;
    std::set<std::uint64_t> open; ///< uses without an end
    TimeMs time;

    /// The line that follows, whose own HASH is `hash`. Fault corrupt: it does not follow on what
    /// was there; the words go on from "line N ".
    [[nodiscard]] Result<void> take(const UseLine& line, std::string_view hash);
};

/// Reads a book from its first segment on, a piece at a time: its memory does not grow with the
/// book, but for uses without an end. Belongs to one thread; a writer may be at work beside it.
class UseReader {
public:
    /// Hears of each whole line; the tally is as of that line. An error of it ends the reading.
    using Each = std::function<Result<void>(const UseLine& line, const BookTally& tally)>;

    explicit UseReader(std::string folder) : folder_(std::move(folder)) {}

    /// From the newest segment on instead, which says what was before it. Faults:
    /// not_found (the folder has no book), corrupt, as file_error.
    [[nodiscard]] Result<void> begin_at_newest();
    /// All whole lines that were not read yet. Faults: corrupt (names segment and line), not_found
    /// (no book, or a segment is missing), as file_error, as `each`.
    [[nodiscard]] Result<void> read_on(const Each& each);

    [[nodiscard]] const BookTally& tally() const { return tally_; }
    /// Of the segment that was read last: its lines, and whether another is torn behind them.
    [[nodiscard]] const ChainEnd& segment_end() const { return end_; }
    [[nodiscard]] std::uint32_t segment() const { return segment_; }
    /// Bytes of all segments up to here.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_before_ + end_.whole_bytes; }

private:
    [[nodiscard]] Result<void> go_on_from(std::uint32_t segment, std::string_view first_line);
    [[nodiscard]] Result<void> read_segment(const Each& each);

    std::string folder_;
    std::uint32_t segment_ = 1;
    ChainEnd end_{chain_start()};
    std::uint64_t bytes_before_ = 0;
    BookTally tally_;
};

} // namespace songda::signer
