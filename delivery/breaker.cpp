#include "delivery/breaker.hpp"

#include <algorithm>

namespace songda::delivery {
namespace {

/// Speaks of the other side as a whole, not of one leg.
bool is_about_provider(const Outcome& outcome) {
    return outcome.kind == Outcome::Kind::configuration ||
           (outcome.kind == Outcome::Kind::temporary &&
            (outcome.reason == Reason::provider_down || outcome.reason == Reason::network ||
             outcome.reason == Reason::timeout));
}

} // namespace

TimeMs Breaker::paused_until() const {
    const std::scoped_lock lock(mutex_);
    return until_;
}

bool Breaker::take(const Outcome& outcome, TimeMs now) {
    if (outcome.kind == Outcome::Kind::not_now) {
        return false; // nobody was asked
    }
    const std::scoped_lock lock(mutex_);
    if (!is_about_provider(outcome)) {
        failures_ = 0;
        pause_ms_ = first_pause_ms;
        return false;
    }
    ++failures_;
    const bool enough = outcome.kind == Outcome::Kind::configuration || failures_ >= failures_max;
    if (!enough || until_ > now) {
        return false;
    }
    until_ = now + pause_ms_;
    // After the pause one more failure begins the next, longer one.
    failures_ = failures_max - 1;
    pause_ms_ = std::min(pause_ms_ * 2, longest_pause_ms);
    return true;
}

} // namespace songda::delivery
