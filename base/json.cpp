#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "base/utf8.hpp"

namespace songda {
namespace {

/// Room for the values of one decision, so that reading it allocates once.
constexpr std::size_t pool_bytes = 8192;

/// May be ignored (RFC 8259 §8.1); some programs write it before a text.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Why a text is refused; every refusal is one of these.
struct Refusal {
    std::string_view en;
    std::string_view zh;
};
constexpr Refusal not_utf8{"not UTF-8", "不是UTF-8编码"};
constexpr Refusal not_json{"not JSON", "语法有误"};
constexpr Refusal name_twice{"the same name twice in one object", "同一对象中有重复的名称"};
constexpr Refusal too_deep{"nested too deeply", "嵌套过深"};

constexpr std::string_view line_mark = " at line ";

std::string where(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::string_view same_line = before.substr(before.rfind('\n') + 1);
    // A character counts once, however many bytes it takes: all but the bytes that continue one.
    const auto column =
        std::count_if(same_line.begin(), same_line.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }) +
        1;
    return fmt::format("{}{}, column {}", line_mark, line, column);
}

/// What RapidJSON lets through and we do not.
struct Trouble {
    Refusal why;
    const char* at = nullptr; ///< in the buffer; null if no text stands there
};

/// The second of two equal names; null if all differ.
const char* find_double(const rapidjson::Value& object) {
    std::vector<std::string_view> names;
    names.reserve(object.MemberCount());
    for (const auto& member : object.GetObject()) {
        names.push_back(text_of(member.name));
    }
    std::sort(names.begin(), names.end());
    const auto found = std::adjacent_find(names.begin(), names.end());
    return found == names.end() ? nullptr : std::max(found[0].data(), found[1].data());
}

/// Walks all levels without recursion: how deep the text goes is not ours to say.
std::optional<Trouble> find_trouble(const rapidjson::Value& root, std::size_t depth_max) {
    struct Level {
        const rapidjson::Value* value;
        std::size_t depth;
    };
    std::vector<Level> open = {{&root, 1}};
    while (!open.empty()) {
        const auto [value, depth] = open.back();
        open.pop_back();
        if (!value->IsObject() && !value->IsArray()) {
            continue;
        }
        if (depth > depth_max) {
            return Trouble{too_deep};
        }
        if (value->IsArray()) {
            for (const rapidjson::Value& item : value->GetArray()) {
                open.push_back({&item, depth + 1});
            }
            continue;
        }
        if (const char* const twice = find_double(*value)) {
            return Trouble{name_twice, twice};
        }
        for (const auto& member : value->GetObject()) {
            open.push_back({&member.value, depth + 1});
        }
    }
    return std::nullopt;
}

/// A character that must be escaped, and its bytes; length 0 for one that need not.
struct Escape {
    unsigned character = 0;
    std::size_t length = 0;
};

/// A byte that begins no escape: nearly all are.
constexpr std::array<bool, 256> plain_bytes = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0x20; c < plain.size(); ++c) {
        plain[c] = c != '"' && c != '\\' && c != 0x7F && c != 0xC2 && c != 0xE2;
    }
    return plain;
}();

/// How many bytes of `text`, from its first on, are plain: sixteen are looked at at once.
std::size_t plain_length(std::string_view text) {
    using Block = unsigned char __attribute__((vector_size(16)));
    std::size_t length = 0;
    for (; length + sizeof(Block) <= text.size(); length += sizeof(Block)) {
        Block block;
        std::memcpy(&block, text.data() + length, sizeof block);
        const auto escaped = (block < 0x20) | (block == '"') | (block == '\\') | (block == 0x7F) |
                             (block == 0xC2) | (block == 0xE2);
        std::array<std::uint64_t, 2> any{};
        std::memcpy(any.data(), &escaped, sizeof any);
        if ((any[0] | any[1]) != 0) {
            break;
        }
    }
    while (length < text.size() && plain_bytes[static_cast<unsigned char>(text[length])]) {
        ++length;
    }
    return length;
}

