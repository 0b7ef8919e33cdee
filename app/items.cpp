// songda items check | convert | coverage: lists of items as files, without a store.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/core.h>

#include "api/item_page.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "catalogue/items.hpp"

namespace songda::app {
namespace {

using namespace catalogue;

constexpr std::string_view next_check = "下一步 next: songda items check ";

Result<Sheet> read_file(const std::string& path) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    std::ifstream in(path, std::ios::binary);
    if (failure || !in) {
        return Error{Fault::not_found, path + ": 读不到文件 cannot be read"};
    }
    if (size > sheet_bytes_max) {
        return Error{Fault::invalid_input, path + ": 超过 32 MiB larger than 32 MiB"};
    }
    std::ostringstream bytes;
    bytes << in.rdbuf();
    auto sheet = read_sheet(bytes.str());
    if (!sheet.ok()) {
        return Error{sheet.error().fault, path + ": " + sheet.error().detail};
    }
    return sheet;
}

/// Text of a file as a terminal may have it: nothing in it moves the cursor or hides.
std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const char32_t point = take_code_point(text);
        append_utf8(out, is_forbidden_in_documents(point) ? U'\uFFFD' : point);
    }
    return out;
}

/// Whole or not at all, as a spreadsheet may have the old one open.
int put_in_place(const std::string& made, const std::string& path) {
    std::error_code failure;
    std::filesystem::rename(made, path, failure);
    if (failure) {
        std::filesystem::remove(made, failure);
        return tell_failure(path + "：写不了文件", path + ": cannot be written");
    }
    return 0;
}

void put_finding(std::string& to, const ItemFinding& finding) {
    JsonObject object(to);
    object.text("rule", finding.rule);
    if (finding.row != 0) {
        object.raw("row", std::to_string(finding.row));
    }
    object.text_if("column", finding.column);
    object.text("zh", finding.zh);
    object.text("en", finding.en);
    object.end();
}

void print_findings(const std::string& path, const std::vector<ItemFinding>& findings) {
    for (const ItemFinding& finding : findings) {
        std::string place;
        if (finding.row != 0) {
            place += fmt::format("第 {} 行 row {}", finding.row, finding.row);
        }
        if (!finding.column.empty()) {
            place += (place.empty() ? "" : "，") + printable(finding.column);
        }
        fmt::print("{}{}{}：{} {} [{}]\n", path, place.empty() ? "" : "：", place,
                   printable(finding.zh), printable(finding.en), finding.rule);
    }
}

/// GB18030 bytes are taken on trust: a person should look at the names once.
void tell_form(const std::string& path, SheetForm form) {
    if (form == SheetForm::gb18030) {
        fmt::print(stderr, "{}：不是 UTF-8，按 GB18030 读 not UTF-8, read as GB18030\n", path);
    }
}

std::string full_name(const Item& item) {
    const std::string& sub_item = item[ItemColumn::sub_item];
    return printable(item[ItemColumn::item] + (sub_item.empty() ? "" : "（" + sub_item + "）"));
}

void print_coverage(const Coverage& coverage) {
    for (const CoverageRow& row : coverage.missing) {
        fmt::print("缺少 missing      {} {}，上级第 {} 行 upper row {}\n", printable(row.code),
                   full_name(*row.upper), row.upper->row, row.upper->row);
    }
    for (const CoverageRow& row : coverage.differing) {
        fmt::print("名称不同 differs  {} 第 {} 行 row {} {}：“{}”，上级 upper “{}”\n",
                   printable(row.code), row.local->row, row.local->row, column_name(row.column),
                   printable((*row.local)[row.column]), printable((*row.upper)[row.column]));
    }
    for (const CoverageRow& row : coverage.local_only) {
        fmt::print("本地增加 local    {} {}，第 {} 行 row {}\n", printable(row.code),
                   full_name(*row.local), row.local->row, row.local->row);
    }
    fmt::print("上级 {} 项，已覆盖 {} 项，缺 {} 项，名称不同 {} 处，本地增加 {} 项 "
               "{} of {} upper items covered, {} missing, {} names differ, {} local\n",
               coverage.upper_items, coverage.covered, coverage.missing.size(),
               coverage.differing.size(), coverage.local_only.size(), coverage.covered,
               coverage.upper_items, coverage.missing.size(), coverage.differing.size(),
               coverage.local_only.size());
}

