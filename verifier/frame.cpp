#include "verifier/frame.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace songda::verifier {
namespace {

constexpr std::string_view byte_range_name = "/ByteRange";

FrameReading refuse(FrameRefusal refusal) {
    return {std::nullopt, refusal};
}

/// 1 to 10 digits, moves past them.
std::optional<std::size_t> take_number(std::string_view& text) {
    std::size_t value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits <= 10) {
        value = value * 10 + static_cast<std::size_t>(text[digits] - '0');
        ++digits;
    }
    if (digits == 0 || digits > 10) {
        return std::nullopt;
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view expected) {
    if (text.substr(0, expected.size()) != expected) {
        return false;
    }
    text.remove_prefix(expected.size());
    return true;
}

/// `[a b c d]`, single spaces, nothing else.
std::optional<std::array<std::size_t, 4>> take_byte_range(std::string_view& text) {
    std::array<std::size_t, 4> numbers{};
    if (!take(text, "[")) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = take_number(text);
        if (!number || !take(text, i < 3 ? " " : "]")) {
            return std::nullopt;
        }
        numbers[i] = *number;
    }
    return numbers;
}

/// Value of a digit; 16 for what is none. A table, since which digit comes cannot be foreseen.
constexpr std::array<std::uint8_t, 256> hex_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(16);
    for (std::uint8_t value = 0; value < 16; ++value) {
        values[static_cast<std::uint8_t>("0123456789abcdef"[value])] = value;
    }
    return values;
}();

/// Lower-case digits only: another spelling of the same bytes would be another file with the same
/// signature.
std::optional<Bytes> read_hex(std::string_view digits) {
    if (digits.size() % 2 != 0 || digits.size() > frame_hex_digits_max) {
        return std::nullopt;
    }
    Bytes bytes(digits.size() / 2);
    unsigned seen = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const unsigned high = hex_values[static_cast<std::uint8_t>(digits[2 * i])];
        const unsigned low = hex_values[static_cast<std::uint8_t>(digits[2 * i + 1])];
        seen |= high | low;
        bytes[i] = static_cast<std::uint8_t>(high << 4U | low);
    }
    return seen < 16 ? std::optional(std::move(bytes)) : std::nullopt;
}

/// Length of the one DER SEQUENCE at the start, as its own head says; 0 if it does not fit.
std::size_t der_size(ByteView bytes) {
    if (bytes.size() < 4 || bytes[0] != 0x30) {
        return 0;
    }
    std::size_t size = 0;
    if (bytes[1] == 0x82) {
        size = 4 + bytes[2] * 256U + bytes[3];
    } else if (bytes[1] == 0x81) {
        size = 3 + std::size_t{bytes[2]};
    } else if (bytes[1] < 0x80) {
        size = 2 + std::size_t{bytes[1]};
    }
    return size <= bytes.size() ? size : 0;
}

/// As text.find(part), which stops at every first letter of the part: a PDF is full of slashes.
std::size_t find(std::string_view text, std::string_view part) {
    const void* const found = memmem(text.data(), text.size(), part.data(), part.size());
    return found == nullptr
               ? std::string_view::npos
               : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = find(text, part); at != std::string_view::npos; at = find(text, part)) {
        text.remove_prefix(at + 1);
        ++found;
    }
    return found;
}

FrameRefusal check_tail(std::string_view tail) {
    static constexpr std::string_view end = "%%EOF\n";
    const bool one_end = count(tail, "%%EOF") == 1 && tail.size() >= end.size() &&
                         tail.substr(tail.size() - end.size()) == end;
    if (!one_end || count(tail, "startxref") != 1 ||
        find(tail, "/Prev") != std::string_view::npos) {
        return FrameRefusal::several_revisions;
    }
    return find(tail, byte_range_name) == std::string_view::npos ? FrameRefusal::none
                                                                 : FrameRefusal::several_signatures;
}

} // namespace

