#include "app/housekeeping.hpp"

#include "base/log.hpp"

namespace songda::app {

Housekeeping::Housekeeping(store::Store& store, const Clock& clock, metrics::Registry& metrics,
                           Options options)
    : store_(store), clock_(clock), pruned_(metrics.counter("songda_idempotency_rows_pruned_total",
                                                            "Expired idempotency rows removed.")),
      options_(options) {}

Housekeeping::~Housekeeping() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Housekeeping::start() {
    thread_ = std::thread([this] { run(); });
}

bool Housekeeping::step() {
    const auto step =
        store_.prune_idempotency(clock_.now() + -options_.grace_ms, next_, options_.rows_per_step);
    if (!step.ok()) {
        log::warning("housekeeping_failed", {{"why", step.error().detail}});
        next_.clear();
        return true;
    }
    pruned_.add(static_cast<double>(step.value().removed));
    next_ = step.value().next;
    return next_.empty();
}

void Housekeeping::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const bool round_over = step();
        lock.lock();
        wake_.wait_for(lock, round_over ? options_.between_rounds : options_.between_steps,
                       [this] { return stopping_; });
    }
}

} // namespace songda::app
