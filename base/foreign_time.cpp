#include "base/foreign_time.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace songda {
namespace {

constexpr std::string_view china = "+08:00";
constexpr std::size_t compact_digits = 14;
/// Numbers below are seconds: as milliseconds they would lie before 1973.
constexpr std::int64_t first_milliseconds = 100'000'000'000;

std::optional<TimeMs> read_compact(std::string_view digits) {
    const auto part = [digits](std::size_t from, std::size_t count) {
        return std::string(digits.substr(from, count));
    };
    return parse_rfc3339(part(0, 4) + '-' + part(4, 2) + '-' + part(6, 2) + 'T' + part(8, 2) + ':' +
                         part(10, 2) + ':' + part(12, 2) + std::string(china));
}

} // namespace

std::optional<TimeMs> read_foreign_time(std::string_view text) {
    const bool number = !text.empty() && std::all_of(text.begin(), text.end(),
                                                     [](char c) { return c >= '0' && c <= '9'; });
    if (number && text.size() == compact_digits) {
        return read_compact(text);
    }
    if (number) {
        std::int64_t value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        if (read.ec != std::errc() || value == 0) {
            return std::nullopt;
        }
        return TimeMs{value < first_milliseconds ? value * 1000 : value};
    }
    constexpr std::size_t date_characters = 10;
    if (text.size() == 19 && text[date_characters] == ' ') {
        return parse_rfc3339(std::string(text.substr(0, date_characters)) + 'T' +
                             std::string(text.substr(date_characters + 1)) + std::string(china));
    }
    return parse_rfc3339(text);
}

} // namespace songda
