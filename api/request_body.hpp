#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "http/message.hpp"
#include "issuer/finding.hpp"

/// What the departments' counters share in reading the bodies that they are sent.
namespace songda::api {

/// The body, if it is a JSON object without others inside its members.
[[nodiscard]] std::optional<JsonText> object_body(const http::Request& request);

/// Text for people: 1 to `characters_max` characters, none that acts on who reads it.
[[nodiscard]] bool is_said(std::string_view text, std::size_t characters_max);

/// A finding about one member.
void tell(std::vector<issuer::Finding>& findings, std::string_view member, std::string_view rule,
          std::string_view zh, std::string_view en);
/// 422 with them, under a code of the counter's own.
[[nodiscard]] http::Response refused_for(std::string_view code, std::string_view zh,
                                         std::string_view en,
                                         const std::vector<issuer::Finding>& findings);
/// One for each member that is none of these.
void refuse_others(const rapidjson::Value& body, std::span<const std::string_view> members,
                   std::vector<issuer::Finding>& findings);

} // namespace songda::api
