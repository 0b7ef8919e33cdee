#include "catalogue/codes.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/time.hpp"

namespace songda::catalogue {
namespace {

constexpr std::string_view credit_alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

} // namespace

CodeVerdict check_credit_code(std::string_view code) {
    if (code.size() != 18) {
        return CodeVerdict::wrong_length;
    }
    unsigned weight = 1;
    unsigned sum = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        last = credit_alphabet.find(code[i]);
        if (last == std::string_view::npos) {
            return CodeVerdict::wrong_character;
        }
        if (i < 17) {
            sum += static_cast<unsigned>(last) * weight;
            weight = weight * 3 % 31;
        }
    }
    return (31 - sum % 31) % 31 == last ? CodeVerdict::good : CodeVerdict::wrong_check_digit;
}

CodeVerdict check_organisation_code(std::string_view code) {
    if (code.size() != 9) {
        return CodeVerdict::wrong_length;
    }
    static constexpr std::array<unsigned, 8> weights = {3, 7, 9, 10, 5, 8, 4, 2};
    static constexpr std::string_view check_characters = "0123456789X";
    static constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    unsigned sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const std::size_t value = alphabet.find(code[i]);
        if (value == std::string_view::npos) {
            return CodeVerdict::wrong_character;
        }
        sum += static_cast<unsigned>(value) * weights[i];
    }
    if (check_characters.find(code[8]) == std::string_view::npos) {
        return CodeVerdict::wrong_character;
    }
    return check_characters[(11 - sum % 11) % 11] == code[8] ? CodeVerdict::good
                                                             : CodeVerdict::wrong_check_digit;
}

bool is_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

CodeVerdict check_id_number(std::string_view code) {
    if (code.size() != 18) {
        return CodeVerdict::wrong_length;
    }
    static constexpr std::array<unsigned, 17> weights = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                         3, 7, 9,  10, 5, 8, 4, 2};
    static constexpr std::string_view check_characters = "10X98765432";
    unsigned sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (code[i] < '0' || code[i] > '9') {
            return CodeVerdict::wrong_character;
        }
        sum += static_cast<unsigned>(code[i] - '0') * weights[i];
    }
    if (check_characters.find(code[17]) == std::string_view::npos) {
        return CodeVerdict::wrong_character;
    }
    const std::string birth = std::string(code.substr(6, 4)) + '-' +
                              std::string(code.substr(10, 2)) + '-' +
                              std::string(code.substr(12, 2));
    if (!parse_date(birth)) {
        return CodeVerdict::wrong_date;
    }
    return check_characters[sum % 11] == code[17] ? CodeVerdict::good
                                                  : CodeVerdict::wrong_check_digit;
}

std::string_view verdict_name(CodeVerdict verdict) {
    switch (verdict) {
    case CodeVerdict::good: return "good";
    case CodeVerdict::wrong_length: return "length";
    case CodeVerdict::wrong_character: return "character";
    case CodeVerdict::wrong_date: return "birth_date";
    case CodeVerdict::wrong_check_digit: return "check_digit";
    }
    return "good";
}

std::string_view verdict_text_zh(CodeVerdict verdict) {
    switch (verdict) {
    case CodeVerdict::good: return "正确";
    case CodeVerdict::wrong_length: return "应为18位";
    case CodeVerdict::wrong_character: return "含有不允许的字符";
    case CodeVerdict::wrong_date: return "中的出生日期不存在";
    case CodeVerdict::wrong_check_digit: return "校验位错误";
    }
    return "正确";
}

std::string_view verdict_text_en(CodeVerdict verdict) {
    switch (verdict) {
    case CodeVerdict::good: return "good";
    case CodeVerdict::wrong_length: return "must have 18 characters";
    case CodeVerdict::wrong_character: return "holds a character that the standard does not have";
    case CodeVerdict::wrong_date: return "its birth date does not exist";
    case CodeVerdict::wrong_check_digit: return "the check digit is wrong";
    }
    return "good";
}

} // namespace songda::catalogue
