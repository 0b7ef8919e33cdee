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
