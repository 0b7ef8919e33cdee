// Records of evidence and statements over batches: the golden bytes of docs/formats/evidence.md,
// one spelling alone is read, and every truncation and every flipped bit is refused or another
// record.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/evidence_record.hpp"

namespace songda::ledger {
namespace {

EvidenceRecord sample_record() {
    EvidenceRecord record;
    record.position = 4;
    record.previous = sha256(as_bytes("the record before"));
    record.event = "ContentConsignmentFailure";
    record.code = "leg.bounce";
    record.rules = "2026-1";
    record.happened = parse_rfc3339("2026-11-30T01:02:03.004Z").value();
    record.learned = parse_rfc3339("2026-11-30T01:05:00Z").value();
    record.document = {parse_document_id("019ac0ffee0070008000000000000001").value(),
                       "示审许准〔2026〕1号",
                       "ZY",
                       "准予行政许可决定书",
                       sha256(as_bytes("issued")),
                       sha256(as_bytes("delivered"))};
    record.sender = "示例市行政审批局";
    record.sender_code = "11320199014138860W";
    record.addressee = sha256(as_bytes("addressee"));
    record.capacity = "addressee";
    record.consent = EvidenceRecord::Consent{true, "送达地址确认书", "2026-1", {2026, 11, 1}};
    record.way =
        EvidenceRecord::Way{"email", parse_leg_id("019ac0ffee0070008000000000000002").value(),
                            "service", sha256(as_bytes("address")), "failed"};
    record.trail = "mailbox_full: 552 5.2.2";
    record.trace = sha256(as_bytes("the mail that came back"));
    record.result = "negative";
    record.reason = "mailbox_full";
    return record;
}

std::string page() {
    std::ostringstream text;
    text << std::ifstream(SONGDA_SOURCE_DIR "/docs/formats/evidence.md").rdbuf();
    return text.str();
}

TEST(EvidenceRecord, IsWrittenAsThePageShows) {
    const std::string text = write_record(sample_record());
    EXPECT_NE(page().find("\n" + text + "\n"), std::string::npos) << text;
    EXPECT_NE(page().find(to_hex(sha256(as_bytes(text)))), std::string::npos)
        << to_hex(sha256(as_bytes(text)));
    EXPECT_EQ(read_record(text).value(), sample_record());
}

TEST(EvidenceRecord, WhatIsAbsentIsLeftOut) {
    EvidenceRecord record = sample_record();
    record.event.clear();
    record.consent.reset();
    record.way.reset();
    record.addressee.reset();
    record.trace.reset();
    record.trail.clear();
    record.reason.clear();
    EXPECT_EQ(read_record(write_record(record)).value(), record);
}

TEST(EvidenceRecord, HasOneSpelling) {
    const std::string text = write_record(sample_record());
    EXPECT_FALSE(read_record(text + "\n").ok());
    EXPECT_FALSE(read_record(" " + text).ok());
    std::string spaced = text;
    spaced.insert(spaced.find(':') + 1, " ");
    EXPECT_FALSE(read_record(spaced).ok());
    std::string more = text;
    more.insert(more.size() - 1, ",\"more\":1");
    EXPECT_FALSE(read_record(more).ok());
    EXPECT_FALSE(read_record("{}").ok());
    EXPECT_FALSE(read_record("").ok());
}

TEST(EvidenceRecord, NoTruncationIsARecord) {
    const std::string text = write_record(sample_record());
    for (std::size_t length = 0; length < text.size(); ++length) {
        ASSERT_FALSE(read_record(text.substr(0, length)).ok()) << length;
    }
}

TEST(EvidenceRecord, AFlippedBitIsAnotherRecordOrNone) {
    const std::string text = write_record(sample_record());
    for (std::size_t at = 0; at < text.size() * 8; ++at) {
        std::string changed = text;
        changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << (at % 8)));
        const auto read = read_record(changed);
        ASSERT_FALSE(read.ok() && read.value() == sample_record()) << at;
    }
}

TEST(BatchStatement, IsWrittenAsThePageShows) {
    const BatchStatement statement{2,
                                   118,
                                   3,
                                   sha256(as_bytes("root")),
                                   sha256(as_bytes("the statement before")),
                                   parse_rfc3339("2026-11-30T01:06:00Z").value()};
    const std::string text = write_statement(statement);
    EXPECT_NE(page().find("\n" + text + "\n"), std::string::npos) << text;
    EXPECT_EQ(read_statement(text).value(), statement);
    EXPECT_FALSE(read_statement(text + " ").ok());
    for (std::size_t length = 0; length < text.size(); ++length) {
        ASSERT_FALSE(read_statement(text.substr(0, length)).ok()) << length;
    }
}

} // namespace
} // namespace songda::ledger
