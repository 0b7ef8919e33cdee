// Documents' CMS with keys in the signer process beside the same with keys in this one, in turns:
// one document at a time in one thread and in four, and batches of 64 in four threads.
//   sign_process_bench SECONDS [book]
// With `book` the signer process asks a register of seals and keeps a book of their uses.
// Prints for each of the three: CMS a second of the clock through the process, and here.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "signer/cupboard_signer.hpp"
#include "signer/process/seal_client.hpp"
#include "tests/fakes/sample_register.hpp"
#include "tests/fakes/signer_process.hpp"

namespace {

using namespace songda;
using Clock = std::chrono::steady_clock;

struct Load {
    std::size_t threads;
    std::size_t batch;
};

/// CMS a second.
double measure(signer::Signer& signer, const Load& load, double seconds) {
    std::atomic<std::size_t> made{0};
    std::vector<std::jthread> threads;
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::duration<double>(seconds);
    for (std::size_t i = 0; i < load.threads; ++i) {
        threads.emplace_back([&] {
            for (std::uint8_t n = 0; Clock::now() < end; ++n) {
                std::vector<signer::DocumentOrder> orders;
                for (std::size_t j = 0; j < load.batch; ++j) {
                    orders.push_back({store::TicketMint::mint({}, Digest{n}),
                                      {"key:BENCH", "SPJY", "food-business-licence@1", {}}});
                }
                for (const auto& cms :
                     signer.sign_documents(fakes::department, std::move(orders))) {
                    SONGDA_CHECK(cms.ok());
                }
                made += load.batch;
            }
        });
    }
    threads.clear();
    return static_cast<double>(made) / std::chrono::duration<double>(Clock::now() - begun).count();
}

} // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "sign_process_bench SECONDS [book]\n");
        return 2;
    }
    const SystemClock clock;
    const auto here = signer::open_file_signer({fakes::sample_seal()}, false, clock);
    const fakes::TemporaryFolder seals;
    fakes::SignerPlaces places;
    if (count > 2) {
        fakes::register_sample_seal(seals.path());
        places.more = "[seals]\nfolder = \"" + seals.path().string() + "\"\n";
    }
    fakes::SignerProcess process(places);
    SONGDA_CHECK(here.ok() && process.start());
    signer::SealClientOptions options;
    options.socket = process.socket();
    auto cupboard = signer::open_seal_client(std::move(options));
    SONGDA_CHECK(cupboard.ok());
    const auto there = signer::make_signer(std::move(cupboard).value(), false);
    SONGDA_CHECK(there.ok());
    constexpr int turns = 5;
    const double seconds = std::atof(words[1]) / turns;
    for (const Load& load : {Load{1, 1}, Load{4, 1}, Load{4, 64}}) {
        double through = 0;
        double direct = 0;
        for (int turn = 0; turn < turns; ++turn) {
            through += measure(*there.value(), load, seconds) / turns;
            direct += measure(*here.value(), load, seconds) / turns;
        }
        std::printf("%.0f %.0f ", through, direct);
    }
    std::printf("\n");
    return 0;
}
