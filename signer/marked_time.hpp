#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

/// Time for an authority that must never tell an earlier time than it has told before, whatever
/// happens to the clock, the process, the power or the disk (docs/formats/timestamp.md, "Time").
namespace songda::signer {

/// What is on disk: nothing later than `reserved` was ever told.
struct TimeMark {
    TimeMs reserved;
    std::int64_t offset_ms = 0; ///< Clock minus BootClock, as it was believed
    std::string boot;           ///< the start of the machine that `offset_ms` belongs to
    bool operator==(const TimeMark&) const = default;
};

[[nodiscard]] std::string write_time_mark(const TimeMark& mark);
/// Fault corrupt: not those bytes. Pure.
[[nodiscard]] Result<TimeMark> parse_time_mark(std::string_view text);

/// How far a clock may be from what was believed.
struct TimeLimits {
    /// Told times are reserved on disk that far ahead: the longest wait after a crash.
    std::int64_t step_ms = 1000;
    /// A jump forwards of more, which the boot clock does not know of, is not believed.
    std::int64_t jump_ms_max = 1000;
    /// Nor is, after a start of the machine, a clock that is further ahead of the mark than that.
    std::int64_t absence_ms_max = 24LL * 3'600'000;
};

/// One look at both clocks.
struct TimeLook {
    TimeMs now;
    std::int64_t offset_least_ms = 0; ///< the difference is between these two: the
    std::int64_t offset_most_ms = 0;  ///< clocks cannot be read in the same instant
    std::string boot;
};
[[nodiscard]] TimeLook look_at(const Clock& clock, const BootClock& boot_clock);

/// Is the clock believed? Pure. Fault held: it jumped forwards, and an operator decides. A clock
/// that is right again is believed again.
[[nodiscard]] Result<void> judge_time(const TimeMark& mark, const TimeLook& look,
                                      const TimeLimits& limits);

/// Told by `next`, never decreasing. Holds the folder: one process a folder. Safe to call from
/// several threads; a call that reserves waits for the disk, about one in a second.
class MarkedTime {
public:
    struct Options {
        std::string folder; ///< made if it is not there
        TimeLimits limits{};
        /// Told when it begins and when it stops to refuse; the error is empty then.
        std::function<void(const std::optional<Error>&)> changed{};
    };
    /// The clocks outlive it. Faults: unavailable (another process has the folder, or it cannot be
    /// written), no_space, corrupt (a mark that cannot be read: nobody guesses what it said).
    [[nodiscard]] static Result<std::unique_ptr<MarkedTime>>
    open(Options options, const Clock& clock, const BootClock& boot_clock);
    /// Gives back what was reserved and not told.
    ~MarkedTime();
    MarkedTime(const MarkedTime&) = delete;
    MarkedTime& operator=(const MarkedTime&) = delete;

    /// A time that is on disk before it is told. Faults: unavailable (the clock is behind what was
    /// told; it will catch up), held (as `judge_time`), no_space and internal (the disk: nothing is
    /// told without its record).
    [[nodiscard]] Result<TimeMs> next();

private:
    MarkedTime(Options options, const Clock& clock, const BootClock& boot_clock)
        : options_(std::move(options)), clock_(clock), boot_clock_(boot_clock) {}
    [[nodiscard]] Result<void> take_folder();
    [[nodiscard]] Result<TimeMs> tell();
    [[nodiscard]] Result<void> reserve(const TimeLook& look);
    [[nodiscard]] bool confirmed(const TimeLook& look) const;

    const Options options_;
    const Clock& clock_;
    const BootClock& boot_clock_;
    std::mutex mutex_;
    TimeMark mark_;                     ///< as on disk, but for an offset that got smaller
    TimeMs told_;                       ///< nothing earlier is told
    std::optional<Error> write_failed_; ///< of the last reservation
    std::int64_t retry_at_ms_ = 0;      ///< of the boot clock: not before then is another tried
    std::optional<Fault> refusing_;
    int lock_ = -1;
};

/// How the time of a folder stands, looked at from beside the service.
struct TimeStanding {
    TimeMark mark;
    TimeLook look;
    Result<void> verdict;
};
/// Faults: not_found (no mark yet), corrupt.
[[nodiscard]] Result<TimeStanding> look_beside(const std::string& folder, const TimeLimits& limits,
                                               const Clock& clock, const BootClock& boot_clock);

/// An operator's word that the clock is right now. The service takes it up at its next request; it
/// holds for the mark and the difference of the clocks that it was given for, and for no other. The
/// last one stays beside the mark, with who gave it and why. Faults: as look_beside; conflict (the
/// time is not held), unavailable, no_space.
[[nodiscard]] Result<void> confirm_time(const std::string& folder, const TimeStanding& standing,
                                        const std::string& by, const std::string& reason);

} // namespace songda::signer
