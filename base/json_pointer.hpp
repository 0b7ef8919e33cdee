#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/fwd.h>

/// Finding one's way in JSON that others wrote, by pointers that a configuration gives.
namespace songda {

/// What a JSON pointer (RFC 6901) names: `/data/0/code`; empty: the value itself. Null if there is
/// no such thing.
[[nodiscard]] const rapidjson::Value* find_at(const rapidjson::Value& value,
                                              std::string_view pointer);
/// Of an array, in order; none if `array` is none.
[[nodiscard]] std::vector<const rapidjson::Value*> elements_of(const rapidjson::Value& array);
/// A string as it is, a number or truth value as JSON writes it; empty for anything else.
[[nodiscard]] std::string scalar_text(const rapidjson::Value& value);

} // namespace songda
