#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace songda {

/// A moment as carriers and providers write it: RFC 3339; `2026-11-24 09:02:03` and
/// `20261124090203`, which without a zone are China's; seconds or milliseconds since 1970.
[[nodiscard]] std::optional<TimeMs> read_foreign_time(std::string_view text);

} // namespace songda
