#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/register.hpp"
#include "catalogue/sheet.hpp"

/// The list of items (事项清单, 苏政办发〔2018〕64号 附件1) as read from a table. Pure functions.
namespace songda::catalogue {

/// In the order of 附件1, then what a list may say besides.
enum class ItemColumn {
    number,
    department,
    item,
    sub_item,
    code,
    business_item,
    business_code,
    mode,
    visits,
    item_class
};
inline constexpr std::size_t item_columns = 10;
inline constexpr std::size_t required_item_columns = 6; ///< the first ones
/// `审批部门`, the heading.
[[nodiscard]] std::string_view column_name(ItemColumn column);

/// One row: a sub-item, or one business item of it. Texts without blanks at either end.
struct Item {
    std::size_t row = 0; ///< of the sheet, from 1
    std::array<std::string, item_columns> texts;

    [[nodiscard]] const std::string& operator[](ItemColumn column) const {
        return texts[static_cast<std::size_t>(column)];
    }
};

/// One thing wrong in a list; all of them are told at once.
struct ItemFinding {
    std::string_view rule; ///< `code_check`, stable
    std::size_t row = 0;   ///< of the sheet; 0: the list as a whole
    std::string column;    ///< heading; empty: the row as a whole
    std::string zh;
    std::string en;
};

struct ItemList {
    SheetForm form = SheetForm::utf8;
    std::array<bool, item_columns> present{}; ///< which columns there are
    std::vector<Item> items;
    std::vector<ItemFinding> findings; ///< about the headings; with one `items` may be empty
};

/// Finds the heading row among the first rows, below titles, in any order of columns, and takes the
/// rows under it. Rows without any text are passed over.
[[nodiscard]] ItemList read_items(const Sheet& sheet);
/// The same for a power list (权力清单): 事项名称 and 事项编码 must be there.
[[nodiscard]] ItemList read_power_list(const Sheet& sheet);

struct ItemLintOptions {
    const ItemList* power = nullptr; ///< to compare names and codes with (S41, S43)
    /// The area's, to compare 审批部门 with (S40); null or empty: not compared.
    const std::vector<Department>* departments = nullptr;
    std::string code_pattern; ///< of codes that are not 12, 31 or 33 long; empty: any
};

/// All findings by row, those of the headings first. Fault invalid_input: the pattern is no regular
/// expression.
[[nodiscard]] Result<std::vector<ItemFinding>> lint_items(const ItemList& list,
                                                          const ItemLintOptions& options);

/// What is the same on every level: the 12 characters of the basic code where the code has a known
/// form, else the whole code.
[[nodiscard]] std::string shared_code(std::string_view code);

struct CoverageRow {
    std::string code;                     ///< shared_code
    const Item* upper = nullptr;          ///< of the upper list; null: local only
    const Item* local = nullptr;          ///< of the local list; null: missing
    ItemColumn column = ItemColumn::item; ///< for a difference
};

/// What a local list does with the upper level's (二(一): all of it must be there; more may).
/// Points into both lists.
struct Coverage {
    std::size_t upper_items = 0; ///< sub-items, each counted once
    std::size_t covered = 0;
    std::vector<CoverageRow> missing;
    std::vector<CoverageRow> differing; ///< there, but under another name
    std::vector<CoverageRow> local_only;
    [[nodiscard]] bool good() const { return missing.empty() && differing.empty(); }
};
[[nodiscard]] Coverage compare_coverage(const ItemList& local, const ItemList& upper);

} // namespace songda::catalogue
