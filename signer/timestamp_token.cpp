#include "signer/timestamp_token.hpp"

#include <string>

#include "base/check.hpp"
#include "base/der.hpp"

namespace songda::signer {
namespace {

using namespace der;

constexpr std::uint8_t status_granted = 0;
constexpr std::uint8_t status_rejected = 2;

/// INTEGER, or its implicit cousin, of a small number that is not negative.
Bytes small_integer(std::uint8_t tag, std::uint64_t value) {
    Bytes content;
    for (std::uint64_t rest = value; rest != 0 || content.empty(); rest >>= 8U) {
        content.insert(content.begin(), static_cast<std::uint8_t>(rest));
    }
    if (content.front() >= 0x80) {
        content.insert(content.begin(), 0);
    }
    return tlv(tag, content);
}

/// `20261124010203.004Z` in DER: no zeros at the end of the fraction, and no point without one
/// (X.690 §11.7).
std::string generalized_time(TimeMs time) {
    std::string text;
    for (const char letter : to_rfc3339(time)) { // 2026-11-24T01:02:03.004Z
        if (letter != '-' && letter != 'T' && letter != ':' && letter != 'Z') {
            text += letter;
        }
    }
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') {
            text.pop_back();
        }
    }
    return text + 'Z';
}

std::optional<TimeMs> parse_generalized_time(std::string_view text) {
    if (text.size() < 15 || text.back() != 'Z') {
        return std::nullopt;
    }
    std::string spelt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        spelt += i == 4 || i == 6 ? "-" : i == 8 ? "T" : i == 10 || i == 12 ? ":" : "";
        spelt += text[i];
    }
    const auto time = parse_rfc3339(spelt);
    return time && generalized_time(*time) == text ? time : std::nullopt;
}

} // namespace

Bytes write_timestamp_info(const TimestampInfo& info) {
    static const Bytes version_1 = {tag_integer, 1, 1};
    return tlv(tag_sequence,
               join({version_1, info.policy, info.imprint, tlv(tag_integer, info.serial),
                     tlv(tag_generalized_time, as_bytes(generalized_time(info.time))),
                     info.accuracy, info.nonce}));
}

std::optional<TimeMs> time_of_timestamp_info(ByteView info) {
    static const Bytes version_1 = {tag_integer, 1, 1};
    if (!enter(info, tag_sequence) || !take(info, version_1)) {
        return std::nullopt;
    }
    const auto policy = take_value(info, tag_oid);
    const auto imprint = take_value(info, tag_sequence);
    const auto serial = take_value(info, tag_integer);
    const auto time = take_value(info, tag_generalized_time);
    if (!policy || !is_oid(*policy) || !imprint || !serial || !is_integer(*serial) || !time ||
        !take_value(info, tag_sequence)) {
        return std::nullopt;
    }
    if (!info.empty() && (!take_value(info, tag_integer) || !info.empty())) {
        return std::nullopt;
    }
    return parse_generalized_time(as_text(*time));
}

Bytes write_accuracy(std::int64_t milliseconds) {
    SONGDA_CHECK(milliseconds > 0 && milliseconds <= 3'600'000);
    const auto whole = static_cast<std::uint64_t>(milliseconds);
    Bytes content;
    if (whole >= 1000) {
        append(content, small_integer(tag_integer, whole / 1000));
    }
    if (whole % 1000 != 0) {
        append(content, small_integer(0x80, whole % 1000)); // [0] IMPLICIT millis
    }
    return tlv(tag_sequence, content);
}

TimestampSerial make_serial(TimestampSerial random) {
    random[0] = static_cast<std::uint8_t>((random[0] & 0x3FU) | 0x40U);
    return random;
}

Bytes write_granted(ByteView token) {
    return tlv(tag_sequence,
               join({tlv(tag_sequence, small_integer(tag_integer, status_granted)), token}));
}

Bytes write_refused(const TimestampRefusal& refusal) {
    const auto bit = static_cast<unsigned>(refusal.failure);
    // A named BIT STRING ends with its last bit that is set (X.690 §11.2.2).
    Bytes bits(bit / 8 + 2);
    bits.front() = static_cast<std::uint8_t>(7 - bit % 8);
    bits.back() = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    const Bytes text = tlv(tag_sequence, tlv(tag_utf8, as_bytes(refusal.text)));
    return tlv(tag_sequence, tlv(tag_sequence, join({small_integer(tag_integer, status_rejected),
                                                     text, tlv(tag_bits, bits)})));
}

} // namespace songda::signer
