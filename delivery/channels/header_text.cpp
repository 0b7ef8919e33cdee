#include "delivery/channels/header_text.hpp"

#include <algorithm>
#include <vector>

#include "base/text_codec.hpp"
#include "base/utf8.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t line_octets_max = 76; // RFC 2047 §2
constexpr std::size_t word_octets_max = 75;
constexpr std::string_view word_open = "=?UTF-8?B?";
constexpr std::string_view word_close = "?=";
constexpr std::string_view charset_mark = "UTF-8''";
constexpr std::string_view upper_hex = "0123456789ABCDEF";

/// How many bytes of `text`, in whole characters, fit into `bytes_max`; at least one character.
std::size_t whole_characters(std::string_view text, std::size_t bytes_max) {
    std::string_view rest = text;
    std::size_t fitting = 0;
    while (!rest.empty()) {
        (void)take_code_point(rest);
        const std::size_t size = text.size() - rest.size();
        if (fitting != 0 && size > bytes_max) {
            break;
        }
        fitting = size;
    }
    return fitting;
}

/// Bytes of text in one encoded word that takes `octets`.
std::size_t word_capacity(std::size_t octets) {
    const std::size_t around = word_open.size() + word_close.size();
    return octets < around ? 0 : (octets - around) / 4 * 3;
}

/// RFC 2231 attribute-char, less what some readers take for more than it is.
bool is_attribute_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_attribute_character(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += upper_hex[byte >> 4U];
            out += upper_hex[byte & 15U];
        }
    }
    return out;
}

/// Pieces of percent-encoded text, each of whole characters, that fit into `octets_max`.
std::vector<std::string> percent_encoded_pieces(std::string_view text, std::size_t octets_max) {
    std::vector<std::string> pieces(1);
    while (!text.empty()) {
        std::string_view rest = text;
        (void)take_code_point(rest);
        const std::string character = percent_encoded(text.substr(0, text.size() - rest.size()));
        if (!pieces.back().empty() && pieces.back().size() + character.size() > octets_max) {
            pieces.emplace_back();
        }
        pieces.back() += character;
        text = rest;
    }
    return pieces;
}

} // namespace

std::string clean_line(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::string_view good = text.substr(0, find_bad_utf8(text).value_or(text.size()));
        text.remove_prefix(good.size());
        while (!good.empty()) {
            const char32_t c = take_code_point(good);
            append_utf8(out, is_forbidden_in_documents(c) ? U' ' : c);
        }
        if (!text.empty()) {
            append_utf8(out, 0xFFFD);
            text.remove_prefix(1);
        }
    }
    return out;
}

std::string encoded_words(std::string_view text, std::size_t taken) {
    const std::string clean = clean_line(text);
    std::string_view rest = clean;
    std::string out;
    std::size_t room = line_octets_max - std::min(taken, line_octets_max / 2);
    while (!rest.empty()) {
        const std::size_t size =
            whole_characters(rest, word_capacity(std::min(room, word_octets_max)));
        out += out.empty() ? "" : "\r\n ";
        out += word_open;
        out += to_base64(as_bytes(rest.substr(0, size)));
        out += word_close;
        rest.remove_prefix(size);
        room = line_octets_max - 1;
    }
    return out;
}

std::string extended_parameter(std::string_view name, std::string_view text) {
    const std::string clean = clean_line(text);
    // Around a piece: space, name, `*NN*=`, the charset before the first, and the next one's `;`.
    const std::size_t around = 1 + name.size() + 5 + charset_mark.size() + 1;
    const auto pieces = percent_encoded_pieces(clean, line_octets_max - around);
    std::string out;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        out += ";\r\n ";
        out += name;
        out += pieces.size() == 1 ? "" : '*' + std::to_string(i);
        out += "*=";
        out += i == 0 ? charset_mark : "";
        out += pieces[i];
    }
    return out;
}

std::string base64_lines(ByteView bytes) {
    constexpr std::size_t line_bytes = line_octets_max / 4 * 3;
    const std::string whole = to_base64(bytes);
    std::string out;
    out.reserve(whole.size() + (bytes.size() / line_bytes + 1) * 2);
    for (std::size_t at = 0; at < whole.size(); at += line_octets_max) {
        out.append(whole, at, line_octets_max);
        out += "\r\n";
    }
    return out;
}

} // namespace songda::delivery
