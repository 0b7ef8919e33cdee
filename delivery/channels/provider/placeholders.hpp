#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Texts of a provider's file with places for values, `{to}`, `{secret.key}`. What comes in for one
/// is escaped for where it stands, so that no value can end what it stands in: a name with a quote
/// stays inside its JSON string, a line break never reaches a header. Pure.
namespace songda::delivery::provider {

/// Where a text goes.
enum class Place {
    plain,  ///< a form's or query's value, which is percent-encoded as a whole behind it
    header, ///< the value of a header: one line
    path,   ///< of a URL: each value becomes part of one segment
    json,   ///< JSON: inside strings anywhere; outside of them `{params}` alone, an object
};

/// What stands for a name; nothing but names that were allowed are asked for.
using Values = std::function<std::string(std::string_view name)>;

class Pattern {
public:
    Pattern() = default;
    /// A placeholder is `{`, lower-case letters, digits, `_` and `.`, `}`. Fault invalid_input: a
    /// name that is not among `allowed` (a name that ends with `.` allows all that begin with it),
    /// or a place where none may stand.
    [[nodiscard]] static Result<Pattern> parse(std::string_view text, Place place,
                                               const std::set<std::string>& allowed);

    [[nodiscard]] std::string fill(const Values& values) const;
    /// The names in it, each once.
    [[nodiscard]] std::set<std::string> names() const;
    [[nodiscard]] bool empty() const { return pieces_.empty(); }

private:
    struct Piece {
        std::string text; ///< as it is, or the name of a placeholder
        bool placeholder = false;
        bool in_string = false; ///< of JSON
    };
    std::vector<Piece> pieces_;
    Place place_ = Place::plain;
};

/// RFC 3986 §2.3: all but letters, digits and `-._~` is encoded. What form data, queries and
/// Aliyun's signature want.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// `name=value&…`, both encoded, in the order given.
[[nodiscard]] std::string
form_encoded(const std::vector<std::pair<std::string, std::string>>& fields);

} // namespace songda::delivery::provider