Escape escape_at(std::string_view text, std::size_t at) {
    const auto c = static_cast<unsigned char>(text[at]);
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
    for (std::size_t i = plain_length(text); i < text.size(); i += plain_length(text.substr(i))) {
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

struct JsonText::Impl {
    explicit Impl(std::string_view text) : buffer(text) {}

    std::string buffer; ///< strings are unescaped in place
    alignas(std::max_align_t) std::array<char, pool_bytes> room;
    rapidjson::MemoryPoolAllocator<> pool{room.data(), room.size()};
    rapidjson::Document document{&pool};
};

JsonText::JsonText(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonText::JsonText(JsonText&&) noexcept = default;
JsonText& JsonText::operator=(JsonText&&) noexcept = default;
JsonText::~JsonText() = default;
const rapidjson::Value& JsonText::root() const {
    return impl_->document;
}

Result<JsonText> parse_json(std::string_view text, std::size_t depth_max) {
    const auto refuse = [text](const Refusal& why, std::size_t offset) {
        return Error{Fault::invalid_input, std::string(why.en) + where(text, offset)};
    };
    if (const auto bad = find_bad_utf8(text)) {
        return refuse(not_utf8, *bad);
    }
    // RapidJSON would take a zero byte for the end of the text.
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
        return refuse(not_json, zero);
    }
    auto impl = std::make_unique<JsonText::Impl>(text);
    rapidjson::Document& document = impl->document;
    const std::size_t begin = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    document.ParseInsitu<rapidjson::kParseIterativeFlag>(impl->buffer.data() + begin);
    if (document.HasParseError()) {
        return refuse(not_json, begin + document.GetErrorOffset());
    }
    if (const auto found = find_trouble(document, depth_max)) {
        const bool placed = found->at != nullptr;
        return refuse(found->why,
                      placed ? static_cast<std::size_t>(found->at - impl->buffer.data()) : 0);
    }
    return JsonText(std::move(impl));
}

std::string json_refusal_zh(const Error& refusal) {
    const std::string_view detail = refusal.detail;
    const std::size_t mark = std::min(detail.find(line_mark), detail.size());
    std::string zh(detail.substr(0, mark));
    for (const Refusal& each : {not_utf8, not_json, name_twice, too_deep}) {
        if (each.en == zh) {
            zh = each.zh;
            break;
        }
    }
    static constexpr std::string_view between = ", column ";
    const std::string_view place = detail.substr(std::min(mark + line_mark.size(), detail.size()));
    const std::size_t comma = place.find(between);
    return comma == std::string_view::npos
               ? zh
               : fmt::format("{}，第{}行第{}列", zh, place.substr(0, comma),
                             place.substr(comma + between.size()));
}

const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name) {
    if (!object.IsObject()) {
        return nullptr;
    }
    const auto found = object.FindMember(rapidjson::Value(
        rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
    return found == object.MemberEnd() ? nullptr : &found->value;
}

std::vector<std::string_view> member_names(const rapidjson::Value& object) {
    std::vector<std::string_view> names;
    if (object.IsObject()) {
        for (const auto& member : object.GetObject()) {
            names.push_back(text_of(member.name));
        }
    }
    return names;
}

std::string_view text_of(const rapidjson::Value& value) {
    return value.IsString() ? std::string_view(value.GetString(), value.GetStringLength())
                            : std::string_view();
}

std::string_view member_text(const rapidjson::Value& object, std::string_view name) {
    const rapidjson::Value* const member = find_member(object, name);
    return member == nullptr ? std::string_view() : text_of(*member);
}

std::string_view kind_of(const rapidjson::Value& value) {
    switch (value.GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType: return "boolean";
    case rapidjson::kObjectType: return "object";
    case rapidjson::kArrayType: return "array";
    case rapidjson::kStringType: return "string";
    case rapidjson::kNumberType: return "number";
    }
    return "null";
}

} // namespace songda
