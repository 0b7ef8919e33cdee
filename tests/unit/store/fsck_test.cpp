// fsck finds what somebody plants with LMDB's own interface behind the store's back; the audit
// chain shows a changed, a removed and an added row.
#include <functional>

#include <gtest/gtest.h>

#include "store/codec.hpp"
#include "store/lmdb/keys.hpp"
#include "tests/unit/store/planted.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

using planted::plant;
using planted::removed;
using planted::with_flipped_bit;

Bytes id_bytes(std::uint64_t number) {
    const auto id = samples::numbered<DocumentId>(number);
    return {id.bytes.begin(), id.bytes.end()};
}

class StoreFsck : public testing::Test {
protected:
    StoreFsck() {
        LmdbOptions options = samples::small_options(directory_.path());
        options.fresh_generation = 2; // the first documents are settled, the last is fresh
        const auto store = std::move(open_lmdb(options)).value();
        for (std::uint64_t number = 1; number <= 5; ++number) {
            const Bytes file = samples::file_bytes(number, 200);
            IssueWrite write = samples::issue(number, file);
            write.legs = {{samples::leg(number, number, 1, TimeMs{10}),
                           {LegEvent{"queued", TimeMs{1}, TimeMs{1}, 1, ""}}}};
            SONGDA_CHECK(samples::put(*store, write));
        }
        SONGDA_CHECK(store->fsck().value().clean());
    }

    FsckReport inspect() { return samples::open_small(directory_.path())->fsck().value(); }
    void expect_found(const char* table, const Bytes& key,
                      const std::function<Bytes(Bytes)>& change) {
        plant(directory_.path(), table, key, change);
        EXPECT_FALSE(inspect().clean()) << table;
    }

    samples::Directory directory_;
};

