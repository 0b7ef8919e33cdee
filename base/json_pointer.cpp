#include "base/json_pointer.hpp"

#include <charconv>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "base/json.hpp"

namespace songda {
namespace {

/// One token of a JSON pointer, as the member is called (RFC 6901 §4).
std::string unescaped(std::string_view token) {
    std::string name;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool escape = token[i] == '~' && i + 1 < token.size();
        name += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
    }
    return name;
}

} // namespace

std::vector<const rapidjson::Value*> elements_of(const rapidjson::Value& array) {
    std::vector<const rapidjson::Value*> elements;
    if (array.IsArray()) {
        for (const rapidjson::Value& each : array.GetArray()) {
            elements.push_back(&each);
        }
    }
    return elements;
}

const rapidjson::Value* find_at(const rapidjson::Value& value, std::string_view pointer) {
    const rapidjson::Value* at = &value;
    while (at != nullptr && pointer.starts_with('/')) {
        pointer.remove_prefix(1);
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        if (at->IsArray()) {
            rapidjson::SizeType index = 0;
            const char* const end = token.data() + token.size();
            const auto read = std::from_chars(token.data(), end, index);
            at = read.ec == std::errc() && read.ptr == end && index < at->Size() ? &(*at)[index]
                                                                                 : nullptr;
        } else {
            at = find_member(*at, unescaped(token));
        }
    }
    return pointer.empty() ? at : nullptr;
}

std::string scalar_text(const rapidjson::Value& value) {
    if (value.IsString()) {
        return std::string(text_of(value));
    }
    if (value.IsBool()) {
        return value.GetBool() ? "true" : "false";
    }
    if (value.IsInt64()) {
        return std::to_string(value.GetInt64());
    }
    if (value.IsUint64()) {
        return std::to_string(value.GetUint64());
    }
    return value.IsDouble() ? fmt::format("{}", value.GetDouble()) : std::string();
}

} // namespace songda
