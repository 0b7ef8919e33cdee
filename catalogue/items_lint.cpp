#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "base/utf8.hpp"
#include "catalogue/codes.hpp"
#include "catalogue/item_code.hpp"
#include "catalogue/items.hpp"

namespace songda::catalogue {
namespace {

constexpr std::size_t code_characters_max = 64;
constexpr std::size_t number_digits_max = 9;

/// 苏政办发〔2018〕64号 一(三), with the types of the code that they are.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> classes = {
    {{"行政许可", "01"},
     {"行政确认", "07"},
     {"行政奖励", "08"},
     {"行政给付", "05"},
     {"行政征收", "04"},
     {"行政其他", "10"}}};

std::optional<std::string_view> find_class_type(std::string_view name) {
    for (const auto& [class_name, type] : classes) {
        if (class_name == name) {
            return type;
        }
    }
    return std::nullopt;
}

std::optional<unsigned long> parse_count(std::string_view text) {
    return text.empty() || text.size() > number_digits_max || !is_digits(text)
               ? std::nullopt
               : std::optional(std::stoul(std::string(text)));
}

std::string quoted(std::string_view text) {
    return "“" + std::string(text) + "”";
}

class Linter {
public:
    Linter(const ItemList& list, const ItemLintOptions& options,
           const std::optional<std::regex>& pattern)
        : list_(list), options_(options), pattern_(pattern), findings_(list.findings) {
        if (options.power != nullptr) {
            for (const Item& item : options.power->items) {
                power_[shared_code(item[ItemColumn::code])].push_back(&item);
            }
        }
    }

    std::vector<ItemFinding> run() {
        const Item* before = nullptr;
        for (const Item& item : list_.items) {
            check_texts(item);
            check_department(item);
            check_number(item, before);
            check_code(item);
            check_business_code(item);
            check_class(item);
            check_mode(item);
            check_twice(item);
            check_power(item);
            before = &item;
        }
        return std::move(findings_);
    }

private:
    [[nodiscard]] bool has(ItemColumn column) const {
        return list_.present[static_cast<std::size_t>(column)];
    }

    void tell(std::string_view rule, const Item& item, ItemColumn column, std::string zh,
              std::string en) {
        findings_.push_back(
            {rule, item.row, std::string(column_name(column)), std::move(zh), std::move(en)});
    }

    void check_texts(const Item& item) {
        for (const ItemColumn column :
             {ItemColumn::department, ItemColumn::item, ItemColumn::code}) {
            if (has(column) && item[column].empty()) {
                tell("value_missing", item, column, "未填", "is missing");
            }
        }
        for (std::size_t i = 0; i < item_columns; ++i) {
            std::string_view rest = item.texts[i];
            while (!rest.empty()) {
                const char32_t point = take_code_point(rest);
                if (is_forbidden_in_documents(point)) {
                    tell("character_forbidden", item, static_cast<ItemColumn>(i),
                         "含换行或不可见字符 " + code_point_name(point),
                         "holds a line break or a character that cannot be seen, " +
                             code_point_name(point));
                    break;
                }
            }
        }
    }

    void check_department(const Item& item) {
        const std::string& name = item[ItemColumn::department];
        if (options_.departments == nullptr || options_.departments->empty() || name.empty()) {
            return;
        }
        const bool known =
            std::any_of(options_.departments->begin(), options_.departments->end(),
                        [&name](const Department& one) {
                            return one.name == name || std::find(one.also.begin(), one.also.end(),
                                                                 name) != one.also.end();
                        });
        if (!known) {
            tell("department_unknown", item, ItemColumn::department,
                 "名录中该地区没有部门" + quoted(name),
                 "the register has no department of this name in the area");
        }
    }

    /// 1, 2, 3 …; the business items of one item may share its number.
    void check_number(const Item& item, const Item* before) {
        if (!has(ItemColumn::number)) {
            return;
        }
        const auto number = parse_count(item[ItemColumn::number]);
        if (!number || *number == 0) {
            tell("number_form", item, ItemColumn::number, "应为正整数", "must be a number from 1");
            ++last_number_; // as it was meant, so that one fault is told once
            return;
        }
        const bool same_item =
            before != nullptr && (*before)[ItemColumn::item] == item[ItemColumn::item];
        if (*number != last_number_ + 1 && !(same_item && *number == last_number_)) {
            tell("number_order", item, ItemColumn::number,
                 "上一个序号是 " + std::to_string(last_number_) + "，此处应为 " +
                     std::to_string(last_number_ + 1),
                 "follows " + std::to_string(last_number_) + ", so it must be " +
                     std::to_string(last_number_ + 1));
        }
        last_number_ = *number;
    }

