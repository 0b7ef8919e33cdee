#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/routes.hpp"

namespace songda::api {

/// How long an inbox stays open once link and code opened it.
inline constexpr std::int64_t inbox_session_ms = 15LL * 60'000;

/// What lies in an opened inbox and how each document travels, as its page shows it.
[[nodiscard]] std::string inbox_json(const ApiParts& parts,
                                     const std::vector<delivery::InboxDocument>& documents);

} // namespace songda::api
