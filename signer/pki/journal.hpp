#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "signer/pki/files.hpp"

namespace songda::signer {

/// What happened, by names: `serial`, `reason`, … (docs/formats/pki.md).
using JournalFields = std::map<std::string, std::string>;

struct JournalLine {
    TimeMs time; ///< never before that of the line above, whatever the clock says
    std::string event;
    JournalFields fields;
};

/// The append-only record of an authority. A line is on the disk when `append` returns, and carries
/// the hash of itself and of the line above, so that nothing in it can be changed unseen. A last
/// line that a crash cut short is told by `torn_bytes` and is cut off by the next `append`: nothing
/// was signed on its word. Belongs to one thread, under the folder's lock.
class Journal {
public:
    /// An absent file is an empty journal. Faults: corrupt (a line that is not what was written),
    /// as file_error.
    [[nodiscard]] static Result<Journal> open(const std::string& path);

    [[nodiscard]] const std::vector<JournalLine>& lines() const { return lines_; }
    /// Hash of the last line, hexadecimal: kept elsewhere it shows that no line was taken away.
    [[nodiscard]] const std::string& head() const { return head_; }
    [[nodiscard]] std::size_t torn_bytes() const { return torn_bytes_; }

    /// Faults as file_error; after one nothing more is appended, since what is on the disk is not
    /// known until the folder is opened again.
    [[nodiscard]] Result<void> append(std::string_view event, const JournalFields& fields,
                                      TimeMs now);

private:
    Journal(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
    [[nodiscard]] Result<void> read_lines(std::string_view text);
    [[nodiscard]] int write_line(const std::string& line);

    std::string path_;
    Descriptor file_;
    std::vector<JournalLine> lines_;
    std::string head_;
    std::size_t whole_bytes_ = 0;
    std::size_t torn_bytes_ = 0;
    bool failed_ = false;
};

} // namespace songda::signer
