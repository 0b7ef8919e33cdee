#include "delivery/channels/provider/flat_xml.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.hpp"

namespace songda::delivery::provider {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t elements_max = 200;
constexpr std::string_view cdata_begin = "<![CDATA[";
constexpr std::string_view cdata_end = "]]>";

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

void skip_space(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
}

/// `<Name>` or, closing, `</Name>`; empty: something else stands there.
std::string_view take_tag(std::string_view& rest, bool closing) {
    const std::string_view open = closing ? "</" : "<";
    if (!rest.starts_with(open)) {
        return {};
    }
    std::size_t end = open.size();
    while (end < rest.size() && is_name(rest[end])) {
        ++end;
    }
    if (end == open.size() || end == rest.size() || rest[end] != '>') {
        return {};
    }
    const std::string_view name = rest.substr(open.size(), end - open.size());
    rest.remove_prefix(end + 1);
    return name;
}

/// Text up to the next `<`, its entities replaced.
bool take_text(std::string_view& rest, std::string& to) {
    static constexpr std::array entities = {
        std::pair{std::string_view("&lt;"), '<'}, std::pair{std::string_view("&gt;"), '>'},
        std::pair{std::string_view("&amp;"), '&'}, std::pair{std::string_view("&quot;"), '"'},
        std::pair{std::string_view("&apos;"), '\''}};
    while (!rest.empty() && rest.front() != '<') {
        if (rest.front() != '&') {
            to += rest.front();
            rest.remove_prefix(1);
            continue;
        }
        const auto* const known =
            std::find_if(entities.begin(), entities.end(),
                         [&](const auto& entity) { return rest.starts_with(entity.first); });
        if (known == entities.end()) {
            return false;
        }
        to += known->second;
        rest.remove_prefix(known->first.size());
    }
    return true;
}

/// What stands in `<name>…</name>`; the opening tag is taken already. Nothing: it is not XML.
/// `nested`: it holds elements, whose names and texts are not kept.
std::optional<std::string> take_content(std::string_view& rest, std::string_view name,
                                        bool& nested) {
    std::string text;
    std::size_t depth = 0;
    while (!rest.empty()) {
        if (rest.starts_with(cdata_begin)) {
            const std::size_t end = rest.find(cdata_end);
            if (end == std::string_view::npos) {
                return std::nullopt;
            }
            text += rest.substr(cdata_begin.size(), end - cdata_begin.size());
            rest.remove_prefix(end + cdata_end.size());
        } else if (rest.front() != '<') {
            if (!take_text(rest, text)) {
                return std::nullopt;
            }
        } else if (const std::string_view closed = take_tag(rest, true); !closed.empty()) {
            if (depth == 0) {
                return closed == name ? std::optional(text) : std::nullopt;
            }
            --depth;
        } else if (!take_tag(rest, false).empty()) {
            nested = true;
            ++depth;
        } else {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace

Result<Pairs> read_flat_xml(std::string_view xml) {
    const Error refusal{Fault::invalid_input, "not the flat XML that is read here"};
    if (find_bad_utf8(xml)) {
        return refusal;
    }
    skip_space(xml);
    const std::string_view root = take_tag(xml, false);
    if (root.empty()) {
        return refusal;
    }
    Pairs read;
    while (true) {
        skip_space(xml);
        if (const std::string_view closed = take_tag(xml, true); !closed.empty()) {
            skip_space(xml);
            return closed == root && xml.empty() ? Result<Pairs>(std::move(read)) : refusal;
        }
        const std::string name(take_tag(xml, false));
        bool nested = false;
        auto text = name.empty() || read.size() == elements_max ? std::nullopt
                                                                : take_content(xml, name, nested);
        if (!text) {
            return refusal;
        }
        if (!nested) {
            read.emplace_back(name, *std::move(text));
        }
    }
}

} // namespace songda::delivery::provider