/// A list that is compared must have its headings; nothing else of it is judged here.
Result<ItemList> read_list(const std::string& path, ItemList (*read)(const Sheet&)) {
    const auto sheet = read_file(path);
    if (!sheet.ok()) {
        return sheet.error();
    }
    tell_form(path, sheet.value().form);
    return read(sheet.value());
}

/// The other list is not what is checked: with findings of its own nothing can be said.
bool is_usable(const std::string& path, const ItemList& list) {
    std::vector<ItemFinding> fatal;
    for (const ItemFinding& finding : list.findings) {
        if (finding.rule != "heading_unknown") {
            fatal.push_back(finding);
        }
    }
    print_findings(path, fatal);
    return fatal.empty();
}

} // namespace

int run_items_check(const ItemsArguments& arguments) {
    const auto list = read_list(arguments.file, &read_items);
    if (!list.ok()) {
        return tell_failure(list.error());
    }
    ItemLintOptions options;
    options.code_pattern = arguments.code_pattern;
    ItemList power;
    if (!arguments.other.empty()) {
        auto read = read_list(arguments.other, &read_power_list);
        if (!read.ok()) {
            return tell_failure(read.error());
        }
        power = std::move(read).value();
        if (!power.findings.empty()) {
            print_findings(arguments.other, power.findings);
            return tell_failure("权力清单读不了", "the power list cannot be used");
        }
        options.power = &power;
    }
    const auto findings = lint_items(list.value(), options);
    if (!findings.ok()) {
        return tell_failure(findings.error());
    }
    if (arguments.json) {
        std::string out;
        JsonObject object(out);
        object.text("form", sheet_form_name(list.value().form));
        object.raw("rows", std::to_string(list.value().items.size()));
        object.begin("findings");
        append_json_array(out, findings.value(),
                          [&out](const ItemFinding& finding) { put_finding(out, finding); });
        object.end();
        fmt::print("{}\n", out);
    } else if (!findings.value().empty()) {
        print_findings(arguments.file, findings.value());
        fmt::print(
            "{} 处问题，{} 行事项。改后再查 {} findings in {} rows; mend them, then\n  {}{}\n",
            findings.value().size(), list.value().items.size(), findings.value().size(),
            list.value().items.size(), next_check, arguments.file);
    }
    return findings.value().empty() ? 0 : 1;
}

int run_items_convert(const ItemsArguments& arguments) {
    const std::string kind = std::filesystem::path(arguments.other).extension();
    if (kind != ".csv" && kind != ".xlsx") {
        return tell_failure("输出文件名应以 .csv 或 .xlsx 结尾",
                            "the name to write to must end in .csv or .xlsx");
    }
    const auto sheet = read_file(arguments.file);
    if (!sheet.ok()) {
        return tell_failure(sheet.error());
    }
    tell_form(arguments.file, sheet.value().form);
    const ItemList list = read_items(sheet.value());
    if (!is_usable(arguments.file, list)) {
        fmt::print("未转换 not converted. {}{}\n", next_check, arguments.file);
        return 1;
    }
    const std::string part = arguments.other + ".part" + std::to_string(getpid());
    if (kind == ".xlsx") {
        const auto written = write_xlsx(sheet.value(), part);
        if (!written.ok()) {
            std::error_code ignored;
            std::filesystem::remove(part, ignored);
            return tell_failure(written.error());
        }
        return put_in_place(part, arguments.other);
    }
    std::ofstream out(part, std::ios::binary);
    out << write_csv(sheet.value());
    out.close();
    if (!out) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        return tell_failure(arguments.other + "：写不了文件",
                            arguments.other + ": cannot be written");
    }
    return put_in_place(part, arguments.other);
}

int run_items_coverage(const ItemsArguments& arguments) {
    const auto local = read_list(arguments.file, &read_items);
    const auto upper = read_list(arguments.other, &read_items);
    if (!local.ok() || !upper.ok()) {
        return tell_failure(local.ok() ? upper.error() : local.error());
    }
    const bool usable = is_usable(arguments.file, local.value());
    if (!is_usable(arguments.other, upper.value()) || !usable) {
        return tell_failure("清单读不全，无法比较",
                            "a list cannot be read, so nothing is compared");
    }
    const Coverage coverage = compare_coverage(local.value(), upper.value());
    if (arguments.json) {
        fmt::print("{}\n", api::coverage_json(coverage));
    } else if (!coverage.good() || !coverage.local_only.empty()) {
        print_coverage(coverage);
    }
    return coverage.good() ? 0 : 1;
}

} // namespace songda::app
