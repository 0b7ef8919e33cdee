#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"

namespace songda {

/// Appends `text` as a JSON string with its quotes. Escapes `"`, `\`, every control character (C0,
/// DEL, C1) and U+2028/2029. `text` must be valid UTF-8 (base/utf8.hpp).
void append_json_string(std::string& to, std::string_view text);

/// Reads one JSON text strictly: UTF-8, no key twice, no more than `depth_max` levels, nothing
/// after it. Fault invalid_input; `detail` says what is wrong with line and column and quotes none
/// of the input.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth_max = 32);

} // namespace songda
