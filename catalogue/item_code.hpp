#pragma once

#include <optional>
#include <string>
#include <string_view>

/// 政务服务事项编码, GB/T 39554.1-2020. Codes of other shapes (the 2018 power list's) stay opaque.
namespace songda::catalogue {

/// 事项类型. The six classes that the guideline is about are those with `approval`.
struct ItemType {
    std::string_view code; ///< two digits
    std::string_view name;
    bool approval = false; ///< 苏政办发〔2018〕64号 一(三)
};

/// Nothing for a code that is in no list we know; codes with such types are published all the same.
[[nodiscard]] std::optional<ItemType> find_item_type(std::string_view code);

/// 行使层级: 1 国家 to 6 村; empty for any other.
[[nodiscard]] std::string_view level_name(char level);

struct ItemCode {
    std::string department; ///< 统一社会信用代码; empty in a basic code
    char level = '\0';      ///< 行使层级; 0 in a basic code
    std::string basic;      ///< 基本编码: province 2, type 2, main item 5, sub-item 3
    std::string handling;   ///< 业务办理项: two digits, or empty

    [[nodiscard]] std::string_view province() const { return std::string_view(basic).substr(0, 2); }
    [[nodiscard]] std::string_view type() const { return std::string_view(basic).substr(2, 2); }
    [[nodiscard]] std::string_view main_item() const {
        return std::string_view(basic).substr(4, 5);
    }
    /// `000`: the item has no sub-items.
    [[nodiscard]] std::string_view sub_item() const { return std::string_view(basic).substr(9, 3); }
};

/// 基本编码 (12), 实施编码 (31) or 业务办理项编码 (33) with a known level and a sound department
/// code. Nothing: keep the text as it is.
[[nodiscard]] std::optional<ItemCode> parse_item_code(std::string_view text);

} // namespace songda::catalogue