TEST_F(StoreFsck, FlippedBitInADocument) {
    expect_found("document", id_bytes(3), with_flipped_bit);
}
TEST_F(StoreFsck, MissingDocument) {
    expect_found("document", id_bytes(3), removed);
}
TEST_F(StoreFsck, MissingIntent) {
    expect_found("intent", id_bytes(3), removed);
}
TEST_F(StoreFsck, MissingStatusChange) {
    {
        const auto store = samples::open_small(directory_.path());
        for (const auto status : {DocumentStatus::suspended, DocumentStatus::revoked}) {
            const StatusChange change{status, TimeMs{1}, "why", "who"};
            ASSERT_TRUE(
                store->set_status(samples::numbered<DocumentId>(3), {change, samples::audit_row(1)})
                    .value()
                    .changed);
        }
        ASSERT_TRUE(store->fsck().value().clean());
    }
    expect_found("status", Key().raw(id_bytes(3)).number(std::uint32_t{2}).bytes(), removed);
}
TEST_F(StoreFsck, TrackedEventBehindAGapOrDamaged) {
    {
        const auto store = samples::open_small(directory_.path());
        for (std::uint64_t number = 1; number <= 3; ++number) {
            const TrackedWrite write{samples::numbered<LegId>(2), samples::tracked_event(number)};
            ASSERT_EQ(store->put_tracked({&write, 1}).value()[0].kind, TrackedOutcome::Kind::kept);
        }
        ASSERT_TRUE(store->fsck().value().clean());
    }
    const auto key = [&](std::uint32_t number) {
        return Key().raw(id_bytes(2)).number(number).bytes();
    };
    Bytes damaged;
    plant(directory_.path(), "tracked", key(3), [&](Bytes before) {
        damaged = before;
        return with_flipped_bit(std::move(before));
    });
    EXPECT_FALSE(inspect().clean());
    plant(directory_.path(), "tracked", key(3), [&](const Bytes&) { return damaged; });
    ASSERT_TRUE(inspect().clean());
    expect_found("tracked", key(2), removed);
}
TEST_F(StoreFsck, MissingIndexOfKeys) {
    const auto key = samples::numbered<DocumentKey>(1);
    expect_found("document_key", {key.bytes.begin(), key.bytes.end()}, removed);
}
TEST_F(StoreFsck, MissingFreshRow) {
    expect_found("fresh_0", Key().number(std::uint64_t{5}).bytes(), removed);
}
TEST_F(StoreFsck, FlippedBitInAFreshRow) {
    plant(directory_.path(), "fresh_0", Key().number(std::uint64_t{5}).bytes(), with_flipped_bit);
    LmdbOptions options = samples::small_options(directory_.path());
    EXPECT_EQ(open_lmdb(options).error().fault, Fault::corrupt);
    options.exclusive = false;
    EXPECT_FALSE(open_lmdb(options).value()->fsck().value().clean());
}
TEST_F(StoreFsck, FreshRowOfAnotherDocument) {
    expect_found("fresh_0", Key().number(std::uint64_t{5}).bytes(), [](const Bytes& before) {
        FreshRow row = decode<FreshRow>(before).value();
        row.document = samples::numbered<DocumentId>(4);
        return encode(row);
    });
}
TEST_F(StoreFsck, MissingInboxEntry) {
    expect_found("inbox", Key().raw(InboxId{}.view()).raw(id_bytes(1)).bytes(), removed);
}
TEST_F(StoreFsck, IndexOfKeysNamesAnotherDocument) {
    const auto key = samples::numbered<DocumentKey>(1);
    expect_found("document_key", {key.bytes.begin(), key.bytes.end()},
                 [](const Bytes&) { return id_bytes(4); });
}
TEST_F(StoreFsck, MissingCase) {
    expect_found("case_number",
                 case_key(samples::department(1), "food-business-licence@1", "CASE-3").bytes(),
                 removed);
}
TEST_F(StoreFsck, MissingLastDay) {
    expect_found("last_day", Key().day({2031, 11, 24}).raw(id_bytes(3)).bytes(), removed);
}
TEST_F(StoreFsck, LastDayOfAnotherDay) {
    expect_found("last_day", Key().day({2031, 11, 25}).raw(id_bytes(3)).bytes(),
                 [](const Bytes&) { return Bytes{0}; });
}
TEST_F(StoreFsck, MissingDueEntry) {
    expect_found("due", due_key(samples::leg(3, 3, 1, TimeMs{10})).bytes(), removed);
}
TEST_F(StoreFsck, DueEntryAtAnotherTime) {
    expect_found("due", due_key(samples::leg(3, 3, 1, TimeMs{11})).bytes(),
                 [](const Bytes&) { return Bytes{0}; });
}
TEST_F(StoreFsck, MissingLeg) {
    expect_found("leg", id_bytes(3), removed);
}
TEST_F(StoreFsck, IdempotencyRowOfAMissingDocument) {
    expect_found(
        "idempotency", Key().text(samples::department(1).text).text("key-3").bytes(),
        [](const Bytes&) {
            return encode(IdempotencyRow{{}, samples::numbered<DocumentId>(77), TimeMs{5}});
        });
}
TEST_F(StoreFsck, ReferenceBehindTheCursor) {
    expect_found("document", id_bytes(3), [](const Bytes& before) {
        DocumentRow row = decode<DocumentRow>(before).value();
        row.file.segment = 7;
        return encode(row);
    });
}

/// One document that has its level and is due for its renewal, one that waits.
class StoreFsckLevels : public StoreFsck {
protected:
    StoreFsckLevels() {
        const auto store = samples::open_small(directory_.path());
        for (const std::uint64_t number : {6U, 7U}) {
            const Bytes file = samples::file_bytes(number, 200);
            SONGDA_CHECK(samples::put(*store, samples::levelled(number, file)));
            const auto claimed = store->claim_augmentations({TimeMs{2000}, 1, 7000}).value().at(0);
            const Bytes bytes = samples::revision_bytes(number, 1);
            const RevisionWrite write = samples::revision(claimed, file, bytes);
            SONGDA_CHECK(number == 7 || store->put_revision(write).value());
        }
        SONGDA_CHECK(store->fsck().value().clean());
    }
    static Bytes due(std::uint64_t number, TimeMs at) {
        return Key().time(at).raw(id_bytes(number)).bytes();
    }
};

