// Every row survives its bytes; nothing else decodes: every truncation, every flipped bit, random
// bytes. The checksum is compared with the value that RFC 3720 prints.
#include "store/codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text_codec.hpp"
#include "store/detail/crc32c.hpp"
#include "store/limits.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

template <class Row>
void expect_strict(const Row& row) {
    const Bytes bytes = encode(row);
    const Result<Row> back = decode<Row>(bytes);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back.value(), row);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(decode<Row>(ByteView(bytes).first(length)).ok()) << length;
    }
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes damaged = bytes;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(decode<Row>(damaged).ok()) << bit;
    }
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(decode<Row>(longer).ok());
}

TEST(StoreCodec, ChecksumIsCrc32cOfTheStandard) {
    EXPECT_EQ(detail::crc32c(as_bytes("123456789")), 0xE3069283U);
    EXPECT_EQ(detail::crc32c(Bytes(32, 0)), 0x8A9136AAU); // RFC 3720 B.4, 32 zero bytes
}

TEST(StoreCodec, EveryRowReturnsAndNothingDamagedDoes) {
    const Bytes file = samples::file_bytes(1, 10);
    expect_strict(IntentRecord{samples::intent(7), std::nullopt});
    expect_strict(IntentRecord{samples::intent(7), "signer refused"});
    expect_strict(samples::issue(7, file).document);
    expect_strict(samples::issue(7, file).document.first_status);
    DocumentRow licence = samples::issue(7, file).document;
    licence.identifier = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.1.001.U";
    licence.relation = {RelationKind::annotates, samples::numbered<DocumentId>(6)};
    licence.first_status.operation = Operation::changed;
    expect_strict(licence);
    expect_strict(StatusChange{DocumentStatus::other, TimeMs{7}, "r", "a", Operation::other,
                               "第六十九条", "另案处理"});
    expect_strict(IdempotencyRow{sha256(file), samples::numbered<DocumentId>(7), TimeMs{-5}});
    expect_strict(samples::leg(1, 7, 1, TimeMs{50}));
    expect_strict(samples::leg(1, 7, 1, std::nullopt));
    LegRow dead = samples::leg(1, 7, 1, std::nullopt);
    dead.dead_since = TimeMs{60};
    dead.has_notices = true;
    expect_strict(dead);
    LegRow notice = samples::leg(1, 7, 1, TimeMs{50});
    notice.purpose = LegPurpose::supervision;
    notice.tells = ToldStatus{samples::numbered<DocumentId>(6), 2};
    expect_strict(notice);
    expect_strict(LegEvent{"accepted", TimeMs{1}, TimeMs{2}, 3, "250 OK"});
    expect_strict(InboxEntry{{}, samples::numbered<DocumentId>(7), TimeMs{5}, TimeMs{6}});
    expect_strict(LinkAccess{samples::numbered<LegId>(1), 5, TimeMs{9}});
    expect_strict(LinkAccess{samples::numbered<LegId>(1), 0, std::nullopt});
    expect_strict(ApiKey{"kid",
                         sha256(file),
                         samples::department(1),
                         {"issue", "read"},
                         TimeMs{1},
                         TimeMs{2},
                         TimeMs{3},
                         "label"});
    expect_strict(samples::audit_row(3));
    expect_strict(PrefixRow{1, 128, 70'000});
    expect_strict(samples::case_event(1));
    expect_strict(samples::draft(1));
    expect_strict(samples::paper_copy(1));
    expect_strict(samples::edition(1));
    expect_strict(samples::levelled(7, file).document);
    expect_strict(RevisionRow{TimeMs{5}, SignatureLevel::b_lta, TimeMs{9}, 3, 4096, 5000, 70'000,
                              sha256(file)});
    expect_strict(AugmentationRow{samples::numbered<DocumentId>(7), SignatureLevel::b_lt,
                                  SignatureLevel::b_t, TimeMs{5}, TimeMs{6}, TimeMs{9}, TimeMs{7},
                                  3, 2, "unavailable: nobody answers"});
    expect_strict(samples::qr_key(1));
    expect_strict(MessageRow{samples::numbered<DocumentId>(7), sha256(file), std::nullopt, 2, "",
                             TimeMs{5}, 3, 4096, 2000, sha256(file)});
    expect_strict(MessageRow{samples::numbered<DocumentId>(7),
                             sha256(file),
                             TimeMs{4},
                             1,
                             "forbidden: the seal certificate is not valid now",
                             std::nullopt,
                             0,
                             0,
                             0,
                             {}});
    expect_strict(SegmentCursor{3, 4096});
    expect_strict(ServiceEntry{1, TimeMs{5}, TimeMs{6}, samples::numbered<LegId>(7),
                               "portal-opened", "2026-1", "operator", "直接送达"});
    expect_strict(ServiceEntry{5, TimeMs{5}, TimeMs{6}, std::nullopt, "", "", "", ""});
    expect_strict(
        ConsentEntry{true, "送达地址确认书", "2026-1", {2026, 11, 18}, TimeMs{5}, "decision"});
    expect_strict(PushSubscription{samples::numbered<InboxId>(7),
                                   Private<std::string>("https://push.example/7"), Bytes(65, 4),
                                   Private<std::string>(std::string(16, 'a')), TimeMs{5}});
    expect_strict(samples::rating(7));
    expect_strict(samples::tracked_event(7));
    const auto kiosk = samples::numbered<KioskId>(7);
    expect_strict(KioskRow{kiosk,
                           "hall",
                           "SN-1",
                           "一楼自助机",
                           {"ZY"},
                           TimeMs{5},
                           "operator",
                           sha256(file),
                           TimeMs{6},
                           TimeMs{7},
                           "遗失"});
    expect_strict(KioskCertificate{sha256(file), kiosk, TimeMs{5}, TimeMs{6}});
    expect_strict(KioskSeen{kiosk, TimeMs{5}, TimeMs{4}, "songda-kiosk 1", "idle"});
    expect_strict(TryCount{sha256(file), 3, TimeMs{5}});
    expect_strict(
        CollectingLock{samples::numbered<LegId>(1), kiosk, sha256(file), TimeMs{5}, 2, 1});
    expect_strict(samples::outage_package(7, 1));
    expect_strict(OutageHead{kiosk, 3, std::string(64, 'a'), Bytes(91, 4), TimeMs{5}});
    expect_strict(OutageLineRow{TimeMs{5}, "line\n"});
    const auto key = samples::numbered<DocumentKey>(7);
    expect_strict(FreshRow{key, samples::numbered<DocumentId>(7), std::nullopt, TimeMs{5}});
    expect_strict(FreshRow{key, samples::numbered<DocumentId>(7), InboxId{}, TimeMs{5}});
}

TEST(StoreCodec, DocumentsOfVersionOneAreReadWithoutTheirDayAndFirstStatus) {
    DocumentRow row = samples::issue(7, samples::file_bytes(1, 10)).document;
    row.decided_on.reset();
    row.first_status = {};
    Bytes old = encode(row);
    ASSERT_EQ(old[0], 5);
    old.resize(old.size() - 29); // no day, first status, licence, level, term, and no checksum
    old[0] = 1;
    const auto seal = [](Bytes bytes) {
        const std::uint32_t sum = detail::crc32c(bytes);
        for (const int shift : {24, 16, 8, 0}) {
            bytes.push_back(static_cast<std::uint8_t>(sum >> shift));
        }
        return bytes;
    };
    const auto back = decode<DocumentRow>(seal(old));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back.value(), row);
    old[0] = 6;
    EXPECT_FALSE(decode<DocumentRow>(seal(old)).ok()) << "a version to come";
    Bytes other = encode(PrefixRow{1, 128, 70'000});
    other.resize(other.size() - 4);
    other[0] = 2;
    EXPECT_FALSE(decode<PrefixRow>(seal(other)).ok()) << "prefixes have version 1 only";
}

/// As a store of before holds them: their bytes were taken from it.
TEST(StoreCodec, DocumentsOfVersionTwoAndStatusesOfVersionOneAreReadWithoutLicence) {
    DocumentRow row = samples::issue(7, samples::file_bytes(1, 10)).document;
    Bytes old = encode(row);
    old.resize(old.size() - 4 - 1 - 2 - 8); // term; level; operation to relation
    old[0] = 2;
    const std::uint32_t sum = detail::crc32c(old);
    for (const int shift : {24, 16, 8, 0}) {
        old.push_back(static_cast<std::uint8_t>(sum >> shift));
    }
    const auto back = decode<DocumentRow>(old);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back.value(), row);
    const auto change = decode<StatusChange>(from_hex("010303000000000000010200017200026162"
                                                      "33bae199")
                                                 .value());
    ASSERT_TRUE(change.ok());
    EXPECT_EQ(change.value(), (StatusChange{DocumentStatus::revoked, TimeMs{0x0102}, "r", "ab"}));
}

/// As a store of before holds it: every leg was service.
TEST(StoreCodec, LegsOfVersionOneAreReadAsService) {
    const auto old = decode<LegRow>(from_hex("0105"
                                             "00000000000000010000000000000000" // leg
                                             "00000000000000070000000000000000" // document
                                             "0012313133323031303030303030303030303131"
                                             "0201"               // channel, state
                                             "010000000000000032" // due
                                             "000000000000"       // fence, attempts
                                             "0013736f6d656f6e65406578616d706c652e6f7267"
                                             "0000"                             // no reason
                                             "0000000000000001"                 // created
                                             "00000000000f4240"                 // deadline
                                             "00000000000000000000000000000000" // inbox
                                             "a53adaef")
                                        .value());
    ASSERT_TRUE(old.ok());
    EXPECT_EQ(old.value(), samples::leg(1, 7, 1, TimeMs{50}));
}

TEST(StoreCodec, GoldenBytesOfANotice) {
    // docs/formats/store.md, worked example.
    LegRow leg = samples::leg(1, 7, 1, std::nullopt);
    leg.address = Private<std::string>("a@b.cn");
    leg.purpose = LegPurpose::notice;
    leg.tells = ToldStatus{samples::numbered<DocumentId>(7), 2};
    EXPECT_EQ(to_hex(encode(leg)), "0405"
                                   "00000000000000010000000000000000"
                                   "00000000000000070000000000000000"
                                   "0012313133323031303030303030303030303131"
                                   "0201"
                                   "00"
                                   "000000000000"
                                   "00066140622e636e"
                                   "0000"
                                   "000000000000000100000000000f4240"
                                   "00000000000000000000000000000000"
                                   "02"
                                   "010000000000000007000000000000000000000002"
                                   "0000"
                                   "d6370519");
    // As stores of before hold it: nobody noted who had chosen notices.
    EXPECT_EQ(decode<LegRow>(from_hex("0305"
                                      "00000000000000010000000000000000"
                                      "00000000000000070000000000000000"
                                      "0012313133323031303030303030303030303131"
                                      "0201"
                                      "00"
                                      "000000000000"
                                      "00066140622e636e"
                                      "0000"
                                      "000000000000000100000000000f4240"
                                      "00000000000000000000000000000000"
                                      "02"
                                      "010000000000000007000000000000000000000002"
                                      "00"
                                      "b9141939")
                                 .value())
                  .value(),
              leg);
    // And before that nobody listed what was given up.
    EXPECT_EQ(decode<LegRow>(from_hex("0205"
                                      "00000000000000010000000000000000"
                                      "00000000000000070000000000000000"
                                      "0012313133323031303030303030303030303131"
                                      "0201"
                                      "00"
                                      "000000000000"
                                      "00066140622e636e"
                                      "0000"
                                      "000000000000000100000000000f4240"
                                      "00000000000000000000000000000000"
                                      "02"
                                      "010000000000000007000000000000000000000002"
                                      "0dbfb280")
                                 .value())
                  .value(),
              leg);
}

TEST(StoreCodec, GoldenBytesOfAStatusChange) {
    // docs/formats/store.md, worked example.
    EXPECT_EQ(to_hex(encode(StatusChange{DocumentStatus::revoked, TimeMs{0x0102}, "r", "ab",
                                         Operation::ended, "c"})),
              "0203"
              "03"
              "0000000000000102"
              "000172"
              "00026162"
              "05"
              "000163"
              "0000"
              "a7ebfb65");
}

TEST(StoreCodec, LongRowsAndTextsAreRefusedBeforeTheyAreStored) {
    AuditRow row = samples::audit_row(1);
    row.detail = std::string(record_bytes_max, 'x');
    EXPECT_FALSE(check_row(row).ok());
    row.detail = std::string(70'000, 'x');
    EXPECT_FALSE(check_row(row).ok());
    row.detail.clear();
    const std::size_t room = record_bytes_max - encode(row).size();
    row.detail = std::string(room, 'x');
    EXPECT_TRUE(check_row(row).ok());
    EXPECT_EQ(decode<AuditRow>(encode(row)).value(), row);
    row.detail += 'x';
    EXPECT_FALSE(check_row(row).ok());
}

/// Random fields behind a right checksum reach the field decoder, which random bytes alone do not.
template <class Row>
void decode_random_fields(const Bytes& random, std::uint8_t kind, std::uint8_t version = 1) {
    Bytes bytes{version, kind};
    append(bytes, ByteView(random));
    const std::uint32_t checksum = detail::crc32c(bytes);
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(checksum >> shift));
    }
    const Result<Row> row = decode<Row>(bytes);
    if (row.ok()) {
        RC_ASSERT(encode(row.value()) == bytes);
    } else {
        RC_ASSERT(row.error().fault == Fault::corrupt);
    }
}

RC_GTEST_PROP(StoreCodecProperty, RandomFieldsNeverCrashAndDecodeOnlyToThemselves,
              (const Bytes& random)) {
    decode_random_fields<IntentRecord>(random, 1);
    decode_random_fields<DocumentRow>(random, 2, 4);
    decode_random_fields<StatusChange>(random, 3, 2);
    decode_random_fields<IdempotencyRow>(random, 4);
    decode_random_fields<LegRow>(random, 5, 2);
    decode_random_fields<LegEvent>(random, 6);
    decode_random_fields<ApiKey>(random, 9);
    decode_random_fields<AuditRow>(random, 10);
    decode_random_fields<SegmentCursor>(random, 12);
    decode_random_fields<FreshRow>(random, 13);
    decode_random_fields<CaseEvent>(random, 20);
    decode_random_fields<DraftRow>(random, 21);
    decode_random_fields<PaperCopy>(random, 22);
    decode_random_fields<EditionRow>(random, 23);
    decode_random_fields<RevisionRow>(random, 24);
    decode_random_fields<AugmentationRow>(random, 25);
    decode_random_fields<QrKeyRow>(random, 26);
    decode_random_fields<MessageRow>(random, 27);
    decode_random_fields<KioskRow>(random, 40);
    decode_random_fields<KioskCertificate>(random, 41);
    decode_random_fields<KioskSeen>(random, 42);
    decode_random_fields<TryCount>(random, 43);
    decode_random_fields<CollectingLock>(random, 44);
    decode_random_fields<OutagePackage>(random, 45);
    decode_random_fields<OutageHead>(random, 46);
    decode_random_fields<OutageLineRow>(random, 47);
}

RC_GTEST_PROP(StoreCodecProperty, ARowWithOneChangedByteIsRefusedOrAnotherRow,
              (std::size_t at, std::uint8_t change)) {
    const Bytes bytes = encode(samples::leg(1, 7, 1, TimeMs{50}));
    Bytes fields(bytes.begin() + 2, bytes.end() - 4);
    fields[at % fields.size()] ^= change;
    decode_random_fields<LegRow>(fields, 5, 2);
}

RC_GTEST_PROP(StoreCodecProperty, AnyTextsReturn,
              (const std::string& actor, const std::string& detail, std::int64_t at)) {
    const AuditRow row{TimeMs{at}, actor, "", "", detail};
    RC_PRE(check_row(row).ok());
    RC_ASSERT(decode<AuditRow>(encode(row)).value() == row);
}

} // namespace
} // namespace songda::store
