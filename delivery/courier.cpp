#include "delivery/courier.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/check.hpp"
#include "base/log.hpp"
#include "delivery/breaker.hpp"
#include "delivery/found.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/plan.hpp"
#include "delivery/policy.hpp"
#include "delivery/prepare.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

using store::ClaimedLeg;
using store::LegUpdate;

constexpr auto poll = std::chrono::seconds(1);
/// Beyond the longest attempt: reading the file, two commits, a slow disk.
constexpr std::int64_t lease_margin_ms = 30'000;
/// How long the legs of one claim should take: who comes behind a burst waits for them.
constexpr double claim_ms = 5;
/// What was sent a moment ago may be seen by the other side's own search only now.
constexpr std::int64_t find_after_ms = 60'000;

struct LaneMetrics {
    LaneMetrics(metrics::Registry& registry, ChannelKind kind)
        : channel{{"channel", std::string(channel_name(kind))}},
          seconds(registry.seconds("songda_leg_attempt_seconds", "One attempt of a leg.", channel)),
          paused(registry.gauge("songda_channel_paused", "1 while a channel is paused.", channel)),
          looked(registry.gauge("songda_legs_looked_at_timestamp_seconds",
                                "When a courier last looked for legs that are due.", channel)) {}

    metrics::Labels channel;
    metrics::Histogram seconds;
    metrics::Gauge paused;
    metrics::Gauge looked;
};

/// One lane at work. Used by all threads of the lane.
class LaneWork {
public:
    LaneWork(const CourierParts& parts, const Lane& lane)
        : parts_(parts), lane_(lane), traits_(lane.channel.traits()),
          meters_(parts.metrics, lane.kind) {}

    [[nodiscard]] unsigned threads() const { return lane_.threads; }

    /// Claims, sends and settles, while anything is due and until the service stops; or once.
    /// Returns how many legs were settled.
    std::size_t run(const std::atomic<bool>& stopping, bool once) {
        std::size_t settled = 0;
        for (auto claimed = turn_over({}, {}, true); !claimed.empty();) {
            std::vector<store::LegFinish> finishes;
            for (const ClaimedLeg& leg : claimed) {
                finishes.push_back({leg.row.id, leg.fence, settle(leg.row, stopping)});
            }
            settled += finishes.size();
            claimed = turn_over(claimed, finishes, !once && !stopping);
        }
        return settled;
    }

private:
    /// Writes down what became of the legs of the last claim and takes the next. A stale fence
    /// means that the leg moved meanwhile, by an event from outside or after a lease that was too
    /// short: what was learned here is dropped, the leg's own history stands.
    std::vector<ClaimedLeg> turn_over(const std::vector<ClaimedLeg>& before,
                                      const std::vector<store::LegFinish>& finishes, bool goes_on) {
        const TimeMs now = parts_.clock.now();
        const bool paused = breaker_.paused_until() > now;
        meters_.paused.set(paused ? 1 : 0);
        // Nothing is sent whose outcome could not be written down.
        const std::size_t claim =
            goes_on && !paused && parts_.store.writable() ? legs_to_claim() : 0;
        if (claim == 0 && finishes.empty()) {
            return {};
        }
        auto done = parts_.store.turn_over(
            finishes, {static_cast<std::uint8_t>(lane_.kind), now, claim,
                       traits_.attempt_ms * static_cast<std::int64_t>(claim) + lease_margin_ms,
                       states_on_claim()});
        if (!done.ok()) {
            // The lease ends and time settles it.
            log::error("turnover_failed", {{"why", done.error().detail}});
            return {};
        }
        if (claim > 0) {
            meters_.looked.set(static_cast<double>(now.value) / 1000);
        }
        for (std::size_t i = 0; i < finishes.size(); ++i) {
            tell(before[i].row, finishes[i].update, done.value().finished[i]);
        }
        return std::move(done.value().claimed);
    }

    /// A claim's legs go one after another, so that who comes behind a burst of another department
    /// waits for the end of it: with a slow other side for fewer legs.
    [[nodiscard]] std::size_t legs_to_claim() const {
        const double most = claim_ms / std::max(ms_a_leg_.load(), 0.001);
        return traits_.idempotent && most > 1
                   ? std::min(lane_.claim, static_cast<std::size_t>(most))
                   : 1;
    }

    /// By the wall clock, so that a test with a fixed one claims the same each time; it may jump.
    void note_time(std::int64_t took_ms) {
        const auto bounded = static_cast<double>(std::clamp<std::int64_t>(took_ms, 0, 1000));
        ms_a_leg_ = 0.9 * ms_a_leg_ + 0.1 * bounded;
    }

    /// What becomes unknown here is asked for soon, where that can be.
    LegUpdate settle(const store::LegRow& leg, const std::atomic<bool>& stopping) {
        LegUpdate update = work(leg, stopping);
        if (traits_.finds && leg_state(leg.state) != LegState::unknown &&
            leg_state(update.state) == LegState::unknown) {
            update.due = parts_.clock.now() + find_after_ms;
        }
        return update;
    }

