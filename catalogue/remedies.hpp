#pragma once

#include "catalogue/profile.hpp"
#include "catalogue/working_days.hpp"

/// Until when the addressee of a decision may ask for its review 行政复议 or sue 行政诉讼, counted
/// from the day it was served. Pure functions.
namespace songda::catalogue {

struct RemedyTerm {
    Date until; ///< the last day, in China
    /// No calendar of that year is out: should the day be a holiday, the next working day is last.
    bool may_move = false;
    bool operator==(const RemedyTerm&) const = default;
};
struct Remedies {
    RemedyTerm review;  ///< sixty days (行政复议法 §20)
    RemedyTerm lawsuit; ///< six months (行政诉讼法 §46)
    bool operator==(const Remedies&) const = default;
};

/// The day of service does not count; a last day that is a holiday moves to the next working day
/// (民事诉讼法 §85, by 行政复议法 §88 and 行政诉讼法 §101).
[[nodiscard]] Remedies remedies_after(const WorkingDays& calendar, Date served);

/// Documents of this type tell their addressee of remedies.
[[nodiscard]] bool tells_remedies(const Profile& profile);

} // namespace songda::catalogue
