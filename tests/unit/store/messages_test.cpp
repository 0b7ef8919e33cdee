// The SM2 message over a record is due from the issue on and until it is stored; the first one is
// kept; what failed is due later; documents that want none have none. Both engines; the one on disk
// also over a restart and a backup, and fsck finds what is damaged.
#include <functional>

#include <gtest/gtest.h>

#include "tests/fakes/memory_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

DocumentId id(std::uint64_t number) {
    return samples::numbered<DocumentId>(number);
}

/// Documents 1 to 3 want a message, 4 wants none; they are issued at 1000, 2000, …
void issue_four(Store& store) {
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const Bytes file = samples::file_bytes(number, 100);
        IssueWrite write = samples::issue(number, file);
        write.document.issued_at = TimeMs{static_cast<std::int64_t>(number) * 1000};
        if (number < 4) {
            write.record_sm3 = sha256(file);
        }
        ASSERT_TRUE(samples::put(store, write));
    }
}

Bytes message(std::uint64_t number) {
    return samples::file_bytes(100 + number, 1800);
}

struct Engine {
    std::string name;
    bool on_disk;
};

class StoreMessages : public testing::TestWithParam<Engine> {
protected:
    void SetUp() override {
        if (GetParam().on_disk) {
            store_ = samples::open_small(directory_.path());
        } else {
            store_ = std::make_unique<fakes::MemoryStore>();
        }
        issue_four(*store_);
    }
    [[nodiscard]] std::vector<DocumentId> due(std::int64_t now, std::size_t limit = 100) {
        std::vector<DocumentId> ids;
        const auto rows = store_->due_messages(TimeMs{now}, limit);
        for (const MessageRow& row : rows.value()) {
            ids.push_back(row.document);
        }
        return ids;
    }
    void put(std::uint64_t number, const Bytes& bytes) {
        const MessageWrite write{id(number), bytes, TimeMs{9000}};
        ASSERT_TRUE(store_->put_messages({&write, 1}).ok());
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_;
};

TEST_P(StoreMessages, AreDueFromTheIssueOnInOrder) {
    EXPECT_EQ(due(999), std::vector<DocumentId>{});
    EXPECT_EQ(due(2000), (std::vector{id(1), id(2)}));
    EXPECT_EQ(due(9000, 2), (std::vector{id(1), id(2)}));
    EXPECT_EQ(due(9000), (std::vector{id(1), id(2), id(3)}));
    EXPECT_EQ(store_->count_unmade_messages().value(), 3U);
    EXPECT_FALSE(store_->find_message(id(4)).value()) << "wants none";
    const auto row = store_->find_message(id(1)).value();
    EXPECT_EQ(row->record_sm3, sha256(samples::file_bytes(1, 100)));
    EXPECT_FALSE(row->made);
}

/// What an electronic seal puts behind file `number`, made for it as it is.
MessageWrite sealed(Store& store, std::uint64_t number, const Bytes& revision) {
    const auto file = store.read_file(*store.find_document(id(number)).value()).value();
    Sha256 whole;
    whole.update(file);
    whole.update(revision);
    return {id(number), message(number), TimeMs{9000}, revision, file.size(), whole.finish()};
}

TEST_P(StoreMessages, ARevisionComesWithTheMessageOrNeitherDoes) {
    const Bytes revision = samples::file_bytes(300, 500);
    const std::vector<MessageWrite> writes = {sealed(*store_, 1, revision),
                                              sealed(*store_, 2, revision)};
    MessageWrite late = writes[1];
    ++late.behind; // made for a file that is another by now
    const std::vector<MessageWrite> both = {writes[0], late};
    ASSERT_TRUE(store_->put_messages(both).ok());
    const DocumentRow document = *store_->find_document(id(1)).value();
    Bytes grown = samples::file_bytes(1, 100);
    append(grown, ByteView(revision));
    EXPECT_EQ(store_->read_file(document).value(), grown);
    const auto revisions = store_->revisions(id(1)).value();
    ASSERT_EQ(revisions.size(), 1U);
    EXPECT_EQ(revisions[0].size, grown.size());
    EXPECT_EQ(revisions[0].level, SignatureLevel::b_b);
    EXPECT_TRUE(store_->find_message(id(1)).value()->made);
    EXPECT_FALSE(store_->find_message(id(2)).value()->made) << "it stays due";
    EXPECT_TRUE(store_->revisions(id(2)).value().empty());
    ASSERT_TRUE(store_->put_messages(writes).ok()) << "the first is kept, the second is put now";
    EXPECT_EQ(store_->revisions(id(1)).value().size(), 1U);
    EXPECT_EQ(store_->revisions(id(2)).value().size(), 1U);
    if (GetParam().on_disk) {
        EXPECT_TRUE(store_->fsck().value().findings.empty());
    }
}

/// A ladder's step that was begun from the file without the seal comes to nothing and is due again.
TEST_P(StoreMessages, WhoAugmentsMeanwhileBeginsAnew) {
    const Bytes file = samples::file_bytes(7, 100);
    IssueWrite write = samples::issue(7, file);
    write.document.issued_at = TimeMs{1000};
    write.document.level_wanted = SignatureLevel::b_t;
    write.document.level_by = TimeMs{90'000};
    write.record_sm3 = sha256(file);
    ASSERT_TRUE(samples::put(*store_, write));
    const auto claimed = store_->claim_augmentations({TimeMs{5000}, 1, 60'000}).value();
    ASSERT_EQ(claimed.size(), 1U);
    const MessageWrite seal = sealed(*store_, 7, samples::file_bytes(300, 500));
    ASSERT_TRUE(store_->put_messages({&seal, 1}).ok());
    const Bytes bytes = samples::file_bytes(301, 300);
    RevisionWrite stamp = samples::revision(claimed[0], file, bytes);
    EXPECT_EQ(store_->put_revision(stamp).value(), false);
    const auto again = store_->claim_augmentations({TimeMs{9000}, 1, 60'000}).value();
    ASSERT_EQ(again.size(), 1U) << "at once, not when the lease ends";
    stamp.fence = again[0].fence;
    Sha256 whole;
    whole.update(store_->read_file(*store_->find_document(id(7)).value()).value());
    whole.update(stamp.bytes);
    stamp.file_hash = whole.finish();
    EXPECT_EQ(store_->put_revision(stamp).value(), true);
    const auto revisions = store_->revisions(id(7)).value();
    ASSERT_EQ(revisions.size(), 2U);
    EXPECT_EQ(revisions[1].file_hash,
              sha256(store_->read_file(*store_->find_document(id(7)).value()).value()));
    if (GetParam().on_disk) {
        EXPECT_TRUE(store_->fsck().value().findings.empty());
    }
}

/// Behind the level's own revision it takes nothing from the level.
TEST_P(StoreMessages, ASealBehindAReachedLevelLeavesItAsItIs) {
    const Bytes file = samples::file_bytes(7, 100);
    IssueWrite write = samples::issue(7, file);
    write.document.issued_at = TimeMs{1000};
    write.document.level_wanted = SignatureLevel::b_t;
    write.document.level_by = TimeMs{90'000};
    write.record_sm3 = sha256(file);
    ASSERT_TRUE(samples::put(*store_, write));
    const auto claimed = store_->claim_augmentations({TimeMs{5000}, 1, 60'000}).value();
    const Bytes bytes = samples::file_bytes(301, 300);
    RevisionWrite stamp = samples::revision(claimed.at(0), file, bytes);
    stamp.at = TimeMs{8000};
    stamp.level = SignatureLevel::b_t;
    stamp.proven_until = TimeMs{800'000};
    ASSERT_EQ(store_->put_revision(stamp).value(), true);
    const MessageWrite seal = sealed(*store_, 7, samples::file_bytes(300, 500));
    ASSERT_TRUE(store_->put_messages({&seal, 1}).ok());
    const auto row = *store_->find_augmentation(id(7)).value();
    EXPECT_EQ(row.level, SignatureLevel::b_t);
    EXPECT_EQ(row.since, TimeMs{8000});
    const auto revisions = store_->revisions(id(7)).value();
    ASSERT_EQ(revisions.size(), 2U);
    EXPECT_EQ(revisions[1].level, SignatureLevel::b_t);
    EXPECT_EQ(revisions[1].proven_until, TimeMs{800'000});
    if (GetParam().on_disk) {
        EXPECT_TRUE(store_->fsck().value().findings.empty());
    }
}

TEST_P(StoreMessages, AreReadAsTheyWerePutAndTheFirstIsKept) {
    const std::vector<MessageWrite> writes = {{id(1), message(1), TimeMs{9000}},
                                              {id(3), message(3), TimeMs{9000}},
                                              {id(4), message(4), TimeMs{9000}}};
    ASSERT_TRUE(store_->put_messages(writes).ok());
    EXPECT_EQ(due(9000), (std::vector{id(2)}));
    EXPECT_EQ(store_->count_unmade_messages().value(), 1U);
    EXPECT_FALSE(store_->find_message(id(4)).value()) << "wants none";
    put(1, message(9));
    const auto row = *store_->find_message(id(1)).value();
    EXPECT_EQ(row.made, TimeMs{9000});
    EXPECT_EQ(store_->read_message(row).value(), message(1));
    EXPECT_EQ(store_->read_message(*store_->find_message(id(3)).value()).value(), message(3));
    MessageRow other = row;
    other.hash[0] ^= 1;
    EXPECT_EQ(store_->read_message(other).error().fault, Fault::corrupt);
}

TEST_P(StoreMessages, WhatFailedIsDueLater) {
    const MessageDelay delay{id(1), TimeMs{5000}, "forbidden: not valid now"};
    ASSERT_TRUE(store_->put_off_messages({&delay, 1}).ok());
    EXPECT_EQ(due(4999), (std::vector{id(2), id(3)}));
    EXPECT_EQ(due(5000), (std::vector{id(2), id(3), id(1)}));
    const auto row = *store_->find_message(id(1)).value();
    EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(row.reason, delay.reason);
    put(1, message(1));
    EXPECT_EQ(store_->find_message(id(1)).value()->reason, "");
    ASSERT_TRUE(store_->put_off_messages({&delay, 1}).ok());
    EXPECT_FALSE(store_->find_message(id(1)).value()->due) << "it is made";
}

TEST_P(StoreMessages, NothingWithoutBytes) {
    const MessageWrite write{id(1), {}, TimeMs{9000}};
    EXPECT_EQ(store_->put_messages({&write, 1}).error().fault, Fault::invalid_input);
    EXPECT_TRUE(store_->put_messages({}).ok());
}

INSTANTIATE_TEST_SUITE_P(BothEngines, StoreMessages,
                         testing::Values(Engine{"Memory", false}, Engine{"Lmdb", true}),
                         [](const auto& engine) { return engine.param.name; });

TEST(StoreMessagesOnDisk, OutliveRestartAndBackupAndPassFsck) {
    const samples::Directory directory;
    const samples::Directory copy;
    {
        const auto store = samples::open_small(directory.path());
        issue_four(*store);
        const MessageWrite write{id(1), message(1), TimeMs{9000}};
        ASSERT_TRUE(store->put_messages({&write, 1}).ok());
        ASSERT_TRUE(store->backup(copy.path(), TimeMs{9000}).ok());
    }
    for (const auto* path : {&directory.path(), &copy.path()}) {
        const auto store = samples::open_small(*path);
        EXPECT_EQ(store->read_message(*store->find_message(id(1)).value()).value(), message(1));
        EXPECT_EQ(store->due_messages(TimeMs{9000}, 10).value().size(), 2U);
        const auto report = store->fsck();
        EXPECT_TRUE(report.value().clean());
    }
}

} // namespace
} // namespace songda::store
