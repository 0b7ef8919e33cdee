#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// One JSON object a line: time, level, event name, fields. No prose, no personal data:
/// `Private<T>` does not convert to a field. Control characters and U+2028/2029 are escaped, so
/// nobody forges a line. Safe to call from several threads. The audit trail is not here: it is in
/// the store.
namespace songda::log {

enum class Level { debug, info, warning, error };

/// One named value of an event.
struct Field {
    Field(std::string_view key, std::string_view value) : name(key), text(value), quoted(true) {}
    Field(std::string_view key, const char* value) : Field(key, std::string_view(value)) {}
    Field(std::string_view key, const std::string& value) : Field(key, std::string_view(value)) {}
    Field(std::string_view key, std::int64_t number)
        : name(key), text(std::to_string(number)), quoted(false) {}
    Field(std::string_view key, std::uint64_t number)
        : name(key), text(std::to_string(number)), quoted(false) {}
    Field(std::string_view key, int number) : Field(key, static_cast<std::int64_t>(number)) {}
    Field(std::string_view key, bool value)
        : name(key), text(value ? "true" : "false"), quoted(false) {}

    std::string_view name;
    std::string text;
    bool quoted;
};

/// Where lines go: standard error until then. An empty path means standard error.
/// Faults: unavailable (the file cannot be opened; lines go on to standard error).
[[nodiscard]] Result<void> open(const std::string& path, Level least);

void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields) {
    write(Level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<Field> fields) {
    write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields) {
    write(Level::error, event, fields);
}

} // namespace songda::log
