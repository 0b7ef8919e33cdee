#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "delivery/channels/provider/spec.hpp"

/// How much a provider and its recipients are asked to bear.
namespace songda::delivery::provider {

/// So many calls a second, for all threads together. Thread-safe.
class RateBucket {
public:
    /// 0: no limit. A second's worth may go at once after a rest.
    explicit RateBucket(std::int64_t per_second) : per_second_(per_second) {}

    /// Takes the next place in the line; how long to wait for it, in milliseconds.
    [[nodiscard]] std::int64_t take(TimeMs now);

private:
    const std::int64_t per_second_;
    std::mutex mutex_;
    double next_ms_ = 0; ///< when the next place is free; guarded
};

/// So many messages to one recipient on one day in China. Recipients are keyed hashes. Thread-safe.
class DayCounts {
public:
    explicit DayCounts(std::int64_t per_day) : per_day_(per_day) {}

    /// Counts one more, unless it would be too many: then nothing is counted.
    [[nodiscard]] bool take(const std::string& recipient, TimeMs now);
    /// It was not sent after all.
    void give_back(const std::string& recipient, TimeMs now);
    /// One that was sent before this program began.
    void remember(const std::string& recipient, TimeMs at);

private:
    std::int64_t& count(const std::string& recipient, TimeMs at);

    const std::int64_t per_day_;
    std::mutex mutex_;
    Date day_;
    std::map<std::string, std::int64_t> counts_; ///< of `day_`
};

/// The end of the quiet hours that it is now; nothing: it is none. Hours in China.
[[nodiscard]] std::optional<TimeMs> quiet_until(const Quiet& quiet, TimeMs now);

} // namespace songda::delivery::provider
