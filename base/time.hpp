#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace songda {

/// UTC, milliseconds since 1970. What is stored and compared; +08:00 appears only on paper and
/// pages.
struct TimeMs {
    std::int64_t value = 0;
    auto operator<=>(const TimeMs&) const = default;
};

[[nodiscard]] inline TimeMs operator+(TimeMs time, std::int64_t milliseconds) {
    return {time.value + milliseconds};
}
[[nodiscard]] inline std::int64_t operator-(TimeMs left, TimeMs right) {
    return left.value - right.value;
}

/// The only way to learn the time. Safe to call from several threads.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimeMs now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] TimeMs now() const override;
};

/// Time that no one can set: milliseconds since the machine started, sleep included. Its difference
/// to `Clock` stays the same until somebody sets that. Safe to call from several threads.
class BootClock {
public:
    virtual ~BootClock() = default;
    [[nodiscard]] virtual std::int64_t since_boot_ms() const = 0;
    /// Which start of the machine it is; another after each. At most 64 printable characters.
    [[nodiscard]] virtual std::string boot() const = 0;
};

class SystemBootClock final : public BootClock {
public:
    [[nodiscard]] std::int64_t since_boot_ms() const override;
    [[nodiscard]] std::string boot() const override;
};

/// A calendar day, as a decision or a licence carries it.
struct Date {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    auto operator<=>(const Date&) const = default;
};

/// `2026-11-24`, and only a day that exists.
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);
[[nodiscard]] std::string to_text(Date date);
/// `2026年11月24日`: Arabic digits, full year, no leading zeros (GB/T 9704-2012 §7.3.5.4).
[[nodiscard]] std::string to_chinese(Date date);
/// The day that it is in China (+08:00, no daylight saving time since 1991).
[[nodiscard]] Date china_date(TimeMs time);
/// The first moment of that day in China.
[[nodiscard]] TimeMs china_midnight(Date date);

/// `2026-11-24T01:02:03.004Z`.
[[nodiscard]] std::string to_rfc3339(TimeMs time);
/// `2026-11-24T09:02:03+08:00`.
[[nodiscard]] std::string to_china_time(TimeMs time);
/// Accepts `Z` and numeric offsets, with or without a fraction.
[[nodiscard]] std::optional<TimeMs> parse_rfc3339(std::string_view text);

} // namespace songda
