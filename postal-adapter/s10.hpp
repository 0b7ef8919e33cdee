#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace songda::postal {

/// What is wrong with an identifier, as precisely as UPU S10 lets one say.
enum class S10Verdict { good, wrong_length, wrong_character, wrong_check_digit };

/// What the two letters before the number say of the item (UPU S10, table of service indicators).
enum class S10Service {
    parcel,          ///< CA–CZ
    express,         ///< EA–EZ: EMS
    commerce_parcel, ///< HA–HZ
    tracked_letter,  ///< LA–LZ
    bag,             ///< MA–MZ
    reply,           ///< QA–QM: IBRS
    registered,      ///< RA–RZ
    other_letter,    ///< UA–UZ
    insured_letter,  ///< VA–VZ without the domestic ones
    domestic,        ///< AV–AZ, BA–BZ, DA–DZ, GA, GD, NA–NZ, PA–PZ, ZA–ZZ, or bilateral
    reserved,        ///< no meaning is listed
};

/// An identifier of UPU S10: `AA NNNNNNNN C BB`, 13 characters without spaces.
struct S10 {
    std::string service; ///< two capital letters
    std::uint32_t serial = 0;
    std::string country; ///< ISO 3166-1 of the post that issued it
    bool operator==(const S10&) const = default;
};

/// Of eight digits: weights 8 6 4 2 3 5 9 7 modulo 11; 10 is written 0, 11 is written 5. About one
/// wrong digit in 55 goes unseen, so a good check digit proves no number.
[[nodiscard]] char s10_check_digit(std::string_view eight_digits);
[[nodiscard]] S10Verdict check_s10(std::string_view identifier);
/// Nothing for one that is not good.
[[nodiscard]] std::optional<S10> parse_s10(std::string_view identifier);
/// The serial has at most eight digits.
[[nodiscard]] std::string write_s10(const S10& parts);
[[nodiscard]] S10Service s10_service(std::string_view service);

} // namespace songda::postal
