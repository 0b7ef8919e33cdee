// System calls that fail under the time mark (run by fiu-run -x): whichever call fails and however
// often, no time is told that is not on disk, the mark stays one that can be read, and with the
// disk well again time is told on.
#define FIU_ENABLE 1
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <tuple>

#include <fiu-control.h>
#include <fiu.h>
#include <gtest/gtest.h>

#include "signer/marked_time.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

std::atomic<int> calls_until_failure = 0;

int fails_now(const char* /*name*/, int* /*number*/, void** /*info*/, unsigned* /*flags*/) {
    return --calls_until_failure <= 0 ? 1 : 0; // and from then on
}

class TimeIoFault : public testing::TestWithParam<std::tuple<const char*, int>> {};

/// Returns whether the fault was reached.
bool fail_from_kth_call(const char* point, int error, int k) {
    SCOPED_TRACE(std::string(point) + " from call " + std::to_string(k));
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "time";
    fakes::ManualClock clock;
    fakes::ManualBootClock boot;
    auto time = MarkedTime::open({path, {}, {}}, clock, boot).value();
    const auto mark = [&] {
        std::ifstream in(path + "/mark", std::ios::binary);
        return parse_time_mark(std::string{std::istreambuf_iterator<char>(in), {}});
    };
    bool refused = false;
    calls_until_failure = k;
    fiu_enable_external(point, 1, reinterpret_cast<void*>(static_cast<std::intptr_t>(error)), 0,
                        fails_now);
    for (int i = 0; i < 6; ++i) {
        clock.advance(2500);
        boot.advance(2500);
        const auto told = time->next();
        fiu_disable(point);
        const auto written = mark();
        EXPECT_TRUE(written.ok()) << "the mark is whole";
        if (told.ok()) {
            EXPECT_EQ(told.value(), clock.now());
            EXPECT_TRUE(written.ok() && told.value() <= written.value().reserved)
                << "told without its record";
        } else {
            refused = true;
            EXPECT_EQ(told.error().fault, error == ENOSPC ? Fault::no_space : Fault::internal);
        }
        fiu_enable_external(point, 1, reinterpret_cast<void*>(static_cast<std::intptr_t>(error)), 0,
                            fails_now);
    }
    fiu_disable(point);
    clock.advance(2500);
    boot.advance(2500);
    EXPECT_TRUE(time->next().ok()) << "the disk is well again";
    return refused;
}

TEST_P(TimeIoFault, NoTimeIsToldWithoutItsRecord) {
    const char* const preloaded = std::getenv("LD_PRELOAD");
    if (preloaded == nullptr || std::string(preloaded).find("fiu") == std::string::npos) {
        GTEST_SKIP() << "runs under fiu-run -x";
    }
    const auto [point, error] = GetParam();
    fiu_init(0);
    int reached = 0;
    for (int k = 1; k <= 5; ++k) {
        reached += fail_from_kth_call(point, error, k) ? 1 : 0;
    }
    EXPECT_GT(reached, 0) << "the fault was never reached: this test proves nothing";
}

INSTANTIATE_TEST_SUITE_P(Calls, TimeIoFault,
                         testing::Values(std::tuple("posix/io/rw/write", ENOSPC),
                                         std::tuple("posix/io/rw/write", EIO),
                                         std::tuple("posix/io/sync/fdatasync", EIO),
                                         std::tuple("posix/io/sync/fsync", EIO),
                                         std::tuple("posix/io/dir/rename", EIO)));

} // namespace
} // namespace songda::signer
