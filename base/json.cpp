#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"

namespace songda {
namespace {

using nlohmann::json;

/// Builds the document and refuses what nlohmann's own builder lets through: a key twice, endless
/// depth.
class StrictBuilder final : public nlohmann::json_sax<json> {
public:
    explicit StrictBuilder(std::size_t depth_max) : depth_max_(depth_max) {}

    bool null() override { return put(json(nullptr)); }
    bool boolean(bool value) override { return put(json(value)); }
    bool number_integer(number_integer_t value) override { return put(json(value)); }
    bool number_unsigned(number_unsigned_t value) override { return put(json(value)); }
    bool number_float(number_float_t value, const string_t&) override { return put(json(value)); }
    bool string(string_t& value) override { return put(json(std::move(value))); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(json::object()); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (levels_.back()->contains(name)) {
            problem_ = "the same name twice in one object";
            return false;
        }
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        position_ = position;
        problem_ = "not JSON";
        return false;
    }

    json root;
    std::string problem_;
    std::size_t position_ = 0;

private:
    json* place(json value) {
        if (levels_.empty()) {
            root = std::move(value);
            return &root;
        }
        json& parent = *levels_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[key_] = std::move(value));
    }
    bool put(json value) {
        place(std::move(value));
        return true;
    }
    bool open(json container) {
        if (levels_.size() >= depth_max_) {
            problem_ = "nested too deeply";
            return false;
        }
        levels_.push_back(place(std::move(container)));
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }

    std::size_t depth_max_;
    std::vector<json*> levels_;
    std::string key_;
};

/// Counts how far the parser read, so that a refusal of ours (which has no position) can name a
/// place too.
struct CountingIterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at = nullptr;
    const char** furthest = nullptr;

    const char& operator*() const { return *at; }
    CountingIterator& operator++() {
        ++at;
        *furthest = at;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at == other.at; }
};

std::string where(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column =
        newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
    return fmt::format("line {}, column {}", line, column);
}

/// A character that must be escaped, and its bytes; length 0 for one that need not.
struct Escape {
    unsigned character = 0;
    std::size_t length = 0;
};

/// Bytes that begin no escape: nearly all.
constexpr std::array<bool, 256> plain_bytes = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0x20; c < plain.size(); ++c) {
        plain[c] = c != '"' && c != '\\' && c != 0x7F && c != 0xC2 && c != 0xE2;
    }
    return plain;
}();

Escape escape_at(std::string_view text, std::size_t at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (plain_bytes[c]) {
        return {};
    }
    if (c < 0x80) {
        return {c, 1};
    }
    const std::string_view rest = text.substr(at);
    if (c == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0) {
        return {static_cast<unsigned char>(rest[1]), 2};
    }
    if (rest.starts_with("\xE2\x80\xA8")) {
        return {0x2028, 3};
    }
    return rest.starts_with("\xE2\x80\xA9") ? Escape{0x2029, 3} : Escape{};
}

void put_escape(std::string& to, unsigned character) {
    static constexpr std::string_view hex = "0123456789abcdef";
    if (character == '"' || character == '\\') {
        to += '\\';
        to += static_cast<char>(character);
        return;
    }
    to += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) {
        to += hex[character >> shift & 15U];
    }
}

} // namespace

void append_json_string(std::string& to, std::string_view text) {
    to += '"';
    std::size_t plain = 0; // where the run begins that needs no escape
    for (std::size_t i = 0; i < text.size();) {
        const Escape escape = escape_at(text, i);
        if (escape.length == 0) {
            ++i;
            continue;
        }
        to.append(text.substr(plain, i - plain));
        put_escape(to, escape.character);
        i += escape.length;
        plain = i;
    }
    to.append(text.substr(plain));
    to += '"';
}

Result<json> parse_json(std::string_view text, std::size_t depth_max) {
    if (const auto bad = find_bad_utf8(text)) {
        return Error{Fault::invalid_input, "not UTF-8 at " + where(text, *bad)};
    }
    StrictBuilder builder(depth_max);
    const char* furthest = text.data();
    const CountingIterator begin{text.data(), &furthest};
    const CountingIterator end{text.data() + text.size(), &furthest};
    if (!json::sax_parse(begin, end, &builder)) {
        const auto read = static_cast<std::size_t>(furthest - text.data());
        const std::size_t offset = builder.position_ > 0 ? builder.position_ - 1 : read;
        return Error{Fault::invalid_input, builder.problem_ + " at " + where(text, offset)};
    }
    return std::move(builder.root);
}

} // namespace songda
