#include "api/accept.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "http/message.hpp"

namespace songda::api {
namespace {

std::string_view trim(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// The part of `text` before `separator`; `text` goes on behind it.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t at = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return part;
}

/// `q=0.8` in thousandths; 1000 without one, 0 for what is no number.
int weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view one = trim(take_until(parameters, ';'));
        if (one.size() >= 3 && (one[0] == 'q' || one[0] == 'Q') && one[1] == '=') {
            double value = 0;
            const auto read = std::from_chars(one.data() + 2, one.data() + one.size(), value);
            return read.ec == std::errc() ? static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000)
                                          : 0;
        }
    }
    return 1000;
}

bool is_any(std::string_view type, std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [type](std::string_view name) { return http::same_name(type, name); });
}

} // namespace

bool prefers_html(std::string_view accept) {
    int html = 0;
    int json = 0;
    while (!accept.empty()) {
        std::string_view range = take_until(accept, ',');
        const std::string_view type = trim(take_until(range, ';'));
        const int weight = weight_of(range);
        if (is_any(type, {"text/html", "application/xhtml+xml", "text/*"})) {
            html = std::max(html, weight);
        } else if (is_any(type,
                          {"application/problem+json", "application/json", "application/*"})) {
            json = std::max(json, weight);
        }
    }
    return html > json;
}

} // namespace songda::api
