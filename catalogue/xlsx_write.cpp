#include <algorithm>
#include <fstream>

#include <xlsxwriter.h>

#include "base/utf8.hpp"
#include "catalogue/sheet.hpp"

namespace songda::catalogue {
namespace {

constexpr std::size_t cell_characters_max = 32'767; // Excel's; libxlsxwriter refuses more
constexpr std::size_t width_max = 60;

/// Excel counts UTF-16 units; so do we, to be on the safe side of both.
std::size_t count_units(std::string_view text) {
    std::size_t units = 0;
    while (!text.empty()) {
        units += take_code_point(text) > 0xFFFF ? 2U : 1U;
    }
    return units;
}

/// A text that looks like the escape of a character is escaped itself (ECMA-376 §22.4.2.4);
/// libxlsxwriter does so for control characters alone.
std::string escape(std::string_view text) {
    std::string out;
    for (; !text.empty(); text.remove_prefix(1)) {
        const bool mark =
            text.size() >= 7 && text.starts_with("_x") && text[6] == '_' &&
            text.substr(2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        out.append(mark ? "_x005F_" : text.substr(0, 1));
    }
    return out;
}

Result<void> check_bounds(const Sheet& sheet) {
    for (const SheetRow& row : sheet.rows) {
        const bool fits = row.number >= 1 && row.number <= LXW_ROW_MAX &&
                          row.cells.size() <= sheet_columns_max &&
                          std::all_of(row.cells.begin(), row.cells.end(), [](const auto& cell) {
                              return count_units(escape(cell)) <= cell_characters_max;
                          });
        if (!fits) {
            return Error{Fault::invalid_input,
                         "row " + std::to_string(row.number) + ": more than a workbook holds"};
        }
    }
    return {};
}

/// Wide enough to read, a Chinese character counting two.
void set_widths(lxw_worksheet* worksheet, const Sheet& sheet) {
    std::vector<std::size_t> widths;
    for (const SheetRow& row : sheet.rows) {
        if (row.cells.size() < 2) {
            continue; // a title
        }
        widths.resize(std::max(widths.size(), row.cells.size()), 8);
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            const std::size_t points = count_code_points(row.cells[i]);
            const std::size_t width = points + (row.cells[i].size() - points) / 2 + 2;
            widths[i] = std::max(widths[i], std::min(width, width_max));
        }
    }
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const auto column = static_cast<lxw_col_t>(i);
        worksheet_set_column(worksheet, column, column, static_cast<double>(widths[i]), nullptr);
    }
}

} // namespace

Result<void> write_xlsx(const Sheet& sheet, const std::string& path) {
    const auto bounded = check_bounds(sheet);
    if (!bounded.ok()) {
        return bounded.error();
    }
    // libxlsxwriter finds out last, and says so on standard error.
    if (!std::ofstream(path, std::ios::binary)) {
        return Error{Fault::unavailable, path + ": cannot be written"};
    }
    lxw_workbook* workbook = workbook_new(path.c_str());
    lxw_worksheet* worksheet =
        workbook == nullptr ? nullptr : workbook_add_worksheet(workbook, "事项清单");
    if (worksheet == nullptr) {
        return Error{Fault::unavailable, path + ": cannot be written"};
    }
    lxw_error failure = LXW_NO_ERROR;
    for (const SheetRow& row : sheet.rows) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            if (!row.cells[i].empty() && failure == LXW_NO_ERROR) {
                failure = worksheet_write_string(worksheet, static_cast<lxw_row_t>(row.number - 1),
                                                 static_cast<lxw_col_t>(i),
                                                 escape(row.cells[i]).c_str(), nullptr);
            }
        }
    }
    set_widths(worksheet, sheet);
    const lxw_error closing = workbook_close(workbook);
    if (failure != LXW_NO_ERROR || closing != LXW_NO_ERROR) {
        return Error{Fault::unavailable,
                     path + ": " + lxw_strerror(failure != LXW_NO_ERROR ? failure : closing)};
    }
    return {};
}

} // namespace songda::catalogue
