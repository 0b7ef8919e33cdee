#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/metrics.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "signer/augmenter.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Brings documents to the level that they are served with, and renews what proves them before it
/// ages out: takes what is due, asks the augmenter outside any transaction, puts the revision with
/// what it releases. Signing waits for none of it; an outage of time-stamp or certificate
/// authorities leaves documents waiting, and is told once. What can never succeed is parked until
/// an operator says `songda levels retry`. Threads of its own between `start` and `stop`; `step`
/// and `count` by hand without them. All parts outlive it.
class LevelKeeping {
public:
    struct Options {
        unsigned threads = 2;
        std::size_t claim = 4; ///< documents that share the commit of their claim
        /// Longer than a claim's documents usually take: what a killed service had begun is taken
        /// up so much later. When it is too short the work is done twice and put once.
        std::int64_t lease_ms = 5 * 60'000;
        std::int64_t per_minute = 0; ///< documents a minute, all threads together; 0: no limit
        std::int64_t renew_before_ms = 180LL * 86'400'000;
        std::int64_t retry_first_ms = 10'000; ///< then twice as long each time
        std::int64_t retry_most_ms = 3'600'000;
        /// While nobody answers at all, one document is tried now and then.
        int failures_to_pause = 3;
        std::int64_t pause_first_ms = 2000;
        std::int64_t pause_most_ms = 60'000;
        std::chrono::milliseconds poll{1000};
        std::int64_t between_counts_ms = 10'000;
    };
    struct Parts {
        store::Store& store;
        signer::Augmenter& augmenter;
        const Clock& clock;
        Random& random;
        metrics::Registry& metrics;
        store::Release release;         ///< what a revision does to deliveries
        std::function<void()> released; ///< after a revision is stored: deliveries may be due
    };
    LevelKeeping(Parts parts, Options options);
    ~LevelKeeping(); ///< as stop()
    LevelKeeping(const LevelKeeping&) = delete;
    LevelKeeping& operator=(const LevelKeeping&) = delete;

    void start();
    /// Something may be due now; cheap, from any thread. Without it a thread looks once a second.
    void wake();
    /// Ends the documents that are being augmented, gives back the others, ends the threads.
    void stop();

    /// Takes what is due, once. How many documents were tried.
    std::size_t step();
    /// Says how it stands: metrics, and an event when a document is late for the first time.
    void count();

private:
    struct Meters;
    void run();
    void work(const store::AugmentationRow& row);
    void put(const store::AugmentationRow& row, ByteView file, const signer::Augmentation& made);
    void fail(const store::AugmentationRow& row, const Error& error);
    void park(const store::AugmentationRow& row, const Error& error);
    void give_back(const store::AugmentationRow& row);
    [[nodiscard]] std::size_t allowance(TimeMs now);
    void return_allowance(std::size_t unused);
    void note_answer(const Error* unanswered);
    [[nodiscard]] bool is_paused(TimeMs now);
    void count_now_and_then();
    [[nodiscard]] std::int64_t spread(std::int64_t milliseconds);

    const Parts parts_;
    const Options options_;
    const std::unique_ptr<const Meters> meters_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::condition_variable woken_;
    // Guarded by mutex_:
    std::uint64_t wakes_ = 0;
    TimeMs minute_;          ///< begin of the one that is counted
    std::int64_t begun_ = 0; ///< documents in it
    int unanswered_ = 0;     ///< in a row
    TimeMs paused_until_;
    TimeMs counted_at_;
    bool late_told_ = false;
    std::vector<std::thread> threads_;
};

/// When a file is to be renewed whose proof ends then: `margin_ms` before, but never earlier than
/// half the time that is left, so that a certificate that ends soon is no reason to renew for ever.
[[nodiscard]] TimeMs renewal_due(TimeMs now, TimeMs proven_until, std::int64_t margin_ms);

} // namespace songda::app
