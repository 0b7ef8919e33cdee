#pragma once

#include <string_view>

namespace songda::api {

/// Does the caller name HTML, and like it better than JSON (RFC 9110 §12.5.1)? Browsers that open a
/// page do; scripts and programs, which send `*/*` or nothing, do not.
[[nodiscard]] bool prefers_html(std::string_view accept);

} // namespace songda::api
