#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "app/paced_thread.hpp"
#include "base/metrics.hpp"
#include "base/time.hpp"
#include "store/store.hpp"

namespace songda::app {

/// What nobody waits for, in steps so small that no commit grows by them (docs/formats/store.md):
/// forgets idempotency rows that are long expired, and tells of documents whose last day is over.
/// A thread of its own between `start` and the end of the object; the steps by hand without it. All
/// parts outlive it.
class Housekeeping {
public:
    struct Options {
        std::size_t rows_per_step = 500;
        /// Each of these brings its legs.
        std::size_t expiries_per_step = 64;
        std::chrono::milliseconds between_steps{100};
        /// So long after midnight in China the last of those that expire are told, at most.
        std::chrono::milliseconds between_rounds{3'600'000};
        /// How long past its end a row is kept, for clocks that are set back.
        std::int64_t grace_ms = 86'400'000;
    };
    struct Parts {
        store::Store& store;
        const Clock& clock;
        metrics::Registry& metrics;
        store::Follow follow_status; ///< what follows when a document expires
    };
    explicit Housekeeping(Parts parts) : Housekeeping(std::move(parts), Options()) {}
    Housekeeping(Parts parts, Options options);
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

    void start();
    /// One step of each walk. True when both came to their ends, or the store would not: then the
    /// next round begins anew.
    bool step();

private:
    bool prune();
    bool tell_expired();

    const Parts parts_;
    metrics::Counter pruned_;
    metrics::Counter expired_;
    metrics::Counter untold_;
    const Options options_;
    std::string next_;
    PacedThread thread_; ///< first to go
};

} // namespace songda::app
