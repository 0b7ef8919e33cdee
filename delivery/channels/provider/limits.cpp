#include "delivery/channels/provider/limits.hpp"

#include <algorithm>
#include <cmath>

namespace songda::delivery::provider {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;

} // namespace

std::int64_t RateBucket::take(TimeMs now) {
    if (per_second_ == 0) {
        return 0;
    }
    const std::scoped_lock lock(mutex_);
    const double apart = 1000.0 / static_cast<double>(per_second_);
    const auto at = static_cast<double>(now.value);
    // What was not used up to a second ago may be used now.
    next_ms_ = std::max(next_ms_, at - 1000.0 + apart);
    const double wait = std::max(0.0, next_ms_ - at);
    next_ms_ += apart;
    return static_cast<std::int64_t>(std::ceil(wait));
}

std::int64_t& DayCounts::count(const std::string& recipient, TimeMs at) {
    const Date day = china_date(at);
    if (day_ < day) {
        day_ = day;
        counts_.clear();
    }
    return counts_[recipient];
}

bool DayCounts::take(const std::string& recipient, TimeMs now) {
    if (per_day_ == 0) {
        return true;
    }
    const std::scoped_lock lock(mutex_);
    std::int64_t& sent = count(recipient, now);
    if (sent >= per_day_) {
        return false;
    }
    ++sent;
    return true;
}

void DayCounts::give_back(const std::string& recipient, TimeMs now) {
    const std::scoped_lock lock(mutex_);
    if (per_day_ != 0 && china_date(now) == day_) {
        std::int64_t& sent = count(recipient, now);
        sent = std::max<std::int64_t>(0, sent - 1);
    }
}

void DayCounts::remember(const std::string& recipient, TimeMs at) {
    const std::scoped_lock lock(mutex_);
    if (per_day_ != 0 && !(china_date(at) < day_)) {
        ++count(recipient, at);
    }
}

std::optional<TimeMs> quiet_until(const Quiet& quiet, TimeMs now) {
    const TimeMs midnight = china_midnight(china_date(now));
    const std::int64_t since = now - midnight;
    const std::int64_t from = quiet.from * minute_ms;
    const std::int64_t to = quiet.to * minute_ms;
    if (from < to) {
        return since >= from && since < to ? std::optional(midnight + to) : std::nullopt;
    }
    if (since >= from) {
        return midnight + (day_ms + to);
    }
    return since < to ? std::optional(midnight + to) : std::nullopt;
}

} // namespace songda::delivery::provider
