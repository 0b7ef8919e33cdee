// Ten thousand histories of a delivery office, by seed: days in which servers refuse, hang, lose
// answers and tell lies, and the process dies at any call; then peace. What must hold is in
// check.cpp, by what really happened. SONGDA_SEED=n replays one history alone; SONGDA_SEEDS=n
// makes each case that long.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "tests/simulation/history.hpp"

namespace songda::simulation {
namespace {

constexpr std::uint64_t cases = 10;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t seeds_a_case = 50;
constexpr std::uint64_t seeds_on_disk = 10;
#else
constexpr std::uint64_t seeds_a_case = 1000;
constexpr std::uint64_t seeds_on_disk = 100;
#endif

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::map<std::string, std::size_t> run(std::uint64_t seed, bool on_lmdb) {
    History history(seed, on_lmdb);
    history.run();
    EXPECT_EQ(history.check(), std::vector<std::string>())
        << "SONGDA_SEED=" << seed << " replays it\n"
        << history.describe();
    return history.truth().counts;
}

void run_all(std::uint64_t first, std::uint64_t count, bool on_lmdb) {
    static_cast<void>(log::open("/dev/null", log::Level::error));
    if (const std::uint64_t seed = from_environment("SONGDA_SEED", 0); seed != 0) {
        first = seed;
        count = 1;
    }
    std::map<std::string, std::size_t> sums;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        for (const auto& [what, times] : run(seed, on_lmdb)) {
            sums[what] += times;
        }
        if (testing::Test::HasFailure()) {
            break;
        }
    }
    for (const auto& [what, times] : sums) {
        std::printf("%s %zu\n", what.c_str(), times);
        EXPECT_TRUE(times > 0 || count < 10) << "it never happens: " << what;
    }
    static_cast<void>(log::open("", log::Level::info));
}

class Simulation : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Simulation, NothingIsLostAndNothingIsDoneTwice) {
    const std::uint64_t count = from_environment("SONGDA_SEEDS", seeds_a_case);
    run_all(1 + GetParam() * count, count, false);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulation, testing::Range(std::uint64_t{0}, cases));

/// The engine that is used, opened anew after each death; how durable a disk is has its own tests,
/// so that the folder is in memory.
TEST(SimulationOnDisk, NothingIsLostAndNothingIsDoneTwice) {
    if (std::filesystem::is_directory("/dev/shm")) {
        setenv("TMPDIR", "/dev/shm", 0);
    }
    run_all(500'001, from_environment("SONGDA_SEEDS", seeds_on_disk), true);
}

} // namespace
} // namespace songda::simulation