TEST_F(StoreFsckLevels, MissingRevision) {
    expect_found("revision", Key().raw(id_bytes(6)).number(std::uint32_t{1}).bytes(), removed);
}
TEST_F(StoreFsckLevels, RevisionBehindAGap) {
    expect_found("revision", Key().raw(id_bytes(6)).number(std::uint32_t{3}).bytes(),
                 [](const Bytes&) { return encode(RevisionRow{}); });
}
TEST_F(StoreFsckLevels, FlippedBitInARevision) {
    expect_found("revision", Key().raw(id_bytes(6)).number(std::uint32_t{1}).bytes(),
                 with_flipped_bit);
}
TEST_F(StoreFsckLevels, NobodyWorksForALevel) {
    expect_found("augmentation", id_bytes(7), removed);
}
TEST_F(StoreFsckLevels, AnotherLevelThanTheRevisionsHave) {
    expect_found("augmentation", id_bytes(6), [](const Bytes& before) {
        AugmentationRow row = decode<AugmentationRow>(before).value();
        row.level = SignatureLevel::b_lt;
        return encode(row);
    });
}
TEST_F(StoreFsckLevels, MissingDueTime) {
    expect_found("augmentation_due", due(6, TimeMs{800'000}), removed);
}
TEST_F(StoreFsckLevels, DueAtAnotherTime) {
    expect_found("augmentation_due", due(7, TimeMs{9001}), [](const Bytes&) { return Bytes{0}; });
}
TEST_F(StoreFsckLevels, MissingAmongWhatWaits) {
    expect_found("augmentation_wait", id_bytes(7), removed);
}
TEST_F(StoreFsckLevels, AmongWhatWaitsWithoutCause) {
    expect_found("augmentation_wait", id_bytes(6), [](const Bytes&) { return Bytes{0}; });
}

/// A document whose SM2 message is made, and one whose message is due at 1000.
class StoreFsckMessages : public StoreFsck {
protected:
    StoreFsckMessages() {
        const auto store = samples::open_small(directory_.path());
        for (const std::uint64_t number : {6U, 7U}) {
            const Bytes file = samples::file_bytes(number, 200);
            IssueWrite issue = samples::issue(number, file);
            issue.document.issued_at = TimeMs{1000};
            issue.record_sm3 = sha256(file);
            SONGDA_CHECK(samples::put(*store, issue));
        }
        const MessageWrite write{samples::numbered<DocumentId>(6), samples::file_bytes(60, 1800),
                                 TimeMs{2000}};
        SONGDA_CHECK(store->put_messages({&write, 1}).ok());
        SONGDA_CHECK(store->fsck().value().clean());
    }
};

TEST_F(StoreFsckMessages, MissingDueTime) {
    expect_found("message_due", Key().time(TimeMs{1000}).raw(id_bytes(7)).bytes(), removed);
}
TEST_F(StoreFsckMessages, DueThoughItIsMade) {
    expect_found("message_due", Key().time(TimeMs{1000}).raw(id_bytes(6)).bytes(),
                 [](const Bytes&) { return Bytes{0}; });
}
TEST_F(StoreFsckMessages, BytesOfAnotherHash) {
    expect_found("message", id_bytes(6), [](const Bytes& before) {
        MessageRow row = decode<MessageRow>(before).value();
        row.hash[0] ^= 1;
        return encode(row);
    });
}
TEST_F(StoreFsckMessages, OfAnotherDocument) {
    expect_found("message", id_bytes(77), [](const Bytes&) {
        MessageRow row;
        row.document = samples::numbered<DocumentId>(77);
        row.due = TimeMs{1};
        return encode(row);
    });
}

class StoreAudit : public StoreFsck {
protected:
    void expect_broken_at(const char* sequence) {
        const auto store = samples::open_small(directory_.path());
        const auto verdict = store->verify_audit();
        ASSERT_FALSE(verdict.ok());
        EXPECT_EQ(verdict.error().fault, Fault::corrupt);
        EXPECT_NE(verdict.error().detail.find(sequence), std::string::npos)
            << verdict.error().detail;
        EXPECT_FALSE(store->fsck().value().clean());
    }
    static Bytes key(std::uint64_t sequence) { return Key().number(sequence).bytes(); }
};

TEST_F(StoreAudit, ARewrittenRowBreaksTheChain) {
    plant(directory_.path(), "audit", key(3), [](const Bytes& before) {
        Bytes after(before.begin(), before.begin() + 32);
        AuditRow row = samples::audit_row(3);
        row.actor = "somebody else";
        append(after, ByteView(encode(row)));
        return after;
    });
    expect_broken_at("row 3");
}
TEST_F(StoreAudit, ARemovedRowIsAGap) {
    plant(directory_.path(), "audit", key(2), removed);
    expect_broken_at("row 2");
}
TEST_F(StoreAudit, AnAddedRowDoesNotFit) {
    plant(directory_.path(), "audit", key(6), [](const Bytes&) {
        Bytes after(32, 1);
        append(after, ByteView(encode(samples::audit_row(6))));
        return after;
    });
    expect_broken_at("row 6");
}

} // namespace
} // namespace songda::store
