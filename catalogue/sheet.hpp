#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// One table of text, out of a file that an office sends and back into one. Pure functions over
/// bytes; the files belong to the caller.
namespace songda::catalogue {

/// Bounds of what is read, whatever the file says of itself.
inline constexpr std::size_t sheet_bytes_max = 32U << 20U; ///< of the file
inline constexpr std::size_t sheet_rows_max = 200'000;
inline constexpr std::size_t sheet_columns_max = 256;
inline constexpr std::size_t sheet_cells_max = 4'000'000;
inline constexpr std::size_t sheet_cell_bytes_max = 131'068;    ///< Excel's 32,767 characters
inline constexpr std::size_t sheet_text_bytes_max = 64U << 20U; ///< all cells together

/// What the bytes were.
enum class SheetForm { utf8, utf8_bom, gb18030, xlsx };
/// `UTF-8`, as a person reads it.
[[nodiscard]] std::string_view sheet_form_name(SheetForm form);

struct SheetRow {
    std::size_t number = 0;         ///< as a spreadsheet numbers rows, from 1
    std::vector<std::string> cells; ///< UTF-8
};

struct Sheet {
    SheetForm form = SheetForm::utf8;
    std::vector<SheetRow> rows; ///< by number; an XLSX leaves out empty ones
};

/// RFC 4180, with CRLF or LF. UTF-8 with or without BOM; any other bytes are taken for GB18030,
/// which Excel and WPS write in China. One `'` in front of a cell that a spreadsheet would take
/// for a formula is taken off, as write_csv put it there. Fault invalid_input, with the row.
[[nodiscard]] Result<Sheet> read_csv(std::string_view bytes);

/// UTF-8 with BOM and CRLF, which Excel opens with the right characters; row numbers are kept.
/// read_csv gives the same cells again.
[[nodiscard]] std::string write_csv(const Sheet& sheet);

/// The first sheet of a workbook (ECMA-376). Merged cells all have the text of the merged one.
/// Numbers stand as the file writes them. Fault invalid_input.
[[nodiscard]] Result<Sheet> read_xlsx(std::string_view bytes);

/// Writes a workbook of one sheet whose cells are all text. Faults: invalid_input (more than a
/// workbook holds), unavailable (the file cannot be written).
[[nodiscard]] Result<void> write_xlsx(const Sheet& sheet, const std::string& path);

/// By the first bytes: a ZIP is read as XLSX, anything else as CSV.
[[nodiscard]] Result<Sheet> read_sheet(std::string_view bytes);

} // namespace songda::catalogue
