#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/evidence.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The revisions behind one of our own files (ISO 32000-1 §7.5.6; docs/formats/pdf.md, "Archive
/// revisions"): each adds to the document security store (/DSS, ISO 32000-2 §12.8.4.3, ETSI EN
/// 319 142-1 §5.4.2), or carries an archive time-stamp (/DocTimeStamp, §5.4.3), or both, and then
/// the time-stamp is over what was added with it; once in a file an electronic seal (GB/T 38540, in
/// the PDF /GM.sm2seal) may stand in the place of a time-stamp. A revision has one spelling:
/// whoever reads it writes it again and compares, so that nothing else can be behind an issued
/// file. The issued bytes stay as they are. Pure; for bytes from anybody.
namespace songda {

/// Renewed every few years, with what is needed beside it; more than a century of them.
inline constexpr std::size_t archive_stamps_max = 32;
inline constexpr std::size_t archive_revisions_max = 64;
/// Room for a token of another authority with its chain.
inline constexpr std::size_t archive_token_bytes_max = 16U << 10U;
/// Of a SES_Signature, which has the whole seal with its picture in it.
inline constexpr std::size_t archive_seal_bytes_max = 56U << 10U;
/// Of all revisions together; and of one item, which is a list of 40,000 revoked certificates.
inline constexpr std::size_t archive_evidence_items_max = 128;
inline constexpr std::size_t archive_evidence_bytes_max = 2U << 20U;

/// Where a revision's time-stamp or electronic seal is. Offsets into the file.
struct ArchiveSlot {
    std::size_t gap_begin = 0; ///< of `<`
    std::size_t gap_end = 0;   ///< after `>`
    std::size_t end = 0;       ///< of the revision, and of what the token is about
    Bytes token;               ///< DER; the zeros after it are checked and cut off
};

struct ArchiveSeal {
    ArchiveSlot slot; ///< its token: SES_Signature (electronic_seal.hpp)
    TimeMs at;        ///< /M: whole seconds
};

/// One revision. Offsets into the file. It has evidence, a time-stamp or a seal, or both.
struct ArchiveRevision {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t table = 0;          ///< of its `xref`
    std::vector<Evidence> evidence; ///< that it adds: certificates, OCSP answers, lists
    std::optional<ArchiveSlot> stamp;
    std::optional<ArchiveSeal> seal;

    /// Of the one or the other; null: it has neither.
    [[nodiscard]] const ArchiveSlot* slot() const {
        return stamp ? &*stamp : seal ? &seal->slot : nullptr;
    }
};

/// What is behind the first `issued_bytes` of a file, all of it. Empty if nothing is. Fault
/// corrupt: anything but such revisions, each time-stamp with a token in it, nothing in the store
/// twice.
[[nodiscard]] Result<std::vector<ArchiveRevision>> read_archive(ByteView file,
                                                                std::size_t issued_bytes);

/// What one more revision is to have.
struct ArchiveAddition {
    std::vector<Evidence> evidence; ///< what the file has already is left out
    std::size_t token_bytes = 0;    ///< room for a token; 0: no time-stamp
    /// Then the token is an electronic seal of that time and not a time-stamp.
    std::optional<TimeMs> sealed_at{};
};

/// A file with one more revision. With a time-stamp or a seal there is room for its token, and
/// where.
struct ArchiveDraft {
    Bytes file;
    ArchiveRevision revision;

    /// Of a draft with a time-stamp: what the token is about, SHA-256 of everything but the gap.
    [[nodiscard]] Digest digest() const;
    /// Fault invalid_input: larger than its room.
    [[nodiscard]] Result<void> put(ByteView token);
};

/// Faults: corrupt (not our file), invalid_input (too many already, too large, or nothing to add).
/// A seal's time is cut to the second.
[[nodiscard]] Result<ArchiveDraft> add_archive_revision(ByteView file, std::size_t issued_bytes,
                                                        const ArchiveAddition& addition);

/// What a token is about, in the order in which it is hashed.
[[nodiscard]] std::array<ByteView, 2> archive_ranges(ByteView file, const ArchiveSlot& slot);
/// SHA-256 of that.
[[nodiscard]] Digest archive_digest(ByteView file, const ArchiveSlot& slot);

} // namespace songda
