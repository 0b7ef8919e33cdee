#pragma once

#include <map>
#include <set>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::catalogue {

/// Working days (工作日): all but statutory holidays and weekends, with the weekends that the State
/// Council's yearly notice moves (行政许可法 §82; 国务院办公厅关于…年部分节假日安排的通知). One
/// file a year in catalogue/calendar. A year without its notice is a fault, never a guess: the next
/// year's comes out each November. Immutable; share it.
class WorkingDays {
public:
    /// Reads `YYYY.toml` files. Faults: not_found (no such folder, or no year in it), invalid_input
    /// (file, line and key of everything wrong).
    [[nodiscard]] static Result<WorkingDays> read(const std::string& folder);

    /// Fault of all three: not_found, `no calendar for 2027`.
    [[nodiscard]] Result<bool> is_working_day(Date day) const;
    /// The last day of a term of so many working days; the day it begins on does not count
    /// (民法典 §201). `count` is at least 1.
    [[nodiscard]] Result<Date> end_of_term(Date begin, int count) const;
    /// Working days after `begin` up to and with `end`; 0 if `end` is not later.
    [[nodiscard]] Result<int> count_between(Date begin, Date end) const;

private:
    struct Year {
        std::set<Date> holidays; ///< no work, whatever day of the week
        std::set<Date> workdays; ///< Saturdays and Sundays that are worked
    };
    std::map<int, Year> years_;
};

[[nodiscard]] Date next_day(Date day);

} // namespace songda::catalogue
