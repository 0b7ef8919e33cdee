#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/private.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

/// Packages for an outage 断网应急包, as the service seals them and a kiosk opens them
/// (docs/formats/kiosk.md, "Outage"). Pure; safe from several threads.
///
/// The service seals under 80 bits that follow from its secret and the leg, and knows no identity
/// number. The code that a person is told is these bits and a pad that follows from the number:
/// code alone, and number alone, open nothing.
namespace songda {

inline constexpr std::size_t outage_key_bytes = 10;
using OutageKey = std::array<std::uint8_t, outage_key_bytes>;

/// Without the spaces that people put in, and with the X of an identity card large.
[[nodiscard]] std::string plain_identity_number(std::string_view number);

/// 16 characters of Crockford base32 and his check character: what the person types or shows.
/// Takes some 50 ms: the pad is stretched (scrypt, N = 16384, r = 8).
[[nodiscard]] std::string write_outage_code(const OutageKey& key,
                                            const Private<std::string>& number);
/// The key, from code and number. Nothing for a text that is no code: a slip of the finger is found
/// by the check character and tells nobody anything. People may type lower case, look-alikes,
/// spaces and hyphens.
[[nodiscard]] std::optional<OutageKey> read_outage_code(std::string_view code,
                                                        const Private<std::string>& number);

/// Under which name a package lies on a device: a keyed hash, 32 hexadecimal digits. It names
/// nobody, and who has the key finds it.
[[nodiscard]] std::string outage_name(const OutageKey& key);
/// `NAME-COPY`: one package of the leg; the next one has another copy.
[[nodiscard]] std::string outage_package_id(const OutageKey& key, std::uint32_t copy);
/// Is it spelt so?
[[nodiscard]] bool is_outage_package_id(std::string_view id);

/// The bytes that a device keeps: `content` under AES-256-GCM, bound to id and end.
[[nodiscard]] Bytes seal_outage_package(ByteView content, const OutageKey& key, std::string_view id,
                                        TimeMs until, Random& random);
/// Nothing when it is another's, or was changed.
[[nodiscard]] std::optional<Bytes> open_outage_package(ByteView sealed, const OutageKey& key,
                                                       std::string_view id);
/// From when on it opens nothing: in front, so that a device throws it away unopened. Nothing for
/// what is no package.
[[nodiscard]] std::optional<TimeMs> outage_package_end(ByteView sealed);

/// Who collected, for the service's eyes alone: what a device writes into its log. `key`: 32 bytes
/// that lie in the package.
[[nodiscard]] Bytes seal_outage_text(std::string_view text, const Digest& key, Random& random);
[[nodiscard]] std::optional<std::string> open_outage_text(ByteView sealed, const Digest& key);

} // namespace songda
