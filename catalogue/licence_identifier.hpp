#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalogue/codes.hpp"

/// 电子证照标识, GB/T 36904-2018: `1.2.156.3005.2` `.` type `.` issuer `.` serial `.` version `.`
/// check. OID-shaped only: letters follow the root.
namespace songda::catalogue {

inline constexpr std::string_view licence_identifier_root = "1.2.156.3005.2";

struct LicenceIdentifier {
    std::string type; ///< 证照类型代码: defining organ's 统一社会信用代码 and three digits
    std::string issuer; ///< 颁发机构代码: 统一社会信用代码; files in the wild also have a division
    std::string serial;  ///< 流水号: 1 to 64 of `[0-9A-Z]`, one issuer's and type's own
    std::string version; ///< 版本号: `001`, one more for each later edition of the licence
    bool operator==(const LicenceIdentifier&) const = default;
};

/// ISO/IEC 7064 MOD 37,36 over the four parts without dots and root. Nothing if a character is not
/// of `[0-9A-Z]`.
[[nodiscard]] std::optional<char> licence_check_character(const LicenceIdentifier& identifier);

/// The whole identifier. The parts must be of `[0-9A-Z]`.
[[nodiscard]] std::string to_text(const LicenceIdentifier& identifier);

struct LicenceIdentifierReading {
    CodeVerdict verdict = CodeVerdict::good;
    LicenceIdentifier identifier;    ///< as far as it could be read
    bool issuer_is_division = false; ///< six digits of GB/T 2260 where a code should stand: warn
};

/// Takes what is printed on other issuers' licences: a wrong check character is told, nothing
/// crashes on it. With or without the root.
[[nodiscard]] LicenceIdentifierReading read_licence_identifier(std::string_view text);

} // namespace songda::catalogue
