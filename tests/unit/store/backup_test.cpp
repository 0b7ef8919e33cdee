// A copy taken while others write is a whole store: it opens, passes fsck, holds everything that
// was answered before the copy began, and goes its own way afterwards.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

TEST(StoreBackup, ACopyTakenDuringWritesIsAWholeStore) {
    const samples::Directory directory;
    const samples::Directory target;
    const std::string copy = target.path() + "/copy";
    const auto store = samples::open_small(directory.path());
    std::atomic<std::uint64_t> answered = 0;
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        for (std::uint64_t number = 1; !stop; ++number) {
            const Bytes file = samples::file_bytes(number, 20'000);
            ASSERT_TRUE(samples::put(*store, samples::issue(number, file)));
            answered = number;
        }
    });
    while (answered < 120) {
        std::this_thread::yield();
    }
    const std::uint64_t before = answered;
    const Result<void> copied = store->backup(copy, TimeMs{5000});
    const std::uint64_t during = answered;
    while (answered < during + 20) {
        std::this_thread::yield();
    }
    stop = true;
    writer.join();
    ASSERT_TRUE(copied.ok()) << copied.error().detail;

    const auto restored = samples::open_small(copy);
    ASSERT_TRUE(restored->confirm_numbers(samples::audit_row(1)).ok());
    EXPECT_TRUE(restored->fsck().value().clean());
    const std::uint64_t found = restored->statistics().value().documents;
    EXPECT_GE(found, before);
    for (std::uint64_t number = 1; number <= before; ++number) {
        const auto row = restored->find_document(samples::numbered<DocumentId>(number)).value();
        ASSERT_TRUE(row);
        EXPECT_TRUE(restored->read_file(*row).ok());
    }
    // Both go on; neither writes into the other's files.
    for (std::uint64_t number = 10'000; number < 10'100; ++number) {
        const Bytes file = samples::file_bytes(number, 20'000);
        ASSERT_TRUE(samples::put(*restored, samples::issue(number, file)));
        const Bytes other = samples::file_bytes(number + 1000, 20'000);
        ASSERT_TRUE(samples::put(*store, samples::issue(number + 1000, other)));
    }
    EXPECT_TRUE(restored->fsck().value().clean());
    EXPECT_TRUE(store->fsck().value().clean());
}

TEST(StoreBackup, DoesNotWriteOverAnother) {
    const samples::Directory directory;
    const samples::Directory target;
    const auto store = samples::open_small(directory.path());
    ASSERT_TRUE(store->backup(target.path() + "/copy", TimeMs{1}).ok());
    EXPECT_FALSE(store->backup(target.path() + "/copy", TimeMs{1}).ok());
}

} // namespace
} // namespace songda::store
