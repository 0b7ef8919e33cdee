#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/chain_file.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace songda {

/// What happened, by names: `serial`, `reason`, … (docs/formats/pki.md).
using JournalFields = std::map<std::string, std::string>;

struct JournalLine {
    TimeMs time; ///< never before that of the line above, whatever the clock says
    std::string event;
    JournalFields fields;
};

/// Fault corrupt: not the JSON of a line, which begins its words ("names no time …").
[[nodiscard]] Result<JournalLine> read_journal_line(std::string_view json);

/// Keeps each line of a chain, for whoever reads one that others write. `lines` outlives it.
[[nodiscard]] ChainReader keep_journal_lines(std::vector<JournalLine>& lines);

/// A small append-only record whose lines are all held (chain_file.hpp). A line is on the disk when
/// `append` returns. A last line that a crash cut short is told by `torn_bytes` and is cut off by
/// the next `append`: nothing was done on its word. Belongs to one thread, under its folder's lock.
class Journal {
public:
    /// An absent file is an empty journal. Faults: corrupt (a line that is not what was written),
    /// as file_error.
    [[nodiscard]] static Result<Journal> open(const std::string& path, mode_t mode = 0600);

    [[nodiscard]] const std::vector<JournalLine>& lines() const { return lines_; }
    [[nodiscard]] const std::string& head() const { return file_.head(); }
    [[nodiscard]] std::size_t torn_bytes() const { return file_.torn_bytes(); }

    /// Faults: invalid_input (not UTF-8), as file_error; after one of those nothing more is
    /// appended, since what is on the disk is not known until the folder is opened again.
    [[nodiscard]] Result<void> append(std::string_view event, const JournalFields& fields,
                                      TimeMs now);

private:
    Journal(ChainFile file, std::vector<JournalLine> lines)
        : file_(std::move(file)), lines_(std::move(lines)) {}

    ChainFile file_;
    std::vector<JournalLine> lines_;
};

} // namespace songda
