#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/open_file.hpp"
#include "base/result.hpp"

/// Append-only files of hash-chained lines: `HASH SP JSON LF`, HASH being the hexadecimal SHA-256
/// of the HASH of the line above and this JSON, so that nothing in them is changed unseen. Records
/// of what was done with keys are kept so: journal.hpp, and the book of uses of seals.
namespace songda {

/// Stands above the first line of a chain.
[[nodiscard]] const std::string& chain_start();

/// Hears of each whole line: its JSON. An error of it ends the reading.
using ChainReader = std::function<Result<void>(std::string_view json)>;

/// How far a text of lines goes.
struct ChainEnd {
    std::string head;      ///< HASH of its last whole line; what was above it if there is none
    std::size_t lines = 0; ///< whole ones
    std::size_t whole_bytes = 0; ///< of these
    std::size_t torn_bytes = 0;  ///< behind them: a last line that a crash cut short
};

/// Reads lines that follow on `head`; `name` and `lines_before` are for the words of a fault.
/// Faults: corrupt (a line that is not what was written), as `each`.
[[nodiscard]] Result<ChainEnd> read_chain(std::string_view text, std::string head,
                                          const ChainReader& each, const std::string& name,
                                          std::size_t lines_before = 0);

/// One such file, open for appending. One thread at a time; `sync` may run beside `append`.
/// Move-only.
class ChainFile {
public:
    /// An absent file is made, with its name on the disk; one that is there is read, from `head`
    /// on. Faults: corrupt, invalid_input (larger than `bytes_max`), as file_error, as `each`.
    [[nodiscard]] static Result<ChainFile> open(const std::string& path, std::string head,
                                                const ChainReader& each, std::size_t bytes_max,
                                                mode_t mode = 0600);

    /// One that the caller has opened and read, up to `end`.
    ChainFile(std::string path, Descriptor file, ChainEnd end)
        : path_(std::move(path)), file_(std::move(file)), end_(std::move(end)) {}

    /// HASH of the last line: kept elsewhere it shows that no line was taken away.
    [[nodiscard]] const std::string& head() const { return end_.head; }
    [[nodiscard]] std::size_t lines() const { return end_.lines; }
    [[nodiscard]] std::size_t bytes() const { return end_.whole_bytes; }
    [[nodiscard]] std::size_t torn_bytes() const { return end_.torn_bytes; }

    /// When this returns ok the line survives the death of this process, but not yet the machine's.
    /// A torn end is cut off first. After a fault (as file_error) nothing more is appended, since
    /// what is in the file is not known until it is opened again. Fault unavailable: it was given
    /// up.
    [[nodiscard]] Result<void> append(std::string_view json);

    /// When this returns ok, every line whose `append` ended before it was called is on the disk.
    /// Faults as file_error; after one call `give_up`: a later sync may succeed over lost pages.
    [[nodiscard]] Result<void> sync() const;

    /// Nothing more is appended. What was appended since the last sync is taken out if it can be;
    /// else it stands there when the file is opened again.
    void give_up(std::size_t synced_bytes);

    /// After a fault: writes `lines`, all that stands behind `synced_bytes`, once more. When this
    /// returns ok they are on the disk and appending goes on: what was written anew is what the
    /// next sync is about, whatever became of the pages before. Faults as file_error.
    [[nodiscard]] Result<void> write_again(std::size_t synced_bytes, std::string_view lines);

private:
    [[nodiscard]] int cut_torn_end();
    [[nodiscard]] int write_at(std::size_t place, std::string_view bytes);

    std::string path_;
    Descriptor file_;
    ChainEnd end_;
    bool failed_ = false;
};

} // namespace songda
