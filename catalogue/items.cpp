#include "catalogue/items.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "catalogue/item_code.hpp"

namespace songda::catalogue {
namespace {

constexpr std::array<std::string_view, item_columns> column_names = {
    "序号",       "审批部门",   "事项名称", "子项名称", "事项编码",
    "业务项名称", "业务项编码", "办理方式", "见面次数", "事项类别"};

constexpr std::size_t title_rows_max = 10; ///< rows in which the headings are looked for
constexpr std::array<std::string_view, 6> blanks = {" ", "\t", "\r", "\n", "\u3000", "\u00A0"};

using Places = std::array<std::optional<std::size_t>, item_columns>;

std::string trim(std::string_view text) {
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view blank : blanks) {
            if (text.starts_with(blank)) {
                text.remove_prefix(blank.size());
                again = true;
            }
            if (text.ends_with(blank)) {
                text.remove_suffix(blank.size());
                again = true;
            }
        }
    }
    return std::string(text);
}

/// Headings are broken over lines and spaced out to fill their cells.
std::string without_blanks(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto* const blank =
            std::find_if(blanks.begin(), blanks.end(),
                         [text](std::string_view b) { return text.starts_with(b); });
        if (blank == blanks.end()) {
            out += text.front();
        }
        text.remove_prefix(blank == blanks.end() ? 1 : blank->size());
    }
    return out;
}

std::optional<std::size_t> find_column(std::string_view heading) {
    const auto* const found = std::find(column_names.begin(), column_names.end(), heading);
    return found == column_names.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - column_names.begin()));
}

std::size_t count_headings(const SheetRow& row) {
    std::set<std::size_t> found;
    for (const std::string& cell : row.cells) {
        if (const auto column = find_column(without_blanks(cell))) {
            found.insert(*column);
        }
    }
    return found.size();
}

/// The row with the most headings, of those at the top.
std::vector<SheetRow>::const_iterator find_heading_row(const Sheet& sheet) {
    const auto end = sheet.rows.begin() +
                     static_cast<std::ptrdiff_t>(std::min(sheet.rows.size(), title_rows_max));
    const auto best =
        std::max_element(sheet.rows.begin(), end, [](const SheetRow& a, const SheetRow& b) {
            return count_headings(a) < count_headings(b);
        });
    return best == end || count_headings(*best) < 2 ? sheet.rows.end() : best;
}

Places read_headings(const SheetRow& row, ItemList& list) {
    Places places;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const std::string heading = without_blanks(row.cells[i]);
        const auto column = find_column(heading);
        if (column && places[*column]) {
            list.findings.push_back({"heading_twice", row.number, heading,
                                     "列“" + heading + "”出现两次", "the column is there twice"});
        } else if (column) {
            places[*column] = i;
            list.present[*column] = true;
        } else if (!heading.empty()) {
            list.findings.push_back({"heading_unknown", row.number, heading,
                                     "“" + heading + "”不是清单的列",
                                     "is no column of a list of items"});
        }
    }
    return places;
}

ItemList read_list(const Sheet& sheet, const std::vector<ItemColumn>& required) {
    ItemList list;
    list.form = sheet.form;
    const auto heading = find_heading_row(sheet);
    if (heading == sheet.rows.end()) {
        list.findings.push_back(
            {"heading_missing", 0, "",
             "前十行中没有列名行（" + std::string(column_names[0]) + "、审批部门、事项名称……）",
             "no row of headings among the first ten"});
        return list;
    }
    const Places places = read_headings(*heading, list);
    for (const ItemColumn column : required) {
        if (!list.present[static_cast<std::size_t>(column)]) {
            const std::string name(column_name(column));
            list.findings.push_back({"heading_missing", heading->number, name,
                                     "缺少列“" + name + "”", "the column is missing"});
        }
    }
    for (auto row = heading + 1; row != sheet.rows.end(); ++row) {
        Item item;
        item.row = row->number;
        bool any = false;
        for (std::size_t column = 0; column < item_columns; ++column) {
            const auto place = places[column];
            if (place && *place < row->cells.size()) {
                item.texts[column] = trim(row->cells[*place]);
                any = any || !item.texts[column].empty();
            }
        }
        if (any) {
            list.items.push_back(std::move(item));
        }
    }
    if (list.items.empty()) {
        list.findings.push_back({"list_empty", 0, "", "清单没有事项", "no item in the list"});
    }
    return list;
}

using ItemsByCode = std::map<std::string, std::vector<const Item*>>;

ItemsByCode by_code(const ItemList& list) {
    ItemsByCode found;
    for (const Item& item : list.items) {
        if (!item[ItemColumn::code].empty()) {
            found[shared_code(item[ItemColumn::code])].push_back(&item);
        }
    }
    return found;
}

/// Every local name of the item must be one of the upper level's; a business item only where the
/// upper level names any (附件1 业务项名称).
void compare_names(const std::string& code, const std::vector<const Item*>& upper,
                   const std::vector<const Item*>& local, Coverage& coverage) {
    for (const ItemColumn column :
         {ItemColumn::item, ItemColumn::sub_item, ItemColumn::business_item}) {
        std::set<std::string_view> names;
        for (const Item* item : upper) {
            names.insert((*item)[column]);
        }
        if (column == ItemColumn::business_item) {
            names.erase("");
            if (names.empty()) {
                return;
            }
        }
        std::set<std::string_view> told;
        for (const Item* item : local) {
            if (names.count((*item)[column]) == 0 && told.insert((*item)[column]).second) {
                coverage.differing.push_back({code, upper.front(), item, column});
            }
        }
    }
}

} // namespace

std::string_view column_name(ItemColumn column) {
    return column_names.at(static_cast<std::size_t>(column));
}

ItemList read_items(const Sheet& sheet) {
    std::vector<ItemColumn> required;
    for (std::size_t i = 0; i < required_item_columns; ++i) {
        required.push_back(static_cast<ItemColumn>(i));
    }
    return read_list(sheet, required);
}

ItemList read_power_list(const Sheet& sheet) {
    ItemList list = read_list(sheet, {ItemColumn::item, ItemColumn::code});
    // A power list has columns of its own, which are none of our business.
    std::erase_if(list.findings, [](const auto& f) { return f.rule == "heading_unknown"; });
    return list;
}

std::string shared_code(std::string_view code) {
    const auto parsed = parse_item_code(code);
    return parsed ? parsed->basic : std::string(code);
}

Coverage compare_coverage(const ItemList& local, const ItemList& upper) {
    Coverage coverage;
    const ItemsByCode ours = by_code(local);
    const ItemsByCode theirs = by_code(upper);
    coverage.upper_items = theirs.size();
    for (const auto& [code, items] : theirs) {
        const auto found = ours.find(code);
        if (found == ours.end()) {
            coverage.missing.push_back({code, items.front(), nullptr, ItemColumn::code});
            continue;
        }
        ++coverage.covered;
        compare_names(code, items, found->second, coverage);
    }
    for (const auto& [code, items] : ours) {
        if (theirs.count(code) == 0) {
            coverage.local_only.push_back({code, nullptr, items.front(), ItemColumn::code});
        }
    }
    return coverage;
}

} // namespace songda::catalogue
