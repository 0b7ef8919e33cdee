#include "app/level_keeping.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"

namespace songda::app {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t reason_bytes_max = 500;

/// A fault's name, then words for operators.
std::string reason_of(const Error& error) {
    return (std::string(fault_name(error.fault)) + ": " + error.detail).substr(0, reason_bytes_max);
}

/// Nothing but an operator changes what these mean.
bool is_final(Fault fault) {
    return fault == Fault::forbidden || fault == Fault::corrupt || fault == Fault::invalid_input ||
           fault == Fault::conflict;
}

std::int64_t doubled(std::int64_t first, int times, std::int64_t most) {
    std::int64_t wait = first;
    for (int i = 0; i < times && wait < most; ++i) {
        wait *= 2;
    }
    return std::min(wait, most);
}

} // namespace

struct LevelKeeping::Meters {
    explicit Meters(metrics::Registry& registry)
        : waiting(registry.gauge("songda_augmentations_waiting",
                                 "Documents whose level is not reached, or whose last attempt to "
                                 "reach or renew it failed.")),
          oldest(registry.gauge("songda_augmentation_oldest_wait_seconds",
                                "How long the first of those waits whose level is not reached.")),
          late(registry.gauge("songda_augmentations_late",
                              "Documents whose time to reach their level is over.")),
          parked(registry.gauge("songda_augmentations_parked",
                                "Documents that nothing is tried for until an operator says so.")),
          renewals(registry.gauge("songda_augmentation_renewals_due",
                                  "Documents whose proof is to be renewed now.")),
          paused(registry.gauge("songda_augmentation_paused",
                                "1 while nobody answers who is asked for augmentation.")),
          seconds(registry.seconds("songda_augmentation_seconds",
                                   "One attempt to bring a document to its level.")),
          registry_(registry) {}

    void reached(SignatureLevel level) const {
        registry_
            .counter("songda_augmentations_total", "Revisions put behind documents, by level.",
                     {{"level", std::string(level_name(level))}})
            .add();
    }
    void failed(Fault fault) const {
        registry_
            .counter("songda_augmentation_failures_total",
                     "Attempts to bring a document to its level that came to nothing, by fault.",
                     {{"fault", std::string(fault_name(fault))}})
            .add();
    }

    metrics::Gauge waiting;
    metrics::Gauge oldest;
    metrics::Gauge late;
    metrics::Gauge parked;
    metrics::Gauge renewals;
    metrics::Gauge paused;
    metrics::Histogram seconds;

private:
    metrics::Registry& registry_;
};

TimeMs renewal_due(TimeMs now, TimeMs proven_until, std::int64_t margin_ms) {
    const std::int64_t left = std::max<std::int64_t>(proven_until.value - now.value, 0);
    return now + std::max(left - margin_ms, left / 2);
}

LevelKeeping::LevelKeeping(Parts parts, Options options)
    : parts_(std::move(parts)), options_(options),
      meters_(std::make_unique<const Meters>(parts_.metrics)) {}

LevelKeeping::~LevelKeeping() {
    stop();
}

