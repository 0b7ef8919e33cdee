#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/private.hpp"
#include "base/result.hpp"

namespace songda::app {

/// The first line of a file that only its owner should read: a password, a webhook secret. Faults:
/// not_found, invalid_input (empty); `detail` names the file and nothing of its content.
[[nodiscard]] Result<Private<std::string>> read_secret_line(const std::string& path);

/// The same, as hexadecimal digits.
[[nodiscard]] Result<Bytes> read_secret_hex(const std::string& path);

} // namespace songda::app
