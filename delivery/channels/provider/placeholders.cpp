#include "delivery/channels/provider/placeholders.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/header_text.hpp"

namespace songda::delivery::provider {
namespace {

constexpr std::string_view params = "params";

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// The name of a placeholder that `text` begins with; empty: it begins with none.
std::string_view placeholder_at(std::string_view text) {
    if (!text.starts_with('{')) {
        return {};
    }
    std::size_t end = 1;
    while (end < text.size() && is_name_character(text[end])) {
        ++end;
    }
    return end > 1 && end < text.size() && text[end] == '}' ? text.substr(1, end - 1)
                                                            : std::string_view();
}

bool is_allowed(std::string_view name, const std::set<std::string>& allowed) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& each) {
        return each == name || (each.ends_with('.') && name.starts_with(each));
    });
}

/// Is the text behind this character inside a JSON string? `escaped`: the next one is escaped.
void read_json_character(char c, bool& in_string, bool& escaped) {
    if (escaped) {
        escaped = false;
    } else if (in_string && c == '\\') {
        escaped = true;
    } else if (c == '"') {
        in_string = !in_string;
    }
}

std::string json_content(std::string_view value) {
    std::string quoted;
    append_json_string(quoted, find_bad_utf8(value) ? clean_line(value) : std::string(value));
    return quoted.substr(1, quoted.size() - 2);
}

} // namespace

Result<Pattern> Pattern::parse(std::string_view text, Place place,
                               const std::set<std::string>& allowed) {
    Pattern pattern;
    pattern.place_ = place;
    bool in_string = false;
    bool escaped = false;
    std::string literal;
    while (!text.empty()) {
        const std::string_view name = placeholder_at(text);
        if (name.empty()) {
            if (place == Place::json) {
                read_json_character(text.front(), in_string, escaped);
            }
            literal += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (!is_allowed(name, allowed)) {
            return Error{Fault::invalid_input, '{' + std::string(name) + "} is not known here"};
        }
        if (escaped || (place == Place::json && !in_string && name != params)) {
            return Error{Fault::invalid_input,
                         '{' + std::string(name) + "} must stand inside quotes"};
        }
        if (!literal.empty()) {
            pattern.pieces_.push_back({std::move(literal)});
            literal.clear();
        }
        pattern.pieces_.push_back({std::string(name), true, in_string});
        text.remove_prefix(name.size() + 2);
    }
    if (!literal.empty()) {
        pattern.pieces_.push_back({std::move(literal)});
    }
    return pattern;
}

std::string Pattern::fill(const Values& values) const {
    std::string filled;
    for (const Piece& piece : pieces_) {
        if (!piece.placeholder) {
            filled += piece.text;
            continue;
        }
        const std::string value = values(piece.text);
        switch (place_) {
        case Place::plain: filled += value; break;
        case Place::header: filled += clean_line(value); break;
        case Place::path: filled += percent_encoded(value); break;
        case Place::json: filled += piece.in_string ? json_content(value) : value; break;
        }
    }
    return filled;
}

std::set<std::string> Pattern::names() const {
    std::set<std::string> names;
    for (const Piece& piece : pieces_) {
        if (piece.placeholder) {
            names.insert(piece.text);
        }
    }
    return names;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4U];
            encoded += digits[byte & 15U];
        }
    }
    return encoded;
}

std::string form_encoded(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string form;
    for (const auto& [name, value] : fields) {
        form += (form.empty() ? "" : "&") + percent_encoded(name) + '=' + percent_encoded(value);
    }
    return form;
}

} // namespace songda::delivery::provider
