#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/time.hpp"

namespace songda::issuer {

/// An object of a file that is attached to a document. Writes members in the order given. `/` never
/// stands in a value, so that none can put `/ByteRange` into the PDF.
class RecordObject : public JsonObject {
public:
    explicit RecordObject(std::string& to) : JsonObject(to), to_(to) {}

    void text(std::string_view name, std::string_view value) {
        begin(name);
        append(value);
    }
    /// A value alone, of a list.
    void append(std::string_view value) {
        const std::size_t start = to_.size();
        append_json_string(to_, value);
        for (std::size_t at = to_.find('/', start); at != std::string::npos;
             at = to_.find('/', at)) {
            to_.replace(at, 1, "\\u002f");
        }
    }
    /// A member that has no value is left out.
    void text_if(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            text(name, value);
        }
    }
    void day(std::string_view name, const std::optional<Date>& date) {
        if (date) {
            text(name, to_text(*date));
        }
    }

private:
    std::string& to_;
};

} // namespace songda::issuer