    void check_code(const Item& item) {
        const std::string& code = item[ItemColumn::code];
        if (code.empty()) {
            return;
        }
        if (code.find("E+") != std::string::npos || code.find("e+") != std::string::npos) {
            tell("code_as_number", item, ItemColumn::code,
                 "电子表格把编码当作数字，位数已丢失；请将该列设为文本后重填",
                 "the spreadsheet made a number of it and lost digits; format the column as text");
        } else if (code.size() == 12 || code.size() == 31 || code.size() == 33) {
            check_known_code(item, code);
        } else if (code.size() > code_characters_max ||
                   (pattern_ && !std::regex_match(code, *pattern_))) {
            tell("code_pattern", item, ItemColumn::code, "编码 " + quoted(code) + " 不合规定格式",
                 "has not the form that was asked for");
        }
    }

    void check_known_code(const Item& item, const std::string& code) {
        const auto parsed = parse_item_code(code);
        if (!parsed) {
            const bool long_form = code.size() > 12;
            const CodeVerdict verdict = check_credit_code(std::string_view(code).substr(0, 18));
            if (long_form && verdict != CodeVerdict::good) {
                tell("code_check", item, ItemColumn::code,
                     "前 18 位统一社会信用代码：" + std::string(verdict_text_zh(verdict)),
                     "department code in its first 18 characters: " +
                         std::string(verdict_text_en(verdict)));
            } else {
                tell("code_form", item, ItemColumn::code,
                     long_form ? "第 19 位应为 1 至 6，其后应为数字" : "12 位基本编码应全为数字",
                     long_form ? "character 19 must be 1 to 6, digits after it"
                               : "the 12 characters of a basic code must be digits");
            }
            return;
        }
        const auto type = find_item_type(parsed->type());
        if (type && !type->approval) {
            tell("code_type", item, ItemColumn::code,
                 "编码的事项类型是" + std::string(type->name) + "，不属六类审批事项",
                 "its type " + std::string(parsed->type()) + " is none of the six classes");
        }
        if (has(ItemColumn::sub_item) &&
            (parsed->sub_item() == "000") != item[ItemColumn::sub_item].empty()) {
            tell("sub_item_code", item, ItemColumn::sub_item,
                 item[ItemColumn::sub_item].empty() ? "编码有子项，子项名称未填"
                                                    : "编码的子项为 000，不应有子项名称",
                 item[ItemColumn::sub_item].empty()
                     ? "the code has a sub-item, the name is missing"
                     : "the code has no sub-item (000), yet here is a name");
        }
    }

    void check_business_code(const Item& item) {
        const std::string& code = item[ItemColumn::business_code];
        const std::string& main = item[ItemColumn::code];
        if (code.size() == 33 && !parse_item_code(code)) {
            tell("code_check", item, ItemColumn::business_code, "编码校验不通过",
                 "fails its check");
        } else if (!code.empty() && main.size() == 31 && code.size() == 33 &&
                   !code.starts_with(main)) {
            tell("business_code", item, ItemColumn::business_code, "不以事项编码开头",
                 "does not begin with the item's code");
        }
    }

    void check_class(const Item& item) {
        const std::string& name = item[ItemColumn::item_class];
        if (!has(ItemColumn::item_class)) {
            return;
        }
        const auto type = find_class_type(name);
        if (!type) {
            tell("class_unknown", item, ItemColumn::item_class,
                 "应为行政许可、行政确认、行政奖励、行政给付、行政征收、行政其他之一",
                 "must be one of the six classes of approval");
            return;
        }
        const auto code = parse_item_code(item[ItemColumn::code]);
        if (code && find_item_type(code->type()) && code->type() != *type) {
            tell("class_code", item, ItemColumn::item_class,
                 "与编码中的类型 " + std::string(code->type()) + " 不符",
                 "the code says type " + std::string(code->type()));
        }
    }

