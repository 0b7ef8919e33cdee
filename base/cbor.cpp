#include "base/cbor.hpp"

#include "base/utf8.hpp"

namespace songda {
namespace {

constexpr std::uint8_t major_unsigned = 0;
constexpr std::uint8_t major_negative = 1;
constexpr std::uint8_t major_bytes = 2;
constexpr std::uint8_t major_text = 3;
constexpr std::uint8_t major_array = 4;
constexpr std::uint8_t major_map = 5;
constexpr std::uint8_t major_tag = 6;

} // namespace

void CborWriter::head(std::uint8_t major, std::uint64_t value) {
    const auto lead = static_cast<std::uint8_t>(major << 5U);
    if (value < 24) {
        to_.push_back(static_cast<std::uint8_t>(lead | value));
        return;
    }
    const unsigned width = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
    const unsigned code = width == 1 ? 24 : width == 2 ? 25 : width == 4 ? 26 : 27;
    to_.push_back(static_cast<std::uint8_t>(lead | code));
    for (unsigned i = width; i-- > 0;) {
        to_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

void CborWriter::integer(std::int64_t value) {
    if (value < 0) {
        head(major_negative, static_cast<std::uint64_t>(-1 - value));
    } else {
        head(major_unsigned, static_cast<std::uint64_t>(value));
    }
}

void CborWriter::bytes(ByteView value) {
    head(major_bytes, value.size());
    append(to_, value);
}

void CborWriter::text(std::string_view value) {
    head(major_text, value.size());
    append(to_, value);
}

void CborWriter::array(std::size_t items) {
    head(major_array, items);
}
void CborWriter::map(std::size_t pairs) {
    head(major_map, pairs);
}
void CborWriter::tag(std::uint64_t number) {
    head(major_tag, number);
}

std::optional<std::uint64_t> CborReader::head(std::uint8_t major) {
    if (rest_.empty() || rest_[0] >> 5U != major) {
        return std::nullopt;
    }
    const unsigned code = rest_[0] & 31U;
    if (code < 24) {
        rest_ = rest_.subspan(1);
        return code;
    }
    if (code > 27) {
        return std::nullopt;
    }
    const std::size_t width = std::size_t{1} << (code - 24);
    if (rest_.size() < 1 + width) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 1; i <= width; ++i) {
        value = (value << 8U) | rest_[i];
    }
    const std::uint64_t least = width == 1   ? 24
                                : width == 2 ? 0x100
                                : width == 4 ? 0x10000
                                             : 0x100000000;
    if (value < least) {
        return std::nullopt;
    }
    rest_ = rest_.subspan(1 + width);
    return value;
}

std::optional<ByteView> CborReader::string(std::uint8_t major) {
    const auto size = head(major);
    if (!size || *size > rest_.size()) {
        return std::nullopt;
    }
    const ByteView value = rest_.first(static_cast<std::size_t>(*size));
    rest_ = rest_.subspan(value.size());
    return value;
}

std::optional<std::int64_t> CborReader::integer() {
    const bool negative = !rest_.empty() && rest_[0] >> 5U == major_negative;
    const auto value = head(negative ? major_negative : major_unsigned);
    if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) {
        return std::nullopt;
    }
    const auto magnitude = static_cast<std::int64_t>(*value);
    return negative ? -1 - magnitude : magnitude;
}

std::optional<ByteView> CborReader::bytes() {
    return string(major_bytes);
}

std::optional<std::string_view> CborReader::text() {
    const auto value = string(major_text);
    if (!value || find_bad_utf8(as_text(*value))) {
        return std::nullopt;
    }
    return as_text(*value);
}

std::optional<std::size_t> CborReader::array() {
    return head(major_array);
}
std::optional<std::size_t> CborReader::map() {
    return head(major_map);
}
std::optional<std::uint64_t> CborReader::tag() {
    return head(major_tag);
}

} // namespace songda
