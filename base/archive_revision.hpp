#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// The revision behind one of our own files that carries an archive time-stamp (/DocTimeStamp, ETSI
/// EN 319 142-1 §5.4.3, ISO 32000-1 §7.5.6; docs/formats/pdf.md, "Archive time-stamps"). It has one
/// spelling: whoever reads it writes it again and compares, so that nothing else can be behind an
/// issued file. The issued bytes stay as they are. Pure; for bytes from anybody.
namespace songda {

/// Renewed every few years; more than a century of them.
inline constexpr std::size_t archive_stamps_max = 32;
/// Room for a token of another authority with its chain.
inline constexpr std::size_t archive_token_bytes_max = 16U << 10U;

/// One such revision. Offsets into the file.
struct ArchiveStamp {
    std::size_t begin = 0;
    std::size_t gap_begin = 0; ///< of `<`
    std::size_t gap_end = 0;   ///< after `>`
    std::size_t end = 0;
    std::size_t table = 0; ///< of its `xref`
    Bytes token;           ///< DER; the zeros after it are checked and cut off
};

/// What is behind the first `issued_bytes` of a file, all of it. Empty if nothing is. Fault
/// corrupt: anything but such revisions, each with a token in it.
[[nodiscard]] Result<std::vector<ArchiveStamp>> read_archive_stamps(ByteView file,
                                                                    std::size_t issued_bytes);

/// A file with room for one more token, and where that is.
struct ArchiveDraft {
    Bytes file;
    ArchiveStamp stamp; ///< without a token yet

    /// What the token is about: SHA-256 of everything but the gap.
    [[nodiscard]] Digest digest() const;
    /// Fault invalid_input: larger than its room.
    [[nodiscard]] Result<void> put(ByteView token);
};

/// Faults: corrupt (not our file), invalid_input (too many already, or the file is too large).
[[nodiscard]] Result<ArchiveDraft> add_archive_stamp(ByteView file, std::size_t issued_bytes,
                                                     std::size_t token_bytes);

/// SHA-256 of what a revision's token is about.
[[nodiscard]] Digest archive_digest(ByteView file, const ArchiveStamp& stamp);

} // namespace songda