void LevelKeeping::start() {
    for (unsigned i = 0; i < options_.threads; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

void LevelKeeping::wake() {
    {
        const std::scoped_lock lock(mutex_);
        ++wakes_;
    }
    woken_.notify_one();
}

void LevelKeeping::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

void LevelKeeping::run() {
    std::uint64_t seen = 0;
    while (!stopping_) {
        count_now_and_then();
        if (step() > 0) {
            continue;
        }
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, options_.poll, [&] { return stopping_ || wakes_ != seen; });
        seen = wakes_;
    }
}

std::size_t LevelKeeping::step() {
    const TimeMs now = parts_.clock.now();
    // Nothing is asked for that could not be written down.
    if (is_paused(now) || !parts_.store.writable()) {
        return 0;
    }
    const std::size_t most = allowance(now);
    if (most == 0) {
        return 0;
    }
    const auto claimed = parts_.store.claim_augmentations({now, most, options_.lease_ms});
    if (!claimed.ok()) {
        return_allowance(most);
        log::error("augmentation_claim_failed", {{"why", claimed.error().detail}});
        return 0;
    }
    return_allowance(most - claimed.value().size());
    std::size_t tried = 0;
    for (const store::AugmentationRow& row : claimed.value()) {
        if (stopping_ || is_paused(parts_.clock.now())) {
            give_back(row);
            continue;
        }
        ++tried;
        work(row);
    }
    return tried;
}

/// How many may begin now. One, while it is not known that anybody answers again.
std::size_t LevelKeeping::allowance(TimeMs now) {
    const std::scoped_lock lock(mutex_);
    const std::size_t claim = unanswered_ >= options_.failures_to_pause ? 1 : options_.claim;
    if (options_.per_minute == 0) {
        return claim;
    }
    if (now < minute_ || minute_ + minute_ms <= now) {
        minute_ = now;
        begun_ = 0;
    }
    const std::int64_t left = std::max<std::int64_t>(options_.per_minute - begun_, 0);
    const std::size_t most = std::min(claim, static_cast<std::size_t>(left));
    begun_ += static_cast<std::int64_t>(most);
    return most;
}

void LevelKeeping::return_allowance(std::size_t unused) {
    const std::scoped_lock lock(mutex_);
    begun_ = std::max<std::int64_t>(begun_ - static_cast<std::int64_t>(unused), 0);
}

void LevelKeeping::work(const store::AugmentationRow& row) {
    const auto document = parts_.store.find_document(row.document);
    if (!document.ok() || !document.value()) {
        fail(row,
             document.ok() ? Error{Fault::corrupt, "the document is not there"} : document.error());
        return;
    }
    const auto file = parts_.store.read_file(*document.value());
    if (!file.ok()) {
        fail(row, file.error());
        return;
    }
    const auto started = std::chrono::steady_clock::now();
    const auto made = parts_.augmenter.augment(
        file.value(), static_cast<std::size_t>(document.value()->file.size), row.wanted);
    meters_->seconds.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    const bool unanswered = !made.ok() && made.error().fault == Fault::unavailable;
    note_answer(unanswered ? &made.error() : nullptr);
    if (made.ok()) {
        put(row, file.value(), made.value());
    } else {
        fail(row, made.error());
    }
}

void LevelKeeping::put(const store::AugmentationRow& row, ByteView file,
                       const signer::Augmentation& made) {
    Sha256 whole;
    whole.update(file);
    whole.update(made.revisions);
    const TimeMs now = parts_.clock.now();
    store::RevisionWrite write;
    write.document = row.document;
    write.fence = row.fence;
    write.bytes = made.revisions;
    write.at = now;
    write.level = made.level;
    write.proven_until = made.proven_until;
    write.file_hash = whole.finish();
    if (made.level < row.wanted) {
        write.due = now + options_.retry_first_ms; // a step on the way
    } else if (row.wanted == SignatureLevel::b_lta && made.proven_until) {
        write.due = renewal_due(now, *made.proven_until, options_.renew_before_ms);
    }
    write.release = parts_.release;
    write.audit = {now, "service", "level_reached", to_text(row.document),
                   std::string(level_name(made.level))};
    const auto done = parts_.store.put_revision(write);
    if (!done.ok()) {
        fail(row, done.error());
        return;
    }
    if (!done.value()) { // whoever holds it now does it
        log::info("augmentation_overtaken", {{"document", to_text(row.document)}});
        return;
    }
    meters_->reached(made.level);
    log::info("level_reached", {{"document", to_text(row.document)},
                                {"level", level_name(made.level)},
                                {"renewal", row.level >= row.wanted}});
    if (parts_.released) {
        parts_.released();
    }
}

void LevelKeeping::fail(const store::AugmentationRow& row, const Error& error) {
    meters_->failed(error.fault);
    if (is_final(error.fault)) {
        park(row, error);
        return;
    }
    const std::int64_t wait =
        doubled(options_.retry_first_ms, row.attempts, options_.retry_most_ms);
    const auto done = parts_.store.put_off_augmentation(
        {row.document, row.fence, parts_.clock.now() + spread(wait), reason_of(error)});
    if (error.fault != Fault::unavailable || !done.ok()) { // an outage is told once
        log::warning("augmentation_failed", {{"document", to_text(row.document)},
                                             {"fault", fault_name(error.fault)},
                                             {"why", error.detail}});
    }
}

void LevelKeeping::park(const store::AugmentationRow& row, const Error& error) {
    const store::AuditRow audit{parts_.clock.now(), "service", "augmentation_parked",
                                to_text(row.document), std::string(fault_name(error.fault))};
    const auto done = parts_.store.put_off_augmentation(
        {row.document, row.fence, std::nullopt, reason_of(error), audit});
    log::error("augmentation_parked",
               {{"document", to_text(row.document)},
                {"fault", fault_name(error.fault)},
                {"why", done.ok() ? error.detail : error.detail + "; " + done.error().detail}});
}

void LevelKeeping::give_back(const store::AugmentationRow& row) {
    const auto done = parts_.store.put_off_augmentation(
        {row.document, row.fence, parts_.clock.now(), std::nullopt});
    if (!done.ok()) { // its lease ends
        log::warning("augmentation_kept", {{"why", done.error().detail}});
    }
}

/// After some failures in a row everybody rests; the next answer of any kind ends it.
void LevelKeeping::note_answer(const Error* unanswered) {
    const std::scoped_lock lock(mutex_);
    const bool was_away = unanswered_ >= options_.failures_to_pause;
    if (unanswered == nullptr) {
        unanswered_ = 0;
        paused_until_ = {};
        if (was_away) {
            log::info("augmentation_goes_on", {});
        }
    } else if (++unanswered_ >= options_.failures_to_pause) {
        const int more = unanswered_ - options_.failures_to_pause;
        paused_until_ = parts_.clock.now() +
                        spread(doubled(options_.pause_first_ms, more, options_.pause_most_ms));
        if (!was_away) {
            log::warning("augmentation_unanswered", {{"why", unanswered->detail}});
        }
    }
    meters_->paused.set(unanswered_ >= options_.failures_to_pause ? 1 : 0);
}

bool LevelKeeping::is_paused(TimeMs now) {
    const std::scoped_lock lock(mutex_);
    return now < paused_until_;
}

/// Up to half of it more, so that what failed together does not come back together.
std::int64_t LevelKeeping::spread(std::int64_t milliseconds) {
    std::uint32_t number = 0;
    parts_.random.fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
    return milliseconds +
           static_cast<std::int64_t>(static_cast<double>(milliseconds) / 2 * number / 4294967296.0);
}

void LevelKeeping::count_now_and_then() {
    {
        const std::scoped_lock lock(mutex_);
        const TimeMs now = parts_.clock.now();
        if (counted_at_ <= now && now < counted_at_ + options_.between_counts_ms) {
            return;
        }
        counted_at_ = now;
    }
    count();
}

void LevelKeeping::count() {
    const TimeMs now = parts_.clock.now();
    const auto counted = parts_.store.count_augmentations(now);
    if (!counted.ok()) {
        log::warning("augmentations_uncounted", {{"why", counted.error().detail}});
        return;
    }
    const store::AugmentationCounts& counts = counted.value();
    const std::int64_t oldest_ms = counts.oldest ? now.value - counts.oldest->value : 0;
    meters_->waiting.set(static_cast<double>(counts.waiting));
    meters_->oldest.set(static_cast<double>(oldest_ms) / 1000);
    meters_->late.set(static_cast<double>(counts.late));
    meters_->parked.set(static_cast<double>(counts.parked));
    meters_->renewals.set(static_cast<double>(counts.renewals_due));
    const std::scoped_lock lock(mutex_);
    if ((counts.late > 0) != late_told_) {
        late_told_ = counts.late > 0;
        log::write(late_told_ ? log::Level::error : log::Level::info,
                   late_told_ ? "levels_late" : "levels_in_time",
                   {{"late", counts.late}, {"waiting", counts.waiting}});
    }
}

} // namespace songda::app
