#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "base/metrics.hpp"
#include "base/time.hpp"
#include "store/store.hpp"

namespace songda::app {

/// What nobody waits for: forgets idempotency rows that are long expired, in steps so small that no
/// commit grows by them (docs/formats/store.md). A thread of its own between `start` and the end of
/// the object; `step` by hand without it. All parts outlive it.
class Housekeeping {
public:
    struct Options {
        std::size_t rows_per_step = 500;
        std::chrono::milliseconds between_steps{100};
        std::chrono::milliseconds between_rounds{3'600'000};
        /// How long past its end a row is kept, for clocks that are set back.
        std::int64_t grace_ms = 86'400'000;
    };
    Housekeeping(store::Store& store, const Clock& clock, metrics::Registry& metrics)
        : Housekeeping(store, clock, metrics, Options()) {}
    Housekeeping(store::Store& store, const Clock& clock, metrics::Registry& metrics,
                 Options options);
    ~Housekeeping();
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

    void start();
    /// One step of the walk. True when it came to the end, or when the store would not: then the
    /// next round begins anew.
    bool step();

private:
    void run();

    store::Store& store_;
    const Clock& clock_;
    metrics::Counter pruned_;
    const Options options_;
    std::string next_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false; // guarded by mutex_
    std::thread thread_;
};

} // namespace songda::app
