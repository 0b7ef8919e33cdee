#include "base/ids.hpp"

#include <algorithm>

#include "base/text_codec.hpp"

namespace songda {
namespace {

/// RFC 9562 §5.7: 48 bits of milliseconds, version 7, variant 10, the rest random.
std::array<std::uint8_t, 16> make_uuid7(TimeMs now, Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    const auto ms = static_cast<std::uint64_t>(now.value);
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x70U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    return bytes;
}

template <class AnyId>
std::optional<AnyId> from(const std::optional<Bytes>& bytes) {
    AnyId id;
    if (!bytes || bytes->size() != id.bytes.size()) {
        return std::nullopt;
    }
    std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
    return id;
}

} // namespace

DocumentId make_document_id(TimeMs now, Random& random) {
    return {make_uuid7(now, random)};
}
LegId make_leg_id(TimeMs now, Random& random) {
    return {make_uuid7(now, random)};
}

DocumentKey make_document_key(Random& random) {
    DocumentKey key;
    random.fill(key.bytes);
    return key;
}

std::string to_text(const DocumentId& id) {
    return to_hex(id.bytes);
}
std::string to_text(const LegId& id) {
    return to_hex(id.bytes);
}
std::string to_text(const DocumentKey& key) {
    return to_base32(key.bytes);
}
std::string to_text(const KeyId& id) {
    return to_hex(id.bytes);
}
std::string to_text(const DraftId& id) {
    return to_hex(id.bytes);
}

std::optional<DocumentId> parse_document_id(std::string_view text) {
    return from<DocumentId>(from_hex(text));
}
std::optional<LegId> parse_leg_id(std::string_view text) {
    return from<LegId>(from_hex(text));
}
std::optional<DocumentKey> parse_document_key(std::string_view text) {
    return from<DocumentKey>(from_base32(text));
}
std::optional<KeyId> parse_key_id(std::string_view text) {
    return from<KeyId>(from_hex(text));
}
std::optional<DraftId> parse_draft_id(std::string_view text) {
    return from<DraftId>(from_hex(text));
}

} // namespace songda
