#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "app/paced_thread.hpp"
#include "base/metrics.hpp"
#include "base/time.hpp"
#include "signer/evidence_seal.hpp"
#include "signer/timestamp_client.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Seals records of evidence behind what they tell of: one tree over those since the last batch,
/// a seal over its root and the batch before, then a time-stamp over the seal. Nothing waits for
/// it. An authority that is away delays the token alone, which is told once, and again when it is
/// late. A crash before a commit leaves the records to the next batch. A thread of its own between
/// `start` and the end of the object; `step` by hand without it. All parts outlive it.
class EvidenceKeeping {
public:
    struct Options {
        std::size_t records_max = 8192; ///< of one batch; a full one is sealed at once
        std::int64_t seal_ms = 60'000;  ///< the oldest record waits so long at most
        std::int64_t late_ms = 3'600'000;
        std::size_t tokens_per_step = 16;
        std::chrono::milliseconds poll{1000};
        std::chrono::milliseconds pause_most{60'000}; ///< while the store or the key is away
    };
    struct Parts {
        store::Store& store;
        const signer::EvidenceSeal& seal;
        signer::TimestampClient* timestamps; ///< null: no tokens
        const Clock& clock;
        metrics::Registry& metrics;
    };
    EvidenceKeeping(const Parts& parts, const Options& options);
    explicit EvidenceKeeping(const Parts& parts) : EvidenceKeeping(parts, Options()) {}
    EvidenceKeeping(const EvidenceKeeping&) = delete;
    EvidenceKeeping& operator=(const EvidenceKeeping&) = delete;

    void start();
    /// Ends the thread and seals what waits, so that a service that was stopped leaves nothing
    /// unsealed. Tokens come with the next start.
    void close();
    /// Once; how long to wait before the next.
    std::chrono::milliseconds step();

private:
    [[nodiscard]] Result<bool> seal_due(const store::EvidenceCounts& counts);
    [[nodiscard]] Result<std::size_t> seal_next();
    [[nodiscard]] Result<void> fetch_tokens();
    void tell_tokens(const std::optional<signer::TimestampMiss>& miss);
    void tell_counts();
    [[nodiscard]] std::chrono::milliseconds rest(const Error& why);

    const Parts parts_;
    const Options options_;
    const metrics::Counter sealed_;
    const metrics::Counter batches_;
    const metrics::Gauge unsealed_;
    const metrics::Gauge without_token_;
    const metrics::Gauge token_wait_;
    std::optional<TimeMs> since_; ///< when the first unsealed record was seen
    bool token_away_ = false;
    bool token_late_ = false;
    std::chrono::milliseconds pause_{0};
    PacedThread thread_; ///< first to go
};

} // namespace songda::app