    /// 一(三): 全程“不见面” or at most one visit.
    void check_mode(const Item& item) {
        const std::string& mode = item[ItemColumn::mode];
        const bool full = mode == "full" || mode == "全程不见面";
        const bool partial = mode == "partial" || mode == "最多见一面";
        if (has(ItemColumn::mode) && !full && !partial) {
            tell("mode_unknown", item, ItemColumn::mode, "应为“全程不见面”或“最多见一面”",
                 "must be 全程不见面 (full) or 最多见一面 (partial)");
        }
        const std::string& text = item[ItemColumn::visits];
        if (text.empty()) {
            return;
        }
        const auto visits = parse_count(text);
        if (!visits) {
            tell("visits_form", item, ItemColumn::visits, "应为整数", "must be a number");
        } else if (full && *visits != 0) {
            tell("visits", item, ItemColumn::visits, "全程不见面，见面次数应为 0",
                 "full means no visit");
        } else if (*visits > 1) {
            tell("visits", item, ItemColumn::visits, "最多见一面，见面次数不得超过 1",
                 "at most one visit");
        }
    }

    void check_twice(const Item& item) {
        if (item[ItemColumn::code].empty()) {
            return;
        }
        const auto [first, fresh] =
            seen_.emplace(std::array{item[ItemColumn::department], item[ItemColumn::code],
                                     item[ItemColumn::business_item]},
                          item.row);
        if (!fresh) {
            tell("item_twice", item, ItemColumn::code,
                 "与第 " + std::to_string(first->second) + " 行重复",
                 "the same as row " + std::to_string(first->second));
        }
        const auto [named, new_code] = names_.emplace(item[ItemColumn::code], &item);
        const Item& other = *named->second;
        if (!new_code && (other[ItemColumn::item] != item[ItemColumn::item] ||
                          other[ItemColumn::sub_item] != item[ItemColumn::sub_item])) {
            tell("code_names", item, ItemColumn::code,
                 "第 " + std::to_string(other.row) + " 行同一编码的名称不同",
                 "row " + std::to_string(other.row) + " has this code under another name");
        }
    }

    /// 附件1: 统一使用“三级四同”标准化权力清单中大项或子项的权力名称, and its code.
    void check_power(const Item& item) {
        if (options_.power == nullptr || item[ItemColumn::code].empty()) {
            return;
        }
        const auto found = power_.find(shared_code(item[ItemColumn::code]));
        if (found == power_.end()) {
            tell("power_code", item, ItemColumn::code, "权力清单中没有这个编码",
                 "the power list has no such code");
            return;
        }
        const Item& first = *found->second.front();
        const auto is_name = [&](const Item* row) {
            return item[ItemColumn::item] == (*row)[ItemColumn::item] ||
                   item[ItemColumn::item] == (*row)[ItemColumn::sub_item];
        };
        if (!item[ItemColumn::item].empty() &&
            std::none_of(found->second.begin(), found->second.end(), is_name)) {
            tell("power_name", item, ItemColumn::item,
                 "权力清单中的名称是" + quoted(first[ItemColumn::item]),
                 "the power list says " + first[ItemColumn::item]);
        }
        const auto is_sub_name = [&](const Item* row) {
            return item[ItemColumn::sub_item] == (*row)[ItemColumn::sub_item];
        };
        if (!item[ItemColumn::sub_item].empty() &&
            options_.power->present[static_cast<std::size_t>(ItemColumn::sub_item)] &&
            std::none_of(found->second.begin(), found->second.end(), is_sub_name)) {
            tell("power_name", item, ItemColumn::sub_item,
                 "权力清单中的名称是" + quoted(first[ItemColumn::sub_item]),
                 "the power list says " + first[ItemColumn::sub_item]);
        }
    }

    const ItemList& list_;
    const ItemLintOptions& options_;
    const std::optional<std::regex>& pattern_;
    std::vector<ItemFinding> findings_;
    std::map<std::string, std::vector<const Item*>> power_;
    std::map<std::array<std::string, 3>, std::size_t> seen_;
    std::map<std::string, const Item*> names_;
    unsigned long last_number_ = 0;
};

} // namespace

Result<std::vector<ItemFinding>> lint_items(const ItemList& list, const ItemLintOptions& options) {
    std::optional<std::regex> pattern;
    if (!options.code_pattern.empty()) {
        try {
            pattern.emplace(options.code_pattern);
        } catch (const std::regex_error&) {
            return Error{Fault::invalid_input, "the pattern of codes is no regular expression"};
        }
    }
    return Linter(list, options, pattern).run();
}

} // namespace songda::catalogue
