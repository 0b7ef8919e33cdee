#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

/// Text in mail headers and bodies. Pure; any bytes may come in, only ASCII without a bare CR or LF
/// comes out.
namespace songda::delivery {

/// Valid UTF-8 on one line: every character that no document may hold (controls, line separators,
/// bidirectional overrides) becomes a space, every byte that is not UTF-8 becomes U+FFFD.
[[nodiscard]] std::string clean_line(std::string_view text);

/// RFC 2047 B words of UTF-8, each of whole characters and at most 75 octets, folded so that no
/// line passes 76; `taken` is how much of the first line stands before it.
[[nodiscard]] std::string encoded_words(std::string_view text, std::size_t taken);

/// `;`-led RFC 2231 parameters for `text`, one line each: `filename*=` when one does, continuations
/// `filename*0*=` … otherwise. No plain `filename` beside it: readers that know both take the plain
/// one and lose the Chinese (delivery.md §4.2).
[[nodiscard]] std::string extended_parameter(std::string_view name, std::string_view text);

/// Base64 in lines of 76 columns, each with its CRLF.
[[nodiscard]] std::string base64_lines(ByteView bytes);

} // namespace songda::delivery
