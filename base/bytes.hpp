#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace songda {

using Bytes = std::vector<std::uint8_t>;
/// A view of somebody else's bytes. Never kept past the call.
using ByteView = std::span<const std::uint8_t>;
/// SHA-256 value.
using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}
inline void append(Bytes& to, std::string_view text) {
    append(to, as_bytes(text));
}

/// Same bytes? Takes the same time wherever they differ; for secrets and their hashes.
[[nodiscard]] bool equal_constant_time(ByteView left, ByteView right);

} // namespace songda
