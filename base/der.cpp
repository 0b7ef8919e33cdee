#include "base/der.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace songda::der {

void append_tlv(Bytes& to, std::uint8_t tag, ByteView content) {
    to.push_back(tag);
    const std::size_t size = content.size();
    if (size >= 0x10000) {
        SONGDA_CHECK(size < 0x1000000);
        to.push_back(0x83);
        to.push_back(static_cast<std::uint8_t>(size >> 16U));
        to.push_back(static_cast<std::uint8_t>(size >> 8U));
    } else if (size >= 0x100) {
        to.push_back(0x82);
        to.push_back(static_cast<std::uint8_t>(size >> 8U));
    } else if (size >= 0x80) {
        to.push_back(0x81);
    }
    to.push_back(static_cast<std::uint8_t>(size));
    append(to, content);
}

Bytes tlv(std::uint8_t tag, ByteView content) {
    Bytes made;
    made.reserve(content.size() + 5);
    append_tlv(made, tag, content);
    return made;
}

Bytes join(std::initializer_list<ByteView> parts) {
    std::size_t size = 0;
    for (const ByteView part : parts) {
        size += part.size();
    }
    Bytes made;
    made.reserve(size);
    for (const ByteView part : parts) {
        append(made, part);
    }
    return made;
}

std::string generalized_time(TimeMs time) {
    std::string text;
    for (const char letter : to_rfc3339(time).substr(0, 19)) { // 2026-11-24T01:02:03
        if (letter >= '0' && letter <= '9') {
            text += letter;
        }
    }
    return text + 'Z';
}

std::optional<TimeMs> read_generalized_time(std::string_view text) {
    if (text.size() != 15) {
        return std::nullopt;
    }
    std::string spelt(text); // as RFC 3339 spells it
    for (const auto& [at, mark] : {std::pair(4U, '-'), std::pair(7U, '-'), std::pair(10U, 'T'),
                                   std::pair(13U, ':'), std::pair(16U, ':')}) {
        spelt.insert(at, 1, mark);
    }
    const auto time = parse_rfc3339(spelt);
    return time && generalized_time(*time) == text ? time : std::nullopt;
}

bool take(ByteView& rest, ByteView expected) {
    if (rest.size() < expected.size() ||
        !std::equal(expected.begin(), expected.end(), rest.begin())) {
        return false;
    }
    rest = rest.subspan(expected.size());
    return true;
}

bool is_integer(ByteView content) {
    if (content.empty()) {
        return false;
    }
    const bool padded = content.size() > 1 && ((content[0] == 0x00 && content[1] < 0x80) ||
                                               (content[0] == 0xFF && content[1] >= 0x80));
    return !padded;
}

bool is_oid(ByteView content) {
    if (content.empty() || content.back() >= 0x80) {
        return false;
    }
    bool first_of_arc = true;
    for (const std::uint8_t byte : content) {
        if (first_of_arc && byte == 0x80) {
            return false;
        }
        first_of_arc = byte < 0x80;
    }
    return true;
}

} // namespace songda::der
