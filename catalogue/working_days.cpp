#include "catalogue/working_days.hpp"

#include <chrono>
#include <filesystem>

#include "base/check.hpp"
#include "base/toml_reader.hpp"

namespace songda::catalogue {
namespace {

std::chrono::sys_days to_days(Date date) {
    return std::chrono::year_month_day{std::chrono::year{date.year}, std::chrono::month{date.month},
                                       std::chrono::day{date.day}};
}

bool is_weekend(Date date) {
    const std::chrono::weekday day{to_days(date)};
    return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

std::set<Date> read_days(TomlTable& table, std::string_view key, int year, bool on_weekends_only) {
    std::set<Date> days;
    for (const std::string& text : table.texts(key)) {
        const auto day = parse_date(text);
        if (!day || day->year != year) {
            table.refuse(key, text + " is no day of " + std::to_string(year));
        } else if (on_weekends_only && !is_weekend(*day)) {
            table.refuse(key, text + " is worked anyway");
        } else {
            days.insert(*day);
        }
    }
    return days;
}

/// `2026.toml` → 2026; 0 for any other file.
int year_of(const std::filesystem::path& path) {
    const auto day =
        path.extension() == ".toml" ? parse_date(path.stem().string() + "-01-01") : std::nullopt;
    return day ? day->year : 0;
}

} // namespace

Date next_day(Date day) {
    const std::chrono::year_month_day next{to_days(day) + std::chrono::days{1}};
    return {static_cast<int>(next.year()), static_cast<unsigned>(next.month()),
            static_cast<unsigned>(next.day())};
}

Result<WorkingDays> WorkingDays::read(const std::string& folder) {
    WorkingDays made;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        const int year = year_of(entry.path());
        if (year == 0) {
            continue;
        }
        const auto file = TomlFile::open(entry.path().string());
        if (!file.ok()) {
            return file.error();
        }
        TomlTable root = file.value().root();
        Year& read = made.years_[year];
        read.holidays = read_days(root, "holidays", year, false);
        read.workdays = read_days(root, "workdays", year, true);
        const auto finished = file.value().finish();
        if (!finished.ok()) {
            return finished.error();
        }
    }
    if (made.years_.empty()) {
        return Error{Fault::not_found, folder + ": no year of working days, like 2026.toml"};
    }
    return made;
}

Result<bool> WorkingDays::is_working_day(Date day) const {
    const auto year = years_.find(day.year);
    if (year == years_.end()) {
        return Error{Fault::not_found, "no calendar for " + std::to_string(day.year)};
    }
    return year->second.workdays.contains(day) ||
           (!is_weekend(day) && !year->second.holidays.contains(day));
}

Result<Date> WorkingDays::end_of_term(Date begin, int count) const {
    SONGDA_CHECK(count >= 1);
    Date day = begin;
    while (count > 0) {
        day = next_day(day);
        const auto worked = is_working_day(day);
        if (!worked.ok()) {
            return worked.error();
        }
        count -= worked.value() ? 1 : 0;
    }
    return day;
}

Result<int> WorkingDays::count_between(Date begin, Date end) const {
    int count = 0;
    for (Date day = begin; day < end;) {
        day = next_day(day);
        const auto worked = is_working_day(day);
        if (!worked.ok()) {
            return worked.error();
        }
        count += worked.value() ? 1 : 0;
    }
    return count;
}

} // namespace songda::catalogue
