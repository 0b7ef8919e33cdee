#pragma once

#include <memory>
#include <vector>

#include "base/metrics.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/channel.hpp"
#include "store/store.hpp"

namespace songda::delivery {

/// How one channel is worked.
struct Lane {
    ChannelKind kind;
    Channel& channel;
    unsigned threads = 2;
    /// Legs per claim; more share their commits. Only for idempotent channels: after a crash
    /// the untried ones of a claim cannot be told from those whose answer was lost, and are UNKNOWN
    /// for a channel that must not send twice. So 1 is enforced for those.
    std::size_t claim = 1;
};

/// What the couriers work with; all outlive them.
struct CourierParts {
    store::Store& store;
    const ApplicantKeys& keys;
    const Clock& clock;
    Random& random;
    metrics::Registry& metrics;
    std::vector<Lane> lanes;
};

/// The couriers: lease due legs, hand them to their channel, settle the answers. A lane a channel,
/// so that a slow or paused channel is in nobody's way; inside a lane departments take turns
/// (ClaimRequest). Every answer is durable in the commit that claims the next leg, before that is
/// sent. After kill -9 a leased leg becomes due again when its lease ends and is then settled by
/// time.
class Courier {
public:
    explicit Courier(CourierParts parts);
    ~Courier(); ///< as stop()
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

    /// Starts the lanes' threads.
    void start();
    /// Something is due now; cheap, from any thread. Without it a lane looks once a second.
    void wake();
    /// Finishes the attempts that are running, gives back what was claimed and not tried, ends the
    /// threads. Waits for the longest attempt at most.
    void stop();

    /// One round of every lane in the calling thread; returns how many legs were settled. For tests
    /// with a fixed clock, not beside start().
    std::size_t run_once();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Counts a leg that came to a state (`songda_legs_settled_total`), whoever settled it.
void count_settled(metrics::Registry& registry, const store::LegRow& leg, std::string_view state);

} // namespace songda::delivery
