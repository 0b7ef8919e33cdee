#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace songda::issuer {

/// What a number is made of.
struct NumberParts {
    std::string_view department_prefix; ///< 机关代字
    std::string_view department_region; ///< GB/T 2260, 6 digits
    int year = 0;
    std::uint64_t sequence = 0;
};

/// Expands `{department.prefix}〔{year}〕{sequence}号`. Knows `{year}`, `{sequence}`,
/// `{sequence:N}` (N digits, zeros in front; more digits are a fault), `{department.prefix}`,
/// `{department.region}` and `{check}` (ISO 7064 MOD 11,10 over all digits before it, as food
/// licences carry it). Faults: invalid_input (unknown part), exhausted (the sequence has more
/// digits).
[[nodiscard]] Result<std::string> expand_number(std::string_view pattern, const NumberParts& parts);

/// The highest number that the pattern has digits for; nothing: no end.
[[nodiscard]] std::optional<std::uint64_t> sequence_max(std::string_view pattern);

} // namespace songda::issuer
