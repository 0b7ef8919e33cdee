#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/evidence.hpp"
#include "store/push_subscription.hpp"
#include "store/rating.hpp"
#include "store/rows.hpp"
#include "store/tracking.hpp"

/// Rows ↔ bytes: version 1 ‖ kind ‖ fields ‖ CRC-32C, as docs/formats/store.md says. Decoding is
/// strict (kind, version, checksum, bounds, no byte left over) and never crashes, whatever the
/// bytes; everything refused is `corrupt`. Encoding does not look at limits: see check_row.
namespace songda::store {

/// An intent as stored: voided ones stay on record.
struct IntentRecord {
    Intent intent;
    std::optional<std::string> voided; ///< the reason
    bool operator==(const IntentRecord&) const = default;
};

/// Where a shared prefix is.
struct PrefixRow {
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
    bool operator==(const PrefixRow&) const = default;
};

/// What the indexes with random keys will say of a document that is new: FreshIndex.
struct FreshRow {
    DocumentKey key;
    DocumentId document;
    std::optional<InboxId> inbox; ///< where it lies for its recipient
    TimeMs at;                    ///< since when
    bool operator==(const FreshRow&) const = default;
};

/// Where the next file goes. Everything from here on is free.
struct SegmentCursor {
    std::uint32_t segment = 1;
    std::uint64_t offset = 0;
    bool operator==(const SegmentCursor&) const = default;
};

/// Every row of rows.hpp that is stored, and those above.
template <class Row>
[[nodiscard]] Bytes encode(const Row& row);

/// `decode<DocumentRow>(bytes)`; for every row type that has an `encode`.
template <class Row>
[[nodiscard]] Result<Row> decode(ByteView bytes);

/// `invalid_input` when the encoded row would be longer than record_bytes_max or a text does not
/// fit its length field.
template <class Row>
[[nodiscard]] Result<void> check_row(const Row& row);

} // namespace songda::store
