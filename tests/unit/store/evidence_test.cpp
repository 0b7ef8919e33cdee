// Evidence of delivery: every event has its record in the same transaction, issuing writes none,
// and fsck finds what somebody does to records, chains and batches behind the store's back.
#include <functional>

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "store/codec.hpp"
#include "store/lmdb/keys.hpp"
#include "tests/unit/store/planted.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

std::string tell(const Testified& what) {
    std::string text = to_hex(what.previous) + " " + std::to_string(what.position);
    if (what.event != nullptr) {
        text += " " + what.event->kind + " " + to_hex(what.leg->id.view());
    }
    text += what.service != nullptr ? " service" : "";
    text += what.consent != nullptr ? " consent" : "";
    text += what.opened != nullptr ? " opened" : "";
    return text;
}

LmdbOptions options_of(const std::string& directory) {
    LmdbOptions options = samples::small_options(directory);
    options.testify = &tell;
    options.follow_leg = [](const MovedLeg& moved) {
        ServiceAftermath after;
        after.entries = {
            {1, moved.update.events.front().happened, TimeMs{5}, moved.leg.id, {}, {}, {}, {}}};
        return after;
    };
    return options;
}

class StoreEvidence : public testing::Test {
protected:
    StoreEvidence() {
        open();
        for (std::uint64_t number = 1; number <= 3; ++number) {
            const Bytes file = samples::file_bytes(number, 200);
            IssueWrite write = samples::issue(number, file);
            write.legs = {{samples::leg(number, number, 1, TimeMs{10}),
                           {LegEvent{"queued", TimeMs{1}, TimeMs{1}, 1, ""}}}};
            write.consent = ConsentEntry{true, "form", "1", {2026, 11, 1}, TimeMs{1}, "key"};
            SONGDA_CHECK(samples::put(*store_, write));
        }
    }
    void open() { store_ = std::move(open_lmdb(options_of(directory_.path()))).value(); }

    bool move(std::uint64_t number, const char* kind) {
        const auto leg = samples::numbered<LegId>(number);
        const auto row = store_->find_leg(leg).value();
        LegUpdate update;
        update.state = static_cast<std::uint8_t>(row->state + 1);
        update.events = {{kind, TimeMs{20}, TimeMs{21}, update.state, "", Digest{7}}};
        return store_->append_leg_event(leg, row->state, update).value();
    }
    std::vector<EvidenceRow> chain(std::uint64_t number) {
        return store_->evidence_of(samples::numbered<DocumentId>(number)).value();
    }
    void seal(std::uint64_t last, const Bytes& token) {
        const auto before = store_->last_evidence_batch().value();
        EvidenceBatchRow batch;
        batch.number = before ? before->number + 1 : 1;
        batch.first = before ? before->last + 1 : 1;
        batch.last = last;
        batch.statement = "statement";
        batch.seal = Bytes(2000, 1);
        batch.token = token;
        ASSERT_TRUE(store_->put_evidence_batch(batch).ok());
    }
    /// What happens to the rows of a closed store is found.
    void expect_found(const char* table, const Bytes& key,
                      const std::function<Bytes(Bytes)>& change) {
        ASSERT_TRUE(store_->fsck().value().clean());
        store_.reset();
        planted::plant(directory_.path(), table, key, change);
        open();
        EXPECT_FALSE(store_->fsck().value().clean()) << table;
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_;
};

TEST_F(StoreEvidence, IssuingWritesNoneAndTheFirstEventBringsThoseBefore) {
    EXPECT_TRUE(chain(1).empty());
    EXPECT_EQ(store_->count_evidence().value(), EvidenceCounts{});
    ASSERT_TRUE(move(1, "accepted"));
    const auto records = chain(1);
    ASSERT_EQ(records.size(), 5U);
    const auto document = store_->find_document(samples::numbered<DocumentId>(1)).value();
    EXPECT_EQ(records[0].text, to_hex(document->file_hash) + " 1");
    EXPECT_NE(records[1].text.find(" 2 consent"), std::string::npos);
    EXPECT_NE(records[2].text.find(" 3 queued"), std::string::npos);
    EXPECT_NE(records[3].text.find(" 4 accepted"), std::string::npos);
    EXPECT_NE(records[4].text.find(" 5 service"), std::string::npos);
    for (std::size_t at = 1; at < records.size(); ++at) {
        EXPECT_TRUE(records[at].text.starts_with(to_hex(hash_of(records[at - 1]))));
        EXPECT_EQ(records[at].sequence, at + 1);
    }
    EXPECT_TRUE(store_->fsck().value().clean());
    ASSERT_EQ(store_->leg_events(samples::numbered<LegId>(1)).value().back().trace, Digest{7});
}

TEST_F(StoreEvidence, EachDepartmentWalksItsOwn) {
    for (const std::uint64_t number : {1U, 2U, 3U, 1U, 2U}) {
        ASSERT_TRUE(move(number, "moving"));
    }
    std::size_t seen = 0;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        const auto document = store_->find_document(samples::numbered<DocumentId>(number)).value();
        std::uint64_t after = 0;
        for (;;) {
            const auto some = store_->list_evidence_for(document->department, after, 2).value();
            if (some.empty()) {
                break;
            }
            for (const EvidenceRow& row : some) {
                EXPECT_GT(row.sequence, after);
                after = row.sequence;
                seen += row.document == document->id ? 1U : 0U;
            }
        }
    }
    EXPECT_EQ(seen, store_->count_evidence().value().records);
    EXPECT_TRUE(store_->list_evidence_for({"nobody"}, 0, 10).value().empty());
}

