#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "store/rows.hpp"

/// Evidence of delivery 送达证据: one record for each event of a document's delivery, chained per
/// document, all in one order. What a record says is somebody else's (Testify): the store keeps its
/// text and never changes it. docs/formats/evidence.md.
namespace songda::store {

/// One record as it stands.
struct EvidenceRow {
    std::uint64_t sequence = 0; ///< among all records; from 1, no gaps
    DocumentId document;
    std::uint32_t position = 0; ///< in the document's chain; from 1, no gaps
    std::string text;
    bool operator==(const EvidenceRow&) const = default;
};
/// By which the next record of the chain, and the tree of a batch, name it.
[[nodiscard]] Digest hash_of(const EvidenceRow& record);

/// Records that were sealed together: those after the batch before, up to and with `last`.
struct EvidenceBatchRow {
    std::uint64_t number = 0; ///< from 1, no gaps
    std::uint64_t first = 0;  ///< EvidenceRow::sequence
    std::uint64_t last = 0;
    TimeMs at;
    std::string statement; ///< what was sealed: names the batch before and the root of the tree
    Bytes seal;            ///< CMS, DER, over the statement
    Bytes token;           ///< RFC 3161 over the seal; empty: not yet
    bool operator==(const EvidenceBatchRow&) const = default;
};

/// Something that happened in a document's delivery, as it stands in the transaction that writes
/// it. One of `event` with its leg, `service`, `consent` and `opened` is set; none of them in the
/// first record of a chain, which says that the document was taken in.
struct Testified {
    const DocumentRow& document;
    const Digest& file_hash; ///< of the file as it is handed out now, with its revisions
    std::uint32_t position = 0;
    const Digest& previous; ///< hash_of the record before; of the first the file_hash as issued
    const InboxId* inbox = nullptr;             ///< of the recipient; null: there is none yet
    const ConsentEntry* last_consent = nullptr; ///< in force or taken back
    const LegRow* leg = nullptr;                ///< as it is from now on
    const LegEvent* event = nullptr;
    const ServiceEntry* service = nullptr;
    const ConsentEntry* consent = nullptr;
    const InboxEntry* opened = nullptr;
};
/// The record's text: UTF-8, at most evidence_text_bytes_max, never empty. Called inside the
/// transaction, it only thinks. A store is given one when it is opened, so that nothing that
/// happens can be without its record. Issuing writes none: the first event after it brings the
/// records of what was written with the document.
using Testify = std::function<std::string(const Testified&)>;

/// How far records and their seals are.
struct EvidenceCounts {
    std::uint64_t records = 0;
    std::uint64_t sealed = 0; ///< of these
    std::uint64_t batches = 0;
    std::uint64_t without_token = 0;           ///< of these
    std::optional<TimeMs> oldest_without = {}; ///< EvidenceBatchRow::at of the first of those
    bool operator==(const EvidenceCounts&) const = default;
};

} // namespace songda::store
