#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/fwd.h>

#include "base/result.hpp"

namespace songda {

/// Appends `text` as a JSON string with its quotes. Escapes `"`, `\`, every control character (C0,
/// DEL, C1) and U+2028/2029. `text` must be valid UTF-8 (base/utf8.hpp).
void append_json_string(std::string& to, std::string_view text);

/// Appends an array; `put` appends each element to the same text.
template <class Range, class Put>
void append_json_array(std::string& to, const Range& range, Put put) {
    to += '[';
    bool first = true;
    for (const auto& each : range) {
        if (!first) {
            to += ',';
        }
        first = false;
        put(each);
    }
    to += ']';
}

/// Writes one JSON object, members in the order of the calls. `to` outlives it; nested objects
/// write to the same text between `begin` and the outer object's next member.
class JsonObject {
public:
    explicit JsonObject(std::string& to) : to_(to) { to_ += '{'; }
    void text(std::string_view name, std::string_view value) {
        begin(name);
        append_json_string(to_, value);
    }
    /// A member without a value is left out.
    void text_if(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            text(name, value);
        }
    }
    /// `json` is a JSON value already: a number, true, an object.
    void raw(std::string_view name, std::string_view json) {
        begin(name);
        to_ += json;
    }
    /// Writes the name; the caller appends the value.
    void begin(std::string_view name) {
        if (!first_) {
            to_ += ',';
        }
        first_ = false;
        append_json_string(to_, name);
        to_ += ':';
    }
    void end() { to_ += '}'; }

private:
    std::string& to_;
    bool first_ = true;
};

/// One JSON text that was read, with the bytes that its strings are views of. Belongs to one
/// thread.
class JsonText {
public:
    struct Impl;
    explicit JsonText(std::unique_ptr<Impl> impl);
    JsonText(JsonText&&) noexcept;
    JsonText& operator=(JsonText&&) noexcept;
    ~JsonText();

    /// Members stand in the order of the text. Good as long as this object.
    [[nodiscard]] const rapidjson::Value& root() const;

private:
    std::unique_ptr<Impl> impl_;
};

/// Reads one JSON text strictly: UTF-8, no key twice, no more than `depth_max` levels, nothing
/// after it. Fault invalid_input; `detail` says what is wrong with line and column and quotes none
/// of the input.
[[nodiscard]] Result<JsonText> parse_json(std::string_view text, std::size_t depth_max = 32);

/// What a refusal of parse_json says, in Chinese.
[[nodiscard]] std::string json_refusal_zh(const Error& refusal);

/// The member of an object; null if it is absent, or if `object` is none.
[[nodiscard]] const rapidjson::Value* find_member(const rapidjson::Value& object,
                                                  std::string_view name);
/// In the order of the text; none if `object` is none.
[[nodiscard]] std::vector<std::string_view> member_names(const rapidjson::Value& object);
/// Of a string; empty for anything else.
[[nodiscard]] std::string_view text_of(const rapidjson::Value& value);
/// Of a member that is a string; empty for anything else.
[[nodiscard]] std::string_view member_text(const rapidjson::Value& object, std::string_view name);
/// `null`, `boolean`, `number`, `string`, `array`, `object`.
[[nodiscard]] std::string_view kind_of(const rapidjson::Value& value);

} // namespace songda
