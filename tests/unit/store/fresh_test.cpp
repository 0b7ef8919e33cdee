// New documents are found by key and lie in their inbox at every stage between a fresh row and its
// place in the indexes: growing, full, half settled, settled, and the same after reopening at each
// of them, in the service and beside it.
#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

constexpr std::uint64_t generation = 6;
constexpr std::uint64_t documents = 40; // several generations
constexpr std::uint64_t inboxes = 3;

InboxId inbox_of(std::uint64_t number) {
    InboxId id = samples::numbered<InboxId>(number % inboxes);
    id.bytes[0] = static_cast<std::uint8_t>(number * 101 % inboxes * 80);
    return id;
}

/// Spread over the parts, and not in the order of arrival.
DocumentKey key_of(std::uint64_t number) {
    auto key = samples::numbered<DocumentKey>(number);
    key.bytes[0] = static_cast<std::uint8_t>(number * 89);
    return key;
}

LmdbOptions small_generations(const std::string& directory, bool exclusive = true) {
    LmdbOptions options = samples::small_options(directory);
    options.fresh_generation = generation;
    options.exclusive = exclusive;
    return options;
}

IssueWrite write_of(std::uint64_t number, ByteView file) {
    IssueWrite write = samples::issue(number, file);
    write.document.key = key_of(number);
    for (std::uint64_t leg = 0; leg < 2; ++leg) {
        write.legs.push_back({samples::leg(number * 2 + leg, number, 1, TimeMs{100}), {}});
        write.legs.back().leg.inbox = inbox_of(number);
        write.legs.back().leg.created = TimeMs{static_cast<std::int64_t>(1000 + number)};
    }
    return write;
}

void put(Store& store, std::uint64_t number) {
    const Bytes file = samples::file_bytes(number, 50);
    ASSERT_TRUE(samples::put(store, write_of(number, file)));
}

void expect_all(Store& store, std::uint64_t last, std::uint64_t opened = 0) {
    SCOPED_TRACE(last);
    for (std::uint64_t number = 1; number <= last; ++number) {
        const auto found = store.find_by_key(key_of(number));
        ASSERT_TRUE(found.ok() && found.value()) << number;
        EXPECT_EQ(found.value()->id, samples::numbered<DocumentId>(number));
    }
    EXPECT_FALSE(store.find_by_key(key_of(last + 1)).value());
    for (std::uint64_t inbox = 0; inbox < inboxes; ++inbox) {
        std::vector<InboxEntry> expected;
        for (std::uint64_t number = 1; number <= last; ++number) {
            if (number % inboxes == inbox) {
                const TimeMs at{static_cast<std::int64_t>(1000 + number)};
                expected.push_back({inbox_of(number), samples::numbered<DocumentId>(number), at,
                                    number <= opened ? std::optional(TimeMs{7}) : std::nullopt});
            }
        }
        EXPECT_EQ(store.inbox(inbox_of(inbox)).value(), expected);
    }
}

TEST(StoreFresh, EveryStageIsFoundInTheServiceAndAfterReopening) {
    const samples::Directory directory;
    for (std::uint64_t number = 1; number <= documents; ++number) {
        {
            const auto store = open_lmdb(small_generations(directory.path()));
            put(*store.value(), number);
            expect_all(*store.value(), number);
            EXPECT_TRUE(store.value()->fsck().value().clean());
        }
        const auto beside = open_lmdb(small_generations(directory.path(), false));
        expect_all(*beside.value(), number);
        EXPECT_TRUE(beside.value()->fsck().value().clean());
    }
}

TEST(StoreFresh, ManyInOneCommitAndWithoutReopening) {
    const samples::Directory directory;
    const auto store = open_lmdb(small_generations(directory.path()));
    std::uint64_t last = 0;
    for (const std::uint64_t size : {5U, 1U, 30U, 2U, 2U, 2U, 13U, 1U, 1U, 1U}) {
        std::vector<Bytes> files;
        std::vector<IssueWrite> writes;
        std::vector<Intent> intents;
        for (std::uint64_t at = 0; at < size; ++at) {
            files.push_back(samples::file_bytes(++last, 50));
            writes.push_back(write_of(last, files.back()));
            intents.push_back(samples::intent(last));
        }
        ASSERT_TRUE(store.value()->put_intents(intents).ok());
        ASSERT_TRUE(store.value()->put_issues(writes).ok());
        expect_all(*store.value(), last);
        EXPECT_TRUE(store.value()->fsck().value().clean());
    }
}

TEST(StoreFresh, AnOpenedEntryStaysOpenedWhereverItStands) {
    const samples::Directory directory;
    const auto store = open_lmdb(small_generations(directory.path()));
    for (std::uint64_t number = 1; number <= documents; ++number) {
        put(*store.value(), number);
        const auto opened = store.value()->mark_opened(
            inbox_of(number), samples::numbered<DocumentId>(number), TimeMs{7});
        EXPECT_TRUE(opened.ok() && opened.value());
        const auto again = store.value()->mark_opened(
            inbox_of(number), samples::numbered<DocumentId>(number), TimeMs{8});
        EXPECT_TRUE(again.ok() && !again.value());
        expect_all(*store.value(), number, number);
    }
    EXPECT_EQ(store.value()
                  ->mark_opened(inbox_of(1), samples::numbered<DocumentId>(2), TimeMs{7})
                  .error()
                  .fault,
              Fault::not_found);
}

TEST(StoreFresh, ALaterLegKeepsTheFirstEntry) {
    const samples::Directory directory;
    {
        const auto store = open_lmdb(small_generations(directory.path()));
        for (std::uint64_t number = 1; number <= documents; ++number) {
            put(*store.value(), number);
        }
    }
    for (const bool exclusive : {true, false}) {
        const auto store = open_lmdb(small_generations(directory.path(), exclusive));
        for (std::uint64_t number = 1; number <= documents; ++number) {
            LegRow leg =
                samples::leg(1000 + number * 2 + (exclusive ? 1 : 0), number, 1, std::nullopt);
            leg.inbox = inbox_of(number);
            ASSERT_TRUE(store.value()->add_leg({leg, {}}).ok());
        }
        expect_all(*store.value(), documents);
        EXPECT_TRUE(store.value()->fsck().value().clean());
    }
}

TEST(StoreFresh, AKeyIsTakenFromItsCommitOn) {
    const samples::Directory directory;
    const auto store = open_lmdb(small_generations(directory.path()));
    const Bytes file = samples::file_bytes(1, 50);
    for (std::uint64_t number = 1; number <= documents; ++number) {
        std::vector<IssueWrite> writes = {write_of(number, file), write_of(1000 + number, file),
                                          write_of(2000 + number, file)};
        writes[1].document.key = key_of(number);           // put just before, in one commit
        writes[2].document.key = key_of((number + 1) / 2); // put some time before
        std::vector<Intent> intents;
        for (const IssueWrite& write : writes) {
            intents.push_back(samples::intent(0));
            intents.back().id = write.document.id;
        }
        ASSERT_TRUE(store.value()->put_intents(intents).ok());
        const auto outcomes = store.value()->put_issues(writes).value();
        EXPECT_EQ(outcomes[0].kind, IssueOutcome::Kind::created);
        EXPECT_EQ(outcomes[1].kind, IssueOutcome::Kind::id_taken);
        EXPECT_EQ(outcomes[2].kind, IssueOutcome::Kind::id_taken);
    }
    expect_all(*store.value(), documents);
}

} // namespace
} // namespace songda::store