TEST_F(StoreEvidence, WhatCannotBeRecordedDoesNotHappen) {
    store_.reset();
    LmdbOptions options = options_of(directory_.path());
    options.testify = [](const Testified&) { return std::string(); };
    store_ = std::move(open_lmdb(options)).value();
    LegUpdate update;
    update.state = 9;
    update.events = {{"moving", TimeMs{20}, TimeMs{21}, 9, ""}};
    const auto leg = store_->find_leg(samples::numbered<LegId>(1)).value();
    EXPECT_FALSE(store_->append_leg_event(leg->id, leg->state, update).ok());
    EXPECT_EQ(store_->find_leg(leg->id).value(), leg);
    EXPECT_EQ(store_->count_evidence().value(), EvidenceCounts{});
}

TEST_F(StoreEvidence, BatchesFollowEachOtherAndTheFirstTokenIsKept) {
    ASSERT_TRUE(move(1, "accepted"));
    seal(2, {});
    seal(5, {9});
    EvidenceBatchRow wrong = *store_->last_evidence_batch().value();
    EXPECT_EQ(store_->put_evidence_batch(wrong).error().fault, Fault::conflict);
    wrong.number = 3;
    wrong.first = 6;
    wrong.last = 7; // there is no such record
    EXPECT_EQ(store_->put_evidence_batch(wrong).error().fault, Fault::conflict);
    wrong.seal = Bytes(70'000, 1);
    EXPECT_EQ(store_->put_evidence_batch(wrong).error().fault, Fault::invalid_input);
    EXPECT_EQ(store_->evidence_batch_of(3).value()->number, 2U);
    EXPECT_FALSE(store_->evidence_batch_of(6).value());
    ASSERT_EQ(store_->batches_without_token(10).value().size(), 1U);
    EXPECT_EQ(store_->count_evidence().value(), (EvidenceCounts{5, 5, 2, 1, TimeMs{0}}));
    ASSERT_TRUE(store_->put_evidence_token(2, Bytes{1, 2}).ok());
    ASSERT_TRUE(store_->put_evidence_token(2, Bytes{3}).ok());
    EXPECT_EQ(store_->evidence_batch_of(1).value()->token, (Bytes{1, 2}));
    EXPECT_EQ(store_->put_evidence_token(3, Bytes{3}).error().fault, Fault::not_found);
    EXPECT_TRUE(store_->batches_without_token(10).value().empty());
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(StoreEvidence, ACopyHasThemAll) {
    ASSERT_TRUE(move(1, "accepted"));
    seal(3, {9});
    const samples::Directory target;
    ASSERT_TRUE(store_->backup(target.path() + "/copy", TimeMs{50}).ok());
    const auto copy = samples::open_small(target.path() + "/copy");
    EXPECT_EQ(copy->list_evidence(0, 100).value(), store_->list_evidence(0, 100).value());
    EXPECT_EQ(copy->last_evidence_batch().value(), store_->last_evidence_batch().value());
    EXPECT_TRUE(copy->fsck().value().clean());
}

Bytes number_key(std::uint64_t number) {
    return Key().number(number).bytes();
}
Bytes chain_key(std::uint64_t document, std::uint32_t position) {
    return Key().raw(samples::numbered<DocumentId>(document).view()).number(position).bytes();
}

TEST_F(StoreEvidence, FsckFindsAnotherText) {
    ASSERT_TRUE(move(1, "accepted"));
    expect_found("evidence", number_key(3), [](const Bytes& before) {
        EvidenceRow row = decode<EvidenceRow>(before).value();
        row.text[70] ^= 1;
        return encode(row);
    });
}
TEST_F(StoreEvidence, FsckFindsThatTheLastWasTakenAway) {
    ASSERT_TRUE(move(1, "accepted"));
    store_.reset();
    planted::plant(directory_.path(), "evidence", number_key(5), planted::removed);
    planted::plant(directory_.path(), "evidence_chain", chain_key(1, 5), planted::removed);
    open();
    const auto report = store_->fsck().value();
    ASSERT_FALSE(report.clean());
}
TEST_F(StoreEvidence, FsckFindsAGap) {
    ASSERT_TRUE(move(1, "accepted"));
    expect_found("evidence_chain", chain_key(1, 2), planted::removed);
}
TEST_F(StoreEvidence, FsckFindsThatADepartmentDoesNotSeeIt) {
    ASSERT_TRUE(move(1, "accepted"));
    const auto document = store_->find_document(samples::numbered<DocumentId>(1)).value();
    expect_found("evidence_department",
                 Key().text(document->department.text).number(std::uint64_t{2}).bytes(),
                 planted::removed);
}
TEST_F(StoreEvidence, FsckFindsABatchThatIsGone) {
    ASSERT_TRUE(move(1, "accepted"));
    seal(2, {1});
    seal(5, {1});
    expect_found("evidence_batch", number_key(2), planted::removed);
}
TEST_F(StoreEvidence, FsckFindsATokenThatNobodyFetches) {
    ASSERT_TRUE(move(1, "accepted"));
    seal(2, {});
    expect_found("evidence_unstamped", number_key(2), planted::removed);
}

} // namespace
} // namespace songda::store
