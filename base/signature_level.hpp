#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace songda {

/// How much of what a court needs is in a signed file itself (ETSI EN 319 142-1 §6). Each level
/// has all that the one before has. The numbers are stored; never renumber.
enum class SignatureLevel : std::uint8_t {
    b_b = 1,   ///< the signature
    b_t = 2,   ///< and a trusted time at which it was there
    b_lt = 3,  ///< and certificates and revocation answers: checked without asking anybody
    b_lta = 4, ///< and a time-stamp over them, so that they outlive keys and algorithms
};

/// `B-B`, `B-T`, `B-LT`, `B-LTA`: as templates, API and pages have it.
[[nodiscard]] constexpr std::string_view level_name(SignatureLevel level) {
    switch (level) {
    case SignatureLevel::b_t: return "B-T";
    case SignatureLevel::b_lt: return "B-LT";
    case SignatureLevel::b_lta: return "B-LTA";
    case SignatureLevel::b_b: break;
    }
    return "B-B";
}

[[nodiscard]] constexpr std::optional<SignatureLevel> find_level(std::string_view name) {
    for (const SignatureLevel level :
         {SignatureLevel::b_b, SignatureLevel::b_t, SignatureLevel::b_lt, SignatureLevel::b_lta}) {
        if (level_name(level) == name) {
            return level;
        }
    }
    return std::nullopt;
}

} // namespace songda
