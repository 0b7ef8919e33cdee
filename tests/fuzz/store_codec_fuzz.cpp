// sources: store/codec.cpp store/detail/crc32c.cpp
// The decoder of stored rows: any bytes, with their own checksum and with a right one, are refused
// or encode to themselves; those of an earlier version to the same row.
#include "store/codec.hpp"

#include "base/check.hpp"
#include "store/detail/crc32c.hpp"

namespace songda::store {
namespace {

template <class Row>
void decode_once(ByteView bytes) {
    const Result<Row> row = decode<Row>(bytes);
    if (row.ok()) {
        const Bytes again = encode(row.value());
        const bool of_today = again.front() == bytes.front(); // the version
        SONGDA_CHECK(of_today ? as_text(again) == as_text(bytes)
                              : decode<Row>(again).value() == row.value());
    }
}

void decode_as_every_row(ByteView bytes) {
    decode_once<IntentRecord>(bytes);
    decode_once<DocumentRow>(bytes);
    decode_once<StatusChange>(bytes);
    decode_once<IdempotencyRow>(bytes);
    decode_once<LegRow>(bytes);
    decode_once<LegEvent>(bytes);
    decode_once<InboxEntry>(bytes);
    decode_once<LinkAccess>(bytes);
    decode_once<ApiKey>(bytes);
    decode_once<AuditRow>(bytes);
    decode_once<PrefixRow>(bytes);
    decode_once<SegmentCursor>(bytes);
    decode_once<FreshRow>(bytes);
    decode_once<CaseEvent>(bytes);
    decode_once<DraftRow>(bytes);
    decode_once<PaperCopy>(bytes);
    decode_once<EditionRow>(bytes);
    decode_once<RevisionRow>(bytes);
    decode_once<AugmentationRow>(bytes);
    decode_once<QrKeyRow>(bytes);
    decode_once<MessageRow>(bytes);
    decode_once<ServiceEntry>(bytes);
    decode_once<ConsentEntry>(bytes);
    decode_once<PushSubscription>(bytes);
    decode_once<RatingRow>(bytes);
    decode_once<KioskRow>(bytes);
    decode_once<KioskCertificate>(bytes);
    decode_once<KioskSeen>(bytes);
    decode_once<TryCount>(bytes);
    decode_once<CollectingLock>(bytes);
}

} // namespace
} // namespace songda::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView bytes(data, size);
    store::decode_as_every_row(bytes);
    Bytes sealed(bytes.begin(), bytes.end());
    const std::uint32_t checksum = store::detail::crc32c(sealed);
    for (int shift = 24; shift >= 0; shift -= 8) {
        sealed.push_back(static_cast<std::uint8_t>(checksum >> shift));
    }
    store::decode_as_every_row(sealed);
    return 0;
}
