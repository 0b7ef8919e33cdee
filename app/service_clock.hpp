#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "app/paced_thread.hpp"
#include "base/metrics.hpp"
#include "base/time.hpp"
#include "catalogue/working_days.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Watches the term in which documents are to be served (行政许可法 §44): counts each department's
/// documents that are not served and whose last day is near or over, for alarms ahead, and its dead
/// letters, and says once a day in the log that there are such. A thread of its own between `start`
/// and the end of the object; `look` by hand without it. All parts outlive it.
class ServiceClock {
public:
    struct Parts {
        store::Store& store;
        const Clock& clock;
        metrics::Registry& metrics;
        const catalogue::WorkingDays& calendar;
        std::vector<DepartmentCode> departments;
    };
    struct Options {
        int working_days_ahead = 3;
        std::chrono::milliseconds between{600'000};
    };
    explicit ServiceClock(Parts parts) : ServiceClock(std::move(parts), Options()) {}
    ServiceClock(Parts parts, Options options);

    void start();
    /// What it counted of all departments, each up to list_rows_max.
    struct Counts {
        std::size_t near = 0; ///< the last day is at most so far ahead, today included
        std::size_t late = 0; ///< the last day is over
        std::size_t dead = 0; ///< dead letters
        bool operator==(const Counts&) const = default;
    };
    Counts look();

private:
    [[nodiscard]] Counts look_at(const DepartmentCode& department, Date today, Date until) const;
    [[nodiscard]] std::size_t count_dead(const DepartmentCode& department, bool tell) const;

    const Parts parts_;
    const Options options_;
    std::optional<Date> told_; ///< the day that the log last said it
    PacedThread thread_;       ///< first to go
};

} // namespace songda::app
