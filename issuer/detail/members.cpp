#include "issuer/detail/members.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace songda::issuer::detail {
namespace {

using rapidjson::Value;

/// RFC 6901: a name as it stands in a pointer.
std::string in_pointer(std::string_view name) {
    std::string escaped;
    for (const char c : name) {
        escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return escaped;
}

} // namespace

void Members::find(std::string_view name, std::string_view rule, std::string value, std::string zh,
                   std::string en) {
    findings_.push_back({fmt::format("{}/{}", pointer_, in_pointer(name)), std::string(rule),
                         std::move(value), std::move(zh), std::move(en)});
}

void Members::find_at(const std::string& place, std::string_view rule, std::string value,
                      std::string zh, std::string en) {
    findings_.push_back({pointer_ + '/' + place, std::string(rule), std::move(value), std::move(zh),
                         std::move(en)});
}

const Value* Members::member(std::string_view name, bool required) {
    known_.push_back(name);
    const Value* const found = find_member(object_, name);
    if (found == nullptr && required) {
        find(name, "required", "", "缺少该项", "is missing");
    }
    return found;
}

std::string Members::text(std::string_view name, bool required, std::size_t characters_max) {
    const Value* const found = member(name, required);
    return found == nullptr ? ""
                            : read_text(name, *found, characters_max, required, Breaks::refused);
}

std::string Members::read_text(std::string_view name, const Value& given,
                               std::size_t characters_max, bool required, Breaks breaks) {
    if (!given.IsString()) {
        find(name, "kind", std::string(kind_of(given)), "应为文本", "must be text");
        return {};
    }
    const std::string_view value = text_of(given);
    check_text(name, value, characters_max, required, breaks);
    return std::string(value);
}

void Members::check_text(std::string_view name, std::string_view value, std::size_t characters_max,
                         bool required, Breaks breaks) {
    if (required && value.empty()) {
        find(name, "required", "", "不能为空", "is empty");
    }
    // A text has no more characters than bytes.
    const std::size_t count = value.size() > characters_max ? count_code_points(value) : 0;
    if (count > characters_max) {
        find(name, "max_characters", std::to_string(count),
             fmt::format("最多{}个字，现为{}个字", characters_max, count),
             fmt::format("at most {} characters, has {}", characters_max, count));
    }
    while (!value.empty()) {
        const char32_t c = take_code_point(value);
        if (is_forbidden_in_documents(c) && !(c == U'\n' && breaks == Breaks::kept)) {
            find(name, "forbidden_character", code_point_name(c),
                 fmt::format("含有不允许的字符 {}", code_point_name(c)),
                 fmt::format("holds the forbidden character {}", code_point_name(c)));
            return;
        }
    }
}

std::optional<Date> Members::day(std::string_view name, bool required) {
    const Value* const found = member(name, required);
    if (found == nullptr) {
        return std::nullopt;
    }
    const auto parsed = parse_date(text_of(*found));
    if (!parsed) {
        find(name, "date", std::string(found->IsString() ? text_of(*found) : kind_of(*found)),
             "应为存在的日期，格式 2026-11-24", "must be a day that exists, like 2026-11-24");
    }
    return parsed;
}

bool Members::says(std::string_view name, std::string_view words) {
    const Value* const found = member(name, false);
    return found != nullptr && found->IsString() && text_of(*found) == words;
}

void Members::refuse_the_rest() {
    for (const auto& member : object_.GetObject()) {
        const std::string_view name = text_of(member.name);
        if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
            find(name, "unknown", "", "没有这一项", "is not a known member");
        }
    }
}

} // namespace songda::issuer::detail
