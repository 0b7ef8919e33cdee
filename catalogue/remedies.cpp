#include "catalogue/remedies.hpp"

#include <algorithm>
#include <chrono>

namespace songda::catalogue {
namespace {

constexpr int review_days = 60;
constexpr std::chrono::months lawsuit_months{6};
constexpr std::string_view remedy_rules = "remedies.";

using std::chrono::year_month_day;

year_month_day to_calendar(Date day) {
    return year_month_day{std::chrono::year{day.year}, std::chrono::month{day.month},
                          std::chrono::day{day.day}};
}

Date to_date(year_month_day day) {
    return {static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
            static_cast<unsigned>(day.day())};
}

/// The day of the same number; the last of the month where it has none (民诉法 has no rule; 民法典
/// §202 and §203 by analogy).
year_month_day later(year_month_day day, std::chrono::months by) {
    const year_month_day moved = day + by;
    return moved.ok() ? moved : year_month_day{moved.year() / moved.month() / std::chrono::last};
}

RemedyTerm ending(const WorkingDays& calendar, Date day) {
    Date until = day;
    while (true) {
        const auto worked = calendar.is_working_day(until);
        if (!worked.ok()) {
            return {day, true};
        }
        if (worked.value()) {
            return {until, false};
        }
        until = next_day(until);
    }
}

} // namespace

Remedies remedies_after(const WorkingDays& calendar, Date served) {
    const year_month_day day = to_calendar(served);
    const year_month_day review{std::chrono::sys_days{day} + std::chrono::days{review_days}};
    return {ending(calendar, to_date(review)),
            ending(calendar, to_date(later(day, lawsuit_months)))};
}

bool tells_remedies(const Profile& profile) {
    return std::any_of(profile.rules.begin(), profile.rules.end(),
                       [](const ProfileRule& rule) { return rule.id.starts_with(remedy_rules); });
}

} // namespace songda::catalogue
