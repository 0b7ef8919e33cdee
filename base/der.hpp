#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

/// DER (X.690) as the house writes and reads it: single-byte tags, definite lengths in their
/// shortest form. What is read may come from anybody; nothing is allocated and nothing is read past
/// the view.
namespace songda::der {

inline constexpr std::uint8_t tag_boolean = 0x01;
inline constexpr std::uint8_t tag_integer = 0x02;
inline constexpr std::uint8_t tag_bits = 0x03;
inline constexpr std::uint8_t tag_octets = 0x04;
inline constexpr std::uint8_t tag_null = 0x05;
inline constexpr std::uint8_t tag_oid = 0x06;
inline constexpr std::uint8_t tag_utf8 = 0x0C;
inline constexpr std::uint8_t tag_printable = 0x13;
inline constexpr std::uint8_t tag_ia5 = 0x16;
inline constexpr std::uint8_t tag_generalized_time = 0x18;
inline constexpr std::uint8_t tag_sequence = 0x30;
inline constexpr std::uint8_t tag_set = 0x31;
inline constexpr std::uint8_t tag_context_0 = 0xA0;

/// Content of less than 16 MiB.
void append_tlv(Bytes& to, std::uint8_t tag, ByteView content);
[[nodiscard]] Bytes tlv(std::uint8_t tag, ByteView content);
[[nodiscard]] Bytes join(std::initializer_list<ByteView> parts);

/// `20261124010203Z`: content of a GeneralizedTime (X.690 §11.7), the milliseconds cut off.
[[nodiscard]] std::string generalized_time(TimeMs time);
/// Of whole seconds in that spelling, and only a time that there is.
[[nodiscard]] std::optional<TimeMs> read_generalized_time(std::string_view text);

/// Reading: each takes a value off the front of `rest`, or leaves `rest` in any state and says no.

/// These very bytes.
[[nodiscard]] bool take(ByteView& rest, ByteView expected);

/// Content of the value at the front, whose tag must be `tag`, of less than 64 KiB. Inline: it runs
/// a dozen times for every file that is checked.
[[nodiscard]] inline std::optional<ByteView> take_value(ByteView& rest, std::uint8_t tag) {
    if (rest.size() < 2 || rest[0] != tag) {
        return std::nullopt;
    }
    std::size_t size = rest[1];
    std::size_t head = 2;
    if (size >= 0x80) {
        const std::size_t length_bytes = size - 0x80;
        if (length_bytes < 1 || length_bytes > 2 || rest.size() < head + length_bytes) {
            return std::nullopt;
        }
        size = length_bytes == 1 ? rest[2] : rest[2] * std::size_t{256} + rest[3];
        if (size < (length_bytes == 1 ? 0x80U : 0x100U)) {
            return std::nullopt;
        }
        head += length_bytes;
    }
    if (size > rest.size() - head) {
        return std::nullopt;
    }
    const ByteView content = rest.subspan(head, size);
    rest = rest.subspan(head + size);
    return content;
}

/// The same, whole with its head.
[[nodiscard]] inline std::optional<ByteView> take_whole(ByteView& rest, std::uint8_t tag) {
    const ByteView before = rest;
    if (!take_value(rest, tag)) {
        return std::nullopt;
    }
    return before.first(before.size() - rest.size());
}

/// Steps into the value that takes up all the rest.
[[nodiscard]] inline bool enter(ByteView& rest, std::uint8_t tag) {
    const auto content = take_value(rest, tag);
    if (!content || !rest.empty()) {
        return false;
    }
    rest = *content;
    return true;
}

/// Is the content of an INTEGER in its shortest form, and of an OBJECT IDENTIFIER well formed?
[[nodiscard]] bool is_integer(ByteView content);
[[nodiscard]] bool is_oid(ByteView content);

} // namespace songda::der
