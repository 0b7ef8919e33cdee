#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace songda {

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// The same digits into the caller's memory, two for a byte.
void write_hex(ByteView bytes, std::uint8_t* to);
/// Accepts both cases; nothing on an odd length or another character.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 base64 with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// Strict: padding required, no white space, no stray bits.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

/// RFC 4648 §5, without padding, as JOSE and Web Push write it.
[[nodiscard]] std::string to_base64url(ByteView bytes);
/// Strict: no padding, no white space, no stray bits.
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

/// Crockford base32, upper case, most significant bits first; the size must give whole characters
/// (10 bytes are 16 characters).
[[nodiscard]] std::string to_base32(ByteView bytes);
/// Accepts lower case and Crockford's look-alikes (I L for 1, O for 0), since people type it.
/// Nothing on another character or on bits left over.
[[nodiscard]] std::optional<Bytes> from_base32(std::string_view text);

/// base41: two bytes v = b0·256 + b1 become three characters, least significant first, from
/// `0-9A-Z$+-/:`; an odd last byte becomes two. As dense in a QR symbol as base45, and every
/// character may stand in a URL fragment. docs/formats/qr.md.
[[nodiscard]] std::string to_base41(ByteView bytes);
/// Strict: refuses values over 65 535 (255 in the tail), other characters and a tail of one.
[[nodiscard]] std::optional<Bytes> from_base41(std::string_view text);

} // namespace songda
