#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include "issuer/byte_buffer.hpp"
#include "issuer/templates/template.hpp"

/// Writing PDF syntax fast: no streams, no formatting library on the hot path.
namespace songda::issuer::detail {

inline void put(ByteBuffer& to, std::string_view text) {
    to.append(text);
}

inline void put_number(ByteBuffer& to, std::int64_t value) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    to.append(std::string_view(buffer, static_cast<std::size_t>(end - buffer)));
}

/// `digits` decimal places of value / 10^digits, trailing zeros left out.
inline void put_fixed(ByteBuffer& to, std::int64_t value, int digits) {
    if (value < 0) {
        to.push_back('-');
        value = -value;
    }
    std::int64_t scale = 1;
    for (int i = 0; i < digits; ++i) {
        scale *= 10;
    }
    put_number(to, value / scale);
    std::int64_t rest = value % scale;
    if (rest != 0) {
        to.push_back('.');
        while (rest != 0) {
            scale /= 10;
            to.push_back(static_cast<std::uint8_t>('0' + rest / scale));
            rest %= scale;
        }
    }
}

/// Hundredths of a point.
inline void put_points(ByteBuffer& to, Centipoints value) {
    put_fixed(to, value, 2);
}

inline void put_hex4(ByteBuffer& to, std::uint32_t value) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::uint8_t* at = to.extend(4);
    for (int shift = 12; shift >= 0; shift -= 4) {
        *at++ = static_cast<std::uint8_t>(digits[(value >> shift) & 15U]);
    }
}

/// A code of two bytes inside a literal string (ISO 32000-1 §7.3.4.2): half as long as in
/// hexadecimal.
inline void put_code(ByteBuffer& to, std::uint32_t code) {
    static constexpr auto is_plain = [](std::uint32_t byte) {
        return byte != '(' && byte != ')' && byte != '\\' && byte != '\r';
    };
    if (is_plain(code >> 8U) && is_plain(code & 0xFFU)) { // nearly all
        std::uint8_t* const at = to.extend(2);
        at[0] = static_cast<std::uint8_t>(code >> 8U);
        at[1] = static_cast<std::uint8_t>(code);
        return;
    }
    for (const std::uint32_t byte : {code >> 8U, code & 0xFFU}) {
        if (byte == '(' || byte == ')' || byte == '\\') {
            to.push_back('\\');
        }
        if (byte == '\r') { // a bare one would be read as a line feed
            put(to, "\\r");
        } else {
            to.push_back(static_cast<std::uint8_t>(byte));
        }
    }
}

inline void put_padded(ByteBuffer& to, std::uint64_t value, std::size_t width) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    const auto size = static_cast<std::size_t>(end - buffer);
    const std::size_t zeros = width > size ? width - size : 0;
    std::fill_n(to.extend(zeros), zeros, std::uint8_t{'0'});
    to.append(std::string_view(buffer, size));
}

/// Starts objects and remembers where they are.
class Objects {
public:
    Objects(ByteBuffer& to, std::vector<std::size_t>& offsets) : to_(to), offsets_(offsets) {}

    void begin(std::size_t number) {
        if (offsets_.size() <= number) {
            offsets_.resize(number + 1, 0);
        }
        offsets_[number] = to_.size();
        put_number(to_, static_cast<std::int64_t>(number));
        put(to_, " 0 obj\n");
    }
    void end() { put(to_, "\nendobj\n"); }
    /// A stream whose bytes the caller appends; its length stands in a field of fixed width.
    void begin_stream(std::size_t number, std::string_view dictionary) {
        begin(number);
        put(to_, "<<");
        put(to_, dictionary);
        put(to_, "/Length ");
        length_at_ = to_.size();
        std::fill_n(to_.extend(length_width), length_width, std::uint8_t{'0'});
        put(to_, ">>stream\n");
        stream_at_ = to_.size();
    }
    void end_stream() {
        std::size_t length = to_.size() - stream_at_;
        for (std::size_t i = length_width; i-- > 0; length /= 10) {
            to_[length_at_ + i] = static_cast<std::uint8_t>('0' + length % 10);
        }
        put(to_, "\nendstream");
        end();
    }
    /// A stream whose dictionary begins with `dictionary` (without `<<` and `/Length`).
    void stream(std::size_t number, std::string_view dictionary, ByteView bytes) {
        begin(number);
        put(to_, "<<");
        put(to_, dictionary);
        put(to_, "/Length ");
        put_number(to_, static_cast<std::int64_t>(bytes.size()));
        put(to_, ">>stream\n");
        to_.append(bytes);
        put(to_, "\nendstream");
        end();
    }
    void plain(std::size_t number, std::string_view text) {
        begin(number);
        put(to_, text);
        end();
    }

private:
    static constexpr std::size_t length_width = 7; // as many as a file has at most

    ByteBuffer& to_;
    std::vector<std::size_t>& offsets_;
    std::size_t length_at_ = 0;
    std::size_t stream_at_ = 0;
};

} // namespace songda::issuer::detail
