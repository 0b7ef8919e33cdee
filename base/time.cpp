#include "base/time.hpp"

#include <chrono>
#include <ctime>
#include <fstream>

namespace songda {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t china_offset_ms = 8LL * 3'600'000;

std::int64_t days_since_epoch(Date date) {
    const std::chrono::year_month_day day{
        std::chrono::year{date.year}, std::chrono::month{date.month}, std::chrono::day{date.day}};
    return std::chrono::sys_days{day}.time_since_epoch().count();
}

struct Moment {
    Date date;
    std::int64_t ms_of_day = 0;
};

Moment split(std::int64_t ms) {
    std::int64_t days = ms / day_ms;
    std::int64_t rest = ms % day_ms;
    if (rest < 0) {
        rest += day_ms;
        --days;
    }
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
    return {{static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
             static_cast<unsigned>(day.day())},
            rest};
}

/// Each document is full of times, so they are written without a formatting library.
void put_digits(std::string& to, std::size_t at, std::size_t width, std::int64_t value) {
    for (std::size_t i = width; i-- > 0; value /= 10) {
        to[at + i] = static_cast<char>('0' + value % 10);
    }
}

/// `HH:MM:SS` behind the day and the T.
void put_time(std::string& to, std::int64_t ms_of_day) {
    const std::int64_t seconds = ms_of_day / 1000;
    put_digits(to, 11, 2, seconds / 3600);
    put_digits(to, 14, 2, seconds / 60 % 60);
    put_digits(to, 17, 2, seconds % 60);
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

/// `Z`, `+08:00`, `-03:30` → minutes east of UTC.
std::optional<int> offset_minutes(std::string_view text) {
    if (text == "Z" || text == "z") {
        return 0;
    }
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
        return std::nullopt;
    }
    const auto hours = number(text.substr(1, 2));
    const auto minutes = number(text.substr(4, 2));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

} // namespace

TimeMs SystemClock::now() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

std::int64_t SystemBootClock::since_boot_ms() const {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1'000'000;
}

std::string SystemBootClock::boot() const {
    static const std::string id = [] {
        std::ifstream file("/proc/sys/kernel/random/boot_id");
        std::string line;
        std::getline(file, line);
        return line;
    }();
    return id;
}

std::optional<Date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(5, 2));
    const auto day = number(text.substr(8, 2));
    if (!year || !month || !day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day made{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!made.ok()) {
        return std::nullopt;
    }
    return Date{*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)};
}

std::string to_text(Date date) {
    std::string text = "0000-00-00";
    put_digits(text, 0, 4, date.year);
    put_digits(text, 5, 2, date.month);
    put_digits(text, 8, 2, date.day);
    return text;
}

std::string to_chinese(Date date) {
    std::string text = std::to_string(date.year);
    text += "年";
    text += std::to_string(date.month);
    text += "月";
    text += std::to_string(date.day);
    text += "日";
    return text;
}

Date china_date(TimeMs time) {
    return split(time.value + china_offset_ms).date;
}

TimeMs china_midnight(Date date) {
    return {days_since_epoch(date) * day_ms - china_offset_ms};
}

std::string to_rfc3339(TimeMs time) {
    const Moment m = split(time.value);
    std::string text = to_text(m.date) + "T00:00:00.000Z";
    put_time(text, m.ms_of_day);
    put_digits(text, 20, 3, m.ms_of_day % 1000);
    return text;
}

std::string to_china_time(TimeMs time) {
    const Moment m = split(time.value + china_offset_ms);
    std::string text = to_text(m.date) + "T00:00:00+08:00";
    put_time(text, m.ms_of_day);
    return text;
}

std::optional<TimeMs> parse_rfc3339(std::string_view text) {
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
        text[16] != ':') {
        return std::nullopt;
    }
    const auto date = parse_date(text.substr(0, 10));
    const auto hour = number(text.substr(11, 2));
    const auto minute = number(text.substr(14, 2));
    const auto second = number(text.substr(17, 2));
    std::string_view rest = text.substr(19);
    std::int64_t fraction_ms = 0;
    if (rest.front() == '.') {
        std::int64_t weight = 100;
        for (rest.remove_prefix(1); !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
             rest.remove_prefix(1)) {
            fraction_ms += (rest.front() - '0') * weight;
            weight /= 10;
        }
    }
    const auto offset = offset_minutes(rest);
    if (!date || !hour || !minute || !second || !offset || *hour > 23 || *minute > 59 ||
        *second > 60) {
        return std::nullopt;
    }
    const std::int64_t seconds = *hour * 3600LL + *minute * 60LL + *second - *offset * 60LL;
    return TimeMs{days_since_epoch(*date) * day_ms + seconds * 1000 + fraction_ms};
}

} // namespace songda
