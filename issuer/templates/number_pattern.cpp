#include "issuer/templates/number_pattern.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace songda::issuer {
namespace {

/// ISO 7064 MOD 11,10 over the digits of `text`.
char check_digit(std::string_view text) {
    int product = 10;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            const int sum = (product + (c - '0')) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
    }
    return static_cast<char>('0' + (11 - product) % 10);
}

Error unknown_part(std::string_view part) {
    return {Fault::invalid_input, fmt::format("number pattern: unknown part {{{}}}", part)};
}

Result<std::string> expand_sequence(std::string_view part, std::uint64_t sequence) {
    std::string digits = std::to_string(sequence);
    if (part == "sequence") {
        return digits;
    }
    const std::string_view width = part.substr(std::string_view("sequence:").size());
    if (width.size() != 1 || width[0] < '1' || width[0] > '9') {
        return unknown_part(part);
    }
    const auto wanted = static_cast<std::size_t>(width[0] - '0');
    if (digits.size() > wanted) {
        return Error{Fault::exhausted, "number pattern: the sequence has run out of digits"};
    }
    return std::string(wanted - digits.size(), '0') + digits;
}

} // namespace

Result<std::string> expand_number(std::string_view pattern, const NumberParts& parts) {
    std::string number;
    while (!pattern.empty()) {
        if (pattern.front() != '{') {
            number += pattern.front();
            pattern.remove_prefix(1);
            continue;
        }
        const std::size_t end = pattern.find('}');
        if (end == std::string_view::npos) {
            return unknown_part(pattern.substr(1));
        }
        const std::string_view part = pattern.substr(1, end - 1);
        pattern.remove_prefix(end + 1);
        if (part == "year") {
            number += std::to_string(parts.year);
        } else if (part == "department.prefix") {
            number += parts.department_prefix;
        } else if (part == "department.region") {
            number += parts.department_region;
        } else if (part == "check") {
            number += check_digit(number);
        } else if (part == "sequence" || part.rfind("sequence:", 0) == 0) {
            const auto digits = expand_sequence(part, parts.sequence);
            if (!digits.ok()) {
                return digits.error();
            }
            number += digits.value();
        } else {
            return unknown_part(part);
        }
    }
    return number;
}

std::optional<std::uint64_t> sequence_max(std::string_view pattern) {
    static constexpr std::string_view part = "{sequence:";
    std::optional<std::uint64_t> least;
    for (std::size_t at = 0; (at = pattern.find(part, at)) != std::string_view::npos;) {
        at += part.size();
        const char width = at < pattern.size() ? pattern[at] : '0';
        if (width < '1' || width > '9') {
            continue;
        }
        std::uint64_t end = 1;
        for (char digits = '0'; digits < width; ++digits) {
            end *= 10;
        }
        least = std::min(least.value_or(end - 1), end - 1);
    }
    return least;
}

} // namespace songda::issuer
