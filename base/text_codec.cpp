#include "base/text_codec.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace songda {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base32_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view base41_alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:";

using ValueOf = std::array<std::int8_t, 256>;

constexpr ValueOf values_of(std::string_view alphabet) {
    ValueOf values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}

constexpr ValueOf hex_values() {
    ValueOf values = values_of(hex_digits);
    for (std::size_t i = 10; i < 16; ++i) {
        values[static_cast<std::uint8_t>("ABCDEF"[i - 10])] = static_cast<std::int8_t>(i);
    }
    return values;
}

constexpr ValueOf base32_values() {
    ValueOf values = values_of(base32_alphabet);
    for (const char c : base32_alphabet) {
        if (c >= 'A') {
            values[static_cast<std::uint8_t>(c + ('a' - 'A'))] =
                values[static_cast<std::uint8_t>(c)];
        }
    }
    for (const char c : {'I', 'i', 'L', 'l'}) {
        values[static_cast<std::uint8_t>(c)] = 1;
    }
    for (const char c : {'O', 'o'}) {
        values[static_cast<std::uint8_t>(c)] = 0;
    }
    return values;
}

constexpr ValueOf hex_value = hex_values();
constexpr ValueOf base64_value = values_of(base64_alphabet);
constexpr ValueOf base32_value = base32_values();
constexpr ValueOf base41_value = values_of(base41_alphabet);

constexpr std::array<std::array<char, 2>, 256> hex_pairs = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t byte = 0; byte < pairs.size(); ++byte) {
        pairs[byte] = {hex_digits[byte >> 4U], hex_digits[byte & 15U]};
    }
    return pairs;
}();

int value_of(const ValueOf& values, char c) {
    return values[static_cast<std::uint8_t>(c)];
}

} // namespace

std::string to_hex(ByteView bytes) {
    std::string text(bytes.size() * 2, '0');
    write_hex(bytes, reinterpret_cast<std::uint8_t*>(text.data()));
    return text;
}

void write_hex(ByteView bytes, std::uint8_t* to) {
    for (const std::uint8_t byte : bytes) {
        std::memcpy(to, hex_pairs[byte].data(), 2);
        to += 2;
    }
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = value_of(hex_value, text[i]);
        const int low = value_of(hex_value, text[i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = (group << 8U) | (j < count ? bytes[i + j] : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += j <= count ? base64_alphabet[(group >> (18U - 6U * j)) & 63U] : '=';
        }
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char c : text.substr(0, text.size() - padding)) {
        const int value = value_of(base64_value, c);
        if (value < 0) {
            return std::nullopt;
        }
        group = (group << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(group >> bits));
        }
    }
    if ((group & ((1U << bits) - 1U)) != 0) {
        return std::nullopt;
    }
    return bytes;
}

std::string to_base64url(ByteView bytes) {
    std::string text = to_base64(bytes);
    text.resize(text.size() - static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) {
        return std::nullopt;
    }
    std::string padded(text);
    std::replace(padded.begin(), padded.end(), '-', '+');
    std::replace(padded.begin(), padded.end(), '_', '/');
    padded.append((4 - padded.size() % 4) % 4, '=');
    return from_base64(padded);
}

std::string to_base32(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 8 / 5);
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        group = (group << 8U) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += base32_alphabet[(group >> bits) & 31U];
        }
    }
    return text;
}

std::optional<Bytes> from_base32(std::string_view text) {
    Bytes bytes;
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const int value = value_of(base32_value, c);
        if (value < 0) {
            return std::nullopt;
        }
        group = (group << 5U) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(group >> bits));
        }
    }
    if (bits != 0) {
        return std::nullopt;
    }
    return bytes;
}

std::string to_base41(ByteView bytes) {
    std::string text(bytes.size() / 2 * 3 + bytes.size() % 2 * 2, '0');
    char* at = text.data();
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        const bool pair = i + 1 < bytes.size();
        unsigned value = pair ? bytes[i] * 256U + bytes[i + 1] : bytes[i];
        for (int digit = 0; digit < (pair ? 3 : 2); ++digit) {
            *at++ = base41_alphabet[value % 41];
            value /= 41;
        }
    }
    return text;
}

std::optional<Bytes> from_base41(std::string_view text) {
    if (text.size() % 3 == 1) {
        return std::nullopt;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 3 * 2 + 1);
    for (std::size_t i = 0; i < text.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, text.size() - i);
        unsigned value = 0;
        for (std::size_t j = count; j-- > 0;) {
            const int digit = value_of(base41_value, text[i + j]);
            if (digit < 0) {
                return std::nullopt;
            }
            value = value * 41 + static_cast<unsigned>(digit);
        }
        if (value > (count == 3 ? 65535U : 255U)) {
            return std::nullopt;
        }
        if (count == 3) {
            bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
        }
        bytes.push_back(static_cast<std::uint8_t>(value & 255U));
    }
    return bytes;
}

} // namespace songda
