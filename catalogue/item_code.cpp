#include "catalogue/item_code.hpp"

#include <algorithm>
#include <array>

#include "catalogue/codes.hpp"

namespace songda::catalogue {
namespace {

constexpr std::array item_types = {
    ItemType{"01", "行政许可", true}, ItemType{"02", "行政处罚"},
    ItemType{"03", "行政强制"},       ItemType{"04", "行政征收", true},
    ItemType{"05", "行政给付", true}, ItemType{"06", "行政检查"},
    ItemType{"07", "行政确认", true}, ItemType{"08", "行政奖励", true},
    ItemType{"09", "行政裁决"},       ItemType{"10", "其他行政权力", true},
    ItemType{"20", "公共服务"},
};

constexpr std::array<std::string_view, 6> levels = {"国家", "省", "市", "县", "乡镇", "村"};

constexpr std::size_t department_characters = 18;
constexpr std::size_t basic_characters = 12;
constexpr std::size_t handling_characters = 2;
constexpr std::size_t whole_characters = department_characters + 1 + basic_characters;

} // namespace

std::optional<ItemType> find_item_type(std::string_view code) {
    const auto* const found = std::find_if(item_types.begin(), item_types.end(),
                                           [code](const ItemType& t) { return t.code == code; });
    return found == item_types.end() ? std::nullopt : std::optional(*found);
}

std::string_view level_name(char level) {
    return level >= '1' && level <= '6' ? levels[static_cast<std::size_t>(level - '1')]
                                        : std::string_view();
}

std::optional<ItemCode> parse_item_code(std::string_view text) {
    ItemCode code;
    if (text.size() == whole_characters || text.size() == whole_characters + handling_characters) {
        code.department = text.substr(0, department_characters);
        code.level = text[department_characters];
        if (check_credit_code(code.department) != CodeVerdict::good ||
            level_name(code.level).empty()) {
            return std::nullopt;
        }
        text.remove_prefix(department_characters + 1);
        code.handling = text.substr(basic_characters);
        text = text.substr(0, basic_characters);
    }
    code.basic = text;
    if (text.size() != basic_characters || !is_digits(text) || !is_digits(code.handling)) {
        return std::nullopt;
    }
    return code;
}

} // namespace songda::catalogue
