#include "catalogue/licence_identifier.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace songda::catalogue {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Place of a character in the alphabet; -1: none.
constexpr std::array<signed char, 256> values = [] {
    std::array<signed char, 256> made{};
    made.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        made[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
    }
    return made;
}();
constexpr std::size_t type_characters = 21;
constexpr std::size_t serial_characters_max = 64;
constexpr std::size_t version_characters = 3;
constexpr std::size_t division_characters = 6;

bool is_of_alphabet(std::string_view text) {
    return text.find_first_not_of(alphabet) == std::string_view::npos;
}

bool has_right_lengths(const LicenceIdentifier& identifier) {
    const bool issuer =
        check_credit_code(identifier.issuer) != CodeVerdict::wrong_length ||
        (identifier.issuer.size() == division_characters && is_digits(identifier.issuer));
    return identifier.type.size() == type_characters && issuer && !identifier.serial.empty() &&
           identifier.serial.size() <= serial_characters_max &&
           identifier.version.size() == version_characters && is_digits(identifier.version);
}

} // namespace

std::optional<char> licence_check_character(const LicenceIdentifier& identifier) {
    unsigned product = 36;
    for (const std::string* const part :
         {&identifier.type, &identifier.issuer, &identifier.serial, &identifier.version}) {
        for (const char c : *part) {
            const int value = values[static_cast<unsigned char>(c)];
            if (value < 0) {
                return std::nullopt;
            }
            // Modulo 36 and 37 of what is below their doubles.
            product += static_cast<unsigned>(value);
            product -= product > 36 ? 36 : 0;
            product *= 2;
            product -= product >= 37 ? 37 : 0;
        }
    }
    return alphabet[(37 - product) % 36];
}

std::string to_text(const LicenceIdentifier& identifier) {
    const auto check = licence_check_character(identifier);
    SONGDA_CHECK(check.has_value());
    std::string text;
    text.reserve(128);
    text += licence_identifier_root;
    for (const std::string* const part :
         {&identifier.type, &identifier.issuer, &identifier.serial, &identifier.version}) {
        text += '.';
        text += *part;
    }
    text += '.';
    text += *check;
    return text;
}

LicenceIdentifierReading read_licence_identifier(std::string_view text) {
    LicenceIdentifierReading reading;
    if (text.starts_with(licence_identifier_root) &&
        text.substr(licence_identifier_root.size()).starts_with('.')) {
        text.remove_prefix(licence_identifier_root.size() + 1);
    }
    std::string check;
    const std::array<std::string*, 5> parts = {&reading.identifier.type, &reading.identifier.issuer,
                                               &reading.identifier.serial,
                                               &reading.identifier.version, &check};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t dot = i + 1 < parts.size() ? text.find('.') : text.size();
        if (dot == std::string_view::npos) {
            reading.verdict = CodeVerdict::wrong_length;
            return reading;
        }
        *parts[i] = text.substr(0, dot);
        if (!is_of_alphabet(*parts[i])) {
            reading.verdict = CodeVerdict::wrong_character;
            return reading;
        }
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
    reading.issuer_is_division = reading.identifier.issuer.size() == division_characters;
    if (!has_right_lengths(reading.identifier) || check.size() != 1) {
        reading.verdict = CodeVerdict::wrong_length;
    } else if (licence_check_character(reading.identifier) != check[0]) {
        reading.verdict = CodeVerdict::wrong_check_digit;
    }
    return reading;
}

} // namespace songda::catalogue
