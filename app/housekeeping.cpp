#include "app/housekeeping.hpp"

#include "base/log.hpp"

namespace songda::app {

Housekeeping::Housekeeping(Parts parts, Options options)
    : parts_(std::move(parts)),
      pruned_(parts_.metrics.counter("songda_idempotency_rows_pruned_total",
                                     "Expired idempotency rows removed.")),
      expired_(parts_.metrics.counter("songda_documents_expired_total",
                                      "Documents whose expiry was told.")),
      untold_(parts_.metrics.counter("songda_expiries_untold_total",
                                     "Documents whose expiry could not be told.")),
      options_(options) {}

void Housekeeping::start() {
    thread_.start([this] { return step() ? options_.between_rounds : options_.between_steps; });
}

bool Housekeeping::step() {
    const bool pruned = prune();
    const bool told = tell_expired();
    return pruned && told;
}

bool Housekeeping::prune() {
    const auto step = parts_.store.prune_idempotency(parts_.clock.now() + -options_.grace_ms, next_,
                                                     options_.rows_per_step);
    if (!step.ok()) {
        log::warning("housekeeping_failed", {{"why", step.error().detail}});
        next_.clear();
        return true;
    }
    pruned_.add(static_cast<double>(step.value().removed));
    next_ = step.value().next;
    return next_.empty();
}

bool Housekeeping::tell_expired() {
    const auto step = parts_.store.tell_expired(parts_.clock.now(), options_.expiries_per_step,
                                                parts_.follow_status);
    if (!step.ok()) {
        log::warning("expiry_walk_failed", {{"why", step.error().detail}});
        return true;
    }
    for (const DocumentId& document : step.value().failed) {
        log::error("expiry_not_told", {{"document", to_text(document)}});
    }
    untold_.add(static_cast<double>(step.value().failed.size()));
    expired_.add(static_cast<double>(step.value().expired));
    return step.value().over;
}

} // namespace songda::app
