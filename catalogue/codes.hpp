#pragma once

#include <string_view>

namespace songda::catalogue {

/// What is wrong with a code, as precisely as its standard lets one say.
enum class CodeVerdict { good, wrong_length, wrong_character, wrong_date, wrong_check_digit };

/// 统一社会信用代码, GB 32100-2015: 18 characters of an alphabet without I O S V Z, weighted
/// modulo 31.
[[nodiscard]] CodeVerdict check_credit_code(std::string_view code);

/// 组织机构代码, GB 11714: characters 9 to 17 of a 统一社会信用代码, eight and a check character
/// modulo 11.
[[nodiscard]] CodeVerdict check_organisation_code(std::string_view code);

/// 公民身份号码, GB 11643-1999: 17 digits with a birth date that exists, check character by
/// ISO 7064 MOD 11-2 (`X` for 10, upper case).
[[nodiscard]] CodeVerdict check_id_number(std::string_view code);

/// Nothing but ASCII digits; an empty text too.
[[nodiscard]] bool is_digits(std::string_view text);

/// `check_digit`, as a finding names the rule.
[[nodiscard]] std::string_view verdict_name(CodeVerdict verdict);
[[nodiscard]] std::string_view verdict_text_zh(CodeVerdict verdict);
[[nodiscard]] std::string_view verdict_text_en(CodeVerdict verdict);

} // namespace songda::catalogue
