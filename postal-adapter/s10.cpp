#include "postal-adapter/s10.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/check.hpp"
#include "catalogue/codes.hpp"

namespace songda::postal {
namespace {

using catalogue::is_digits;

constexpr std::size_t length = 13;
constexpr std::size_t serial_at = 2;
constexpr std::size_t serial_digits = 8;
constexpr std::size_t check_at = serial_at + serial_digits;
constexpr std::size_t country_at = check_at + 1;
constexpr std::uint32_t serial_max = 99'999'999;

/// Without the C library: it asks the locale.
bool is_letters(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// A range of indicators, both ends included.
struct Range {
    std::string_view first;
    std::string_view last;
    S10Service service;
};
constexpr std::array ranges = {
    Range{"AV", "AZ", S10Service::domestic},       Range{"BA", "BZ", S10Service::domestic},
    Range{"CA", "CZ", S10Service::parcel},         Range{"DA", "DZ", S10Service::domestic},
    Range{"EA", "EZ", S10Service::express},        Range{"GA", "GA", S10Service::domestic},
    Range{"GD", "GD", S10Service::domestic},       Range{"HA", "HZ", S10Service::commerce_parcel},
    Range{"LA", "LZ", S10Service::tracked_letter}, Range{"MA", "MZ", S10Service::bag},
    Range{"NA", "NZ", S10Service::domestic},       Range{"PA", "PZ", S10Service::domestic},
    Range{"QA", "QM", S10Service::reply},          Range{"RA", "RZ", S10Service::registered},
    Range{"UA", "UZ", S10Service::other_letter},   Range{"VA", "VZ", S10Service::insured_letter},
    Range{"ZA", "ZZ", S10Service::domestic},
};

} // namespace

char s10_check_digit(std::string_view eight_digits) {
    SONGDA_CHECK(eight_digits.size() == serial_digits && is_digits(eight_digits));
    static constexpr std::array<int, serial_digits> weights = {8, 6, 4, 2, 3, 5, 9, 7};
    int sum = 0;
    for (std::size_t i = 0; i < serial_digits; ++i) {
        sum += (eight_digits[i] - '0') * weights[i];
    }
    const int check = 11 - sum % 11;
    return check == 10 ? '0' : check == 11 ? '5' : static_cast<char>('0' + check);
}

S10Verdict check_s10(std::string_view identifier) {
    if (identifier.size() != length) {
        return S10Verdict::wrong_length;
    }
    if (!is_letters(identifier.substr(0, serial_at)) ||
        !is_letters(identifier.substr(country_at)) ||
        !is_digits(identifier.substr(serial_at, serial_digits + 1))) {
        return S10Verdict::wrong_character;
    }
    return s10_check_digit(identifier.substr(serial_at, serial_digits)) == identifier[check_at]
               ? S10Verdict::good
               : S10Verdict::wrong_check_digit;
}

std::optional<S10> parse_s10(std::string_view identifier) {
    if (check_s10(identifier) != S10Verdict::good) {
        return std::nullopt;
    }
    S10 parts;
    parts.service = identifier.substr(0, serial_at);
    parts.country = identifier.substr(country_at);
    const std::string_view digits = identifier.substr(serial_at, serial_digits);
    std::from_chars(digits.data(), digits.data() + digits.size(), parts.serial);
    return parts;
}

std::string write_s10(const S10& parts) {
    SONGDA_CHECK(parts.serial <= serial_max && parts.service.size() == serial_at &&
                 parts.country.size() == length - country_at);
    const std::string digits = fmt::format("{:08}", parts.serial);
    return parts.service + digits + s10_check_digit(digits) + parts.country;
}

S10Service s10_service(std::string_view service) {
    const auto found = std::find_if(ranges.begin(), ranges.end(), [&](const Range& each) {
        return service.size() == serial_at && each.first <= service && service <= each.last;
    });
    return found == ranges.end() ? S10Service::reserved : found->service;
}

} // namespace songda::postal
