#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace songda {

/// N bytes that name something; `Tag` keeps the kinds apart.
template <class Tag, std::size_t N>
struct Id {
    std::array<std::uint8_t, N> bytes{};
    auto operator<=>(const Id&) const = default;
    [[nodiscard]] ByteView view() const { return bytes; }
};

/// A document inside the house: UUIDv7 layout, so that ids grow with time and storing them stays at
/// the right edge of the tree. Written as 32 lower-case hex digits.
using DocumentId = Id<struct DocumentTag, 16>;
/// One dispatch over one channel (渠道投递), UUIDv7 layout.
using LegId = Id<struct LegTag, 16>;
/// What is printed in the verify address: 80 random bits, 16 Crockford base32 characters, so that
/// nobody can enumerate documents. docs/formats/qr.md.
using DocumentKey = Id<struct DocumentKeyTag, 10>;
/// First 8 bytes of SHA-256 of a public key's SubjectPublicKeyInfo. A hint, not a proof.
using KeyId = Id<struct KeyIdTag, 8>;

/// A decision that waits for somebody's word (草稿). Follows from its department and idempotency
/// key.
using DraftId = Id<struct DraftTag, 16>;

[[nodiscard]] DocumentId make_document_id(TimeMs now, Random& random);
[[nodiscard]] LegId make_leg_id(TimeMs now, Random& random);
[[nodiscard]] DocumentKey make_document_key(Random& random);

[[nodiscard]] std::string to_text(const DocumentId& id);
[[nodiscard]] std::string to_text(const LegId& id);
[[nodiscard]] std::string to_text(const DocumentKey& key);
[[nodiscard]] std::string to_text(const KeyId& id);
[[nodiscard]] std::string to_text(const DraftId& id);

[[nodiscard]] std::optional<DocumentId> parse_document_id(std::string_view text);
[[nodiscard]] std::optional<LegId> parse_leg_id(std::string_view text);
[[nodiscard]] std::optional<DocumentKey> parse_document_key(std::string_view text);
[[nodiscard]] std::optional<KeyId> parse_key_id(std::string_view text);
[[nodiscard]] std::optional<DraftId> parse_draft_id(std::string_view text);

/// 统一社会信用代码 of the department: also the tenant, taken only from the credential.
/// The check digit is checked where outside text becomes a DepartmentCode (catalogue/codes.hpp).
struct DepartmentCode {
    std::string text;
    auto operator<=>(const DepartmentCode&) const = default;
};

} // namespace songda