    LegUpdate work(const store::LegRow& leg, const std::atomic<bool>& stopping) {
        if (auto reminded = remind(parts_, leg)) {
            return *std::move(reminded);
        }
        if (traits_.finds && leg_state(leg.state) == LegState::unknown) {
            return ask(leg);
        }
        if (auto by_time = settle_by_time(leg, traits_.idempotent, moment())) {
            return *std::move(by_time);
        }
        if (awaits_of(leg) != Awaits::nothing) {
            return look_again(parts_, leg);
        }
        if (stopping || breaker_.paused_until() > parts_.clock.now()) {
            return settle_untried(leg, stopping ? Reason::service_stopped : Reason::channel_paused,
                                  parts_.clock.now());
        }
        const Prepared prepared = prepare(parts_, leg, traits_.needs_file);
        if (prepared.settled) {
            return *prepared.settled;
        }
        const TimeMs began = parts_.clock.now();
        const auto started = std::chrono::steady_clock::now();
        const Outcome outcome = prepared.failed ? *prepared.failed : send(leg, prepared);
        meters_.seconds.observe(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
        note_time(parts_.clock.now().value - began.value);
        if (breaker_.take(outcome, parts_.clock.now())) {
            log::warning("channel_paused", {{"channel", channel_name(lane_.kind)},
                                            {"reason", reason_name(outcome.reason)}});
        }
        LegUpdate update = settle_outcome(leg, outcome, moment());
        if (outcome.kind == Outcome::Kind::reached && outcome.happened) {
            date_arrival(update, outcome, sent_between(leg).since, parts_.clock.now());
        }
        return update;
    }

    /// As an operator who looks there (delivery.md §1.3); again later while nobody can tell.
    LegUpdate ask(const store::LegRow& leg) {
        const SentBetween sent = sent_between(leg);
        const Found found = lane_.channel.find(leg, sent);
        const TimeMs now = parts_.clock.now();
        if (found.kind == Found::Kind::unsure) {
            // As long as one that nobody can be asked for may clear up by itself.
            const std::int64_t unknown_ms = policy_of(lane_.kind).unknown;
            return now <= sent.until + unknown_ms
                       ? settle_unread(leg, now)
                       : *settle_by_time(leg, traits_.idempotent, moment());
        }
        return settle_found(leg, found, sent.since, now);
    }

    /// A history that cannot be read leaves the leg's whole life.
    SentBetween sent_between(const store::LegRow& leg) {
        const auto events = parts_.store.leg_events(leg.id);
        return delivery::sent_between(leg,
                                      events.ok() ? events.value() : std::vector<store::LegEvent>(),
                                      traits_.attempt_ms, parts_.clock.now());
    }

    Outcome send(const store::LegRow& leg, const Prepared& prepared) {
        const Notice* const notice = prepared.notice ? &*prepared.notice : nullptr;
        Collection collection;
        if (notice == nullptr || is_chosen_notice(leg)) {
            collection = parts_.keys.collection_of(leg.id, leg.document);
        }
        if (notice != nullptr) {
            collection.code = {}; // never the way that a link goes
        }
        return lane_.channel.send(
            {leg, *prepared.document, prepared.file, collection, parts_.clock.now(), notice});
    }

    void tell(const store::LegRow& leg, const LegUpdate& update, bool applied) {
        const auto state = leg_state(update.state);
        const std::string_view name = applied && state ? state_name(*state) : "stale";
        count_settled(parts_.metrics, leg, name);
        const bool alarm = !applied || (state && watch_of(*state).alarms);
        log::write(alarm ? log::Level::warning : log::Level::info, "leg_settled",
                   {{"document", to_text(leg.document)},
                    {"leg", to_text(leg.id)},
                    {"channel", channel_name(lane_.kind)},
                    {"purpose", purpose_name(leg.purpose)},
                    {"state", name},
                    {"reason", update.reason}});
    }

    Moment moment() const {
        std::uint32_t number = 0;
        parts_.random.fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
        return {parts_.clock.now(), number / 4294967296.0};
    }

    const CourierParts& parts_;
    const Lane lane_;
    const ChannelTraits traits_;
    const LaneMetrics meters_;
    std::atomic<double> ms_a_leg_ = 0; ///< of late; threads may overwrite each other's
    Breaker breaker_;
};

} // namespace

struct Courier::Impl {
    explicit Impl(CourierParts given) : parts(std::move(given)) {
        for (const Lane& lane : parts.lanes) {
            lanes.push_back(std::make_unique<LaneWork>(parts, lane));
        }
    }

    void work(LaneWork& lane) {
        std::uint64_t seen = 0;
        while (!stopping) {
            if (lane.run(stopping, false) > 0) {
                continue;
            }
            std::unique_lock lock(mutex);
            woken.wait_for(lock, poll, [&] { return stopping || wakes != seen; });
            seen = wakes;
        }
    }

    CourierParts parts;
    std::vector<std::unique_ptr<LaneWork>> lanes;
    std::atomic<bool> stopping{false};
    std::mutex mutex;
    std::condition_variable woken;
    std::uint64_t wakes = 0; ///< under `mutex`
    std::vector<std::jthread> threads;
};

void count_settled(metrics::Registry& registry, const store::LegRow& leg, std::string_view state) {
    registry
        .counter("songda_legs_settled_total", "Legs by the state they came to.",
                 {{"channel", std::string(channel_name(static_cast<ChannelKind>(leg.channel)))},
                  {"purpose", std::string(purpose_name(leg.purpose))},
                  {"state", std::string(state)}})
        .add();
}

Courier::Courier(CourierParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}

Courier::~Courier() {
    stop();
}

void Courier::start() {
    for (const auto& lane : impl_->lanes) {
        for (unsigned i = 0; i < lane->threads(); ++i) {
            impl_->threads.emplace_back([this, &work = *lane] { impl_->work(work); });
        }
    }
}

void Courier::wake() {
    const std::scoped_lock lock(impl_->mutex);
    ++impl_->wakes;
    impl_->woken.notify_all();
}

void Courier::stop() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopping = true;
        impl_->woken.notify_all();
    }
    impl_->threads.clear();
}

std::size_t Courier::run_once() {
    std::size_t settled = 0;
    for (const auto& lane : impl_->lanes) {
        settled += lane->run(impl_->stopping, true);
    }
    return settled;
}

} // namespace songda::delivery
