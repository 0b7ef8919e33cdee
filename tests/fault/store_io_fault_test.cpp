// System calls that fail under the store (run by fiu-run -x, which puts libfiu between us and libc;
// reliability.md 5.6), and a real file size limit. For every k the k-th call fails: no answer
// "created" may be lost, ENOSPC leaves a store that reads on and recovers, EIO stops it.
#define FIU_ENABLE 1
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>
#include <tuple>

#include <fiu-control.h>
#include <fiu.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

std::atomic<int> calls_until_failure = 0; // several threads call

int fails_now(const char* /*name*/, int* /*number*/, void** /*info*/, unsigned* /*flags*/) {
    return --calls_until_failure == 0 ? 1 : 0;
}

bool under_fiu() {
    return std::getenv("FIU_CTRL_FIFO") != nullptr ||
           (std::getenv("LD_PRELOAD") != nullptr &&
            std::string(std::getenv("LD_PRELOAD")).find("fiu") != std::string::npos);
}

class StoreIoFault : public testing::TestWithParam<std::tuple<const char*, int>> {};

void expect_all_there(Store& store, const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
        const auto row = store.find_document(samples::numbered<DocumentId>(number)).value();
        ASSERT_TRUE(row) << "lost " << number;
        EXPECT_EQ(store.read_file(*row).value(), samples::file_bytes(number, 3000));
    }
    EXPECT_TRUE(store.fsck().value().clean());
}

/// Returns whether the fault was reached.
bool fail_kth_call(const char* point, int error, int k) {
    SCOPED_TRACE(std::string(point) + " call " + std::to_string(k));
    const samples::Directory directory;
    LmdbOptions options = samples::small_options(directory.path());
    bool stopped = false;
    options.fail_stop = [&](std::string_view) { stopped = true; };
    std::vector<std::uint64_t> created;
    bool refused = false;
    {
        const auto store = std::move(open_lmdb(options)).value();
        const Bytes first = samples::file_bytes(1, 3000);
        EXPECT_TRUE(samples::put(*store, samples::issue(1, first)));
        created.push_back(1);
        calls_until_failure = k;
        fiu_enable_external(point, 1, reinterpret_cast<void*>(static_cast<std::intptr_t>(error)), 0,
                            fails_now);
        for (std::uint64_t number = 2; number < 8; ++number) {
            const Bytes file = samples::file_bytes(number, 3000);
            if (samples::put(*store, samples::issue(number, file))) {
                created.push_back(number);
            } else {
                refused = true;
            }
        }
        fiu_disable(point);
        const Bytes file = samples::file_bytes(20, 3000);
        const bool works = samples::put(*store, samples::issue(20, file));
        EXPECT_EQ(works, !stopped) << "a stopped store must not go on, another must";
        EXPECT_EQ(store->writable(), !stopped);
        if (works) {
            created.push_back(20);
        }
        EXPECT_TRUE(refused || !stopped);
        if (refused && error == EIO) {
            EXPECT_TRUE(stopped) << "fail stop at the first I/O error";
        }
        // LMDB refuses even reads once the write of a meta page failed.
        const auto read = store->find_document(samples::numbered<DocumentId>(1));
        EXPECT_TRUE(read.ok() ? read.value().has_value() : stopped);
    }
    const auto store = samples::open_small(directory.path());
    expect_all_there(*store, created);
    return refused;
}

TEST_P(StoreIoFault, NothingAnsweredIsLostAndNothingRefusedIsHalfThere) {
    if (!under_fiu()) {
        GTEST_SKIP() << "runs under fiu-run -x";
    }
    const auto [point, error] = GetParam();
    fiu_init(0);
    int reached = 0;
    for (int k = 1; k <= 8; ++k) {
        reached += fail_kth_call(point, error, k) ? 1 : 0;
    }
    EXPECT_GT(reached, 0) << "the fault was never reached: this test proves nothing";
}