FrameReading read_frame(ByteView file) {
    const std::string_view text = as_text(file);
    if (file.size() < frame_bytes_min || file.size() > frame_bytes_max) {
        return refuse(FrameRefusal::size);
    }
    if (text.substr(0, 9) != "%PDF-1.7\n") {
        return refuse(FrameRefusal::header);
    }
    const std::size_t at = find(text, byte_range_name);
    if (at == std::string_view::npos) {
        return refuse(FrameRefusal::no_signature);
    }
    std::string_view rest = text.substr(at + byte_range_name.size());
    const auto range = take_byte_range(rest);
    if (!range) {
        return refuse(FrameRefusal::syntax);
    }
    if (!take(rest, "/Contents<")) {
        return refuse(FrameRefusal::contents_place);
    }
    const std::size_t gap_begin = file.size() - rest.size() - 1;
    const auto [first, first_size, gap_end, last_size] = *range;
    const bool whole = first == 0 && first_size == gap_begin && gap_end > gap_begin + 2 &&
                       gap_end <= file.size() && last_size == file.size() - gap_end;
    if (!whole) {
        return refuse(FrameRefusal::not_whole_file);
    }
    if (text[gap_end - 1] != '>') {
        return refuse(FrameRefusal::frame_end);
    }
    auto cms = read_hex(text.substr(gap_begin + 1, gap_end - gap_begin - 2));
    if (!cms) {
        return refuse(FrameRefusal::hex);
    }
    const FrameRefusal tail = check_tail(text.substr(gap_end));
    if (tail != FrameRefusal::none) {
        return refuse(tail);
    }
    const std::size_t size = der_size(*cms);
    const bool zeros = std::all_of(cms->begin() + static_cast<std::ptrdiff_t>(size), cms->end(),
                                   [](std::uint8_t byte) { return byte == 0; });
    if (size == 0 || !zeros) {
        return refuse(FrameRefusal::bytes_after_cms);
    }
    cms->resize(size);
    return {Frame{gap_begin, gap_end, std::move(*cms)}, FrameRefusal::none};
}

std::optional<std::size_t> read_covered_size(ByteView file) {
    std::string_view rest = as_text(file);
    const std::size_t at = find(rest, byte_range_name);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    rest.remove_prefix(at + byte_range_name.size());
    const auto range = take_byte_range(rest);
    return range ? std::optional((*range)[2] + (*range)[3]) : std::nullopt;
}

std::optional<DocumentKey> read_file_key(ByteView file) {
    static constexpr std::size_t trailer_bytes_max = 256;
    static constexpr std::string_view name = "/ID[<";
    DocumentKey key;
    const std::string_view text = as_text(file.last(std::min(file.size(), trailer_bytes_max)));
    const std::size_t at = text.rfind(name);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto bytes = read_hex(text.substr(at + name.size(), 2 * key.bytes.size()));
    if (!bytes || bytes->size() != key.bytes.size()) {
        return std::nullopt;
    }
    std::copy(bytes->begin(), bytes->end(), key.bytes.begin());
    return key;
}

std::string_view frame_refusal_name(FrameRefusal refusal) {
    switch (refusal) {
    case FrameRefusal::none: return "none";
    case FrameRefusal::size: return "size";
    case FrameRefusal::header: return "header";
    case FrameRefusal::no_signature: return "no_signature";
    case FrameRefusal::syntax: return "syntax";
    case FrameRefusal::contents_place: return "contents_place";
    case FrameRefusal::not_whole_file: return "not_whole_file";
    case FrameRefusal::frame_end: return "frame_end";
    case FrameRefusal::hex: return "hex";
    case FrameRefusal::several_revisions: return "several_revisions";
    case FrameRefusal::several_signatures: return "several_signatures";
    case FrameRefusal::bytes_after_cms: return "bytes_after_cms";
    }
    return "none";
}

} // namespace songda::verifier
