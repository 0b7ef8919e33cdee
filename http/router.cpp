#include "http/router.hpp"

#include <optional>

namespace songda::http {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

/// `{name...}`, the last of its pattern: all the rest of the path.
bool takes_the_rest(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with("...}");
}

bool is_variable(std::string_view segment) {
    return !segment.empty() && segment.front() == '{';
}

/// `{token}:open` matches `abc:open`. Nothing if it does not fit.
std::optional<std::string_view> match_variable(std::string_view pattern, std::string_view segment) {
    const std::string_view tail = pattern.substr(pattern.find('}') + 1);
    if (segment.size() <= tail.size() || segment.substr(segment.size() - tail.size()) != tail) {
        return std::nullopt;
    }
    return segment.substr(0, segment.size() - tail.size());
}

std::optional<std::vector<std::string>> match(const std::vector<std::string>& pattern,
                                              std::string_view path) {
    std::vector<std::string> values;
    for (const std::string& expected : pattern) {
        if (path.empty()) {
            return std::nullopt;
        }
        path.remove_prefix(1);
        if (takes_the_rest(expected)) {
            values.emplace_back(path);
            return path.empty() ? std::nullopt : std::optional(std::move(values));
        }
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, end);
        path.remove_prefix(end);
        if (is_variable(expected)) {
            const auto value = match_variable(expected, segment);
            if (!value) {
                return std::nullopt;
            }
            values.emplace_back(*value);
        } else if (segment != expected) {
            return std::nullopt;
        }
    }
    if (!path.empty()) {
        return std::nullopt;
    }
    return values;
}

} // namespace

Router::Router(std::vector<Route> routes) {
    for (Route& route : routes) {
        std::vector<std::string> segments = split(route.pattern);
        entries_.push_back({std::move(route), std::move(segments)});
    }
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    Match found;
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Entry& entry : entries_) {
        auto values = match(entry.segments, path);
        if (!values) {
            continue;
        }
        if (entry.route.method == wanted) {
            found.route = &entry.route;
            found.path_values = std::move(*values);
            return found;
        }
        found.allow += found.allow.empty() ? entry.route.method : ", " + entry.route.method;
    }
    return found;
}

} // namespace songda::http