/// The same beside others: files of one go to disk while rows of another are committed.
bool fail_kth_call_among_writers(const char* point, int error, int k) {
    SCOPED_TRACE(std::string(point) + " call " + std::to_string(k));
    const samples::Directory directory;
    LmdbOptions options = samples::small_options(directory.path());
    std::atomic<bool> stopped = false;
    options.fail_stop = [&](std::string_view) { stopped = true; };
    std::mutex mutex;
    std::vector<std::uint64_t> created;
    bool refused = false;
    {
        const auto store = std::move(open_lmdb(options)).value();
        calls_until_failure = k;
        fiu_enable_external(point, 1, reinterpret_cast<void*>(static_cast<std::intptr_t>(error)), 0,
                            fails_now);
        std::vector<std::thread> writers;
        for (std::uint64_t writer = 1; writer <= 4; ++writer) {
            writers.emplace_back([&, writer] {
                for (std::uint64_t number = writer * 100; number < writer * 100 + 6; ++number) {
                    const Bytes file = samples::file_bytes(number, 3000);
                    const bool made = samples::put(*store, samples::issue(number, file));
                    const std::lock_guard lock(mutex);
                    refused = refused || !made;
                    if (made) {
                        created.push_back(number);
                    }
                }
            });
        }
        for (std::thread& writer : writers) {
            writer.join();
        }
        fiu_disable(point);
        const Bytes file = samples::file_bytes(20, 3000);
        EXPECT_EQ(samples::put(*store, samples::issue(20, file)), !stopped);
        EXPECT_TRUE(refused || !stopped);
        EXPECT_EQ(stopped, refused && error == EIO);
    }
    const auto store = samples::open_small(directory.path());
    expect_all_there(*store, created);
    return refused;
}

TEST_P(StoreIoFault, NothingAnsweredIsLostAmongWriters) {
    if (!under_fiu()) {
        GTEST_SKIP() << "runs under fiu-run -x";
    }
    const auto [point, error] = GetParam();
    fiu_init(0);
    int reached = 0;
    for (int k = 1; k <= 12; ++k) {
        reached += fail_kth_call_among_writers(point, error, k) ? 1 : 0;
    }
    EXPECT_GT(reached, 0) << "the fault was never reached: this test proves nothing";
}

INSTANTIATE_TEST_SUITE_P(Points, StoreIoFault,
                         testing::Values(std::tuple{"posix/io/rw/pwritev", ENOSPC},
                                         std::tuple{"posix/io/rw/pwritev", EIO},
                                         std::tuple{"posix/io/rw/writev", ENOSPC},
                                         std::tuple{"posix/io/rw/pwrite", EIO},
                                         std::tuple{"posix/io/sync/fdatasync", EIO}));

TEST(StoreFileLimit, ReadsOnWhenNoFileMayGrowAndRecoversWhenItMay) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const samples::Directory directory;
    LmdbOptions options = samples::small_options(directory.path());
    options.segment_bytes = std::uint64_t{32} << 20U;
    options.reserved_ahead_bytes = std::uint64_t{1} << 20U;
    const auto store = std::move(open_lmdb(options)).value();
    rlimit low = before;
    low.rlim_cur = 6U << 20U;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
    std::uint64_t number = 0;
    Result<std::vector<IssueOutcome>> last = std::vector<IssueOutcome>{};
    for (; last.ok() && number < 100; ++number) {
        const Bytes file = samples::file_bytes(number + 1, 400'000);
        const IssueWrite write = samples::issue(number + 1, file);
        Intent intent = samples::intent(number + 1);
        ASSERT_TRUE(store->put_intents({&intent, 1}).ok());
        last = store->put_issues({&write, 1});
    }
    ASSERT_FALSE(last.ok());
    EXPECT_EQ(last.error().fault, Fault::no_space);
    EXPECT_EQ(store->statistics().value().documents, number - 1);
    EXPECT_TRUE(store->fsck().value().clean());
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    const Bytes file = samples::file_bytes(number, 400'000);
    const IssueWrite write = samples::issue(number, file);
    EXPECT_EQ(store->put_issues({&write, 1}).value().at(0).kind, IssueOutcome::Kind::created);
    EXPECT_TRUE(store->fsck().value().clean());
}

} // namespace
} // namespace songda::store
