#include <array>

#include <iconv.h>

#include "base/utf8.hpp"
#include "catalogue/sheet.hpp"

namespace songda::catalogue {
namespace {

constexpr std::string_view bom = "\xEF\xBB\xBF";

/// Excel in East Asia takes the fullwidth signs too.
constexpr std::array<std::string_view, 10> formula_signs = {"=",  "+",  "-",  "@",  "\t",
                                                            "\r", "＝", "＋", "－", "＠"};

Error refuse(std::size_t row, std::string_view why) {
    return {Fault::invalid_input, "row " + std::to_string(row) + ": " + std::string(why)};
}

/// Any number of `'`, then a sign that begins a formula. So one `'` more, or one fewer, says
/// exactly what the cell was.
bool is_like_formula(std::string_view cell) {
    cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
    for (const std::string_view sign : formula_signs) {
        if (cell.starts_with(sign)) {
            return true;
        }
    }
    return false;
}

Result<std::string> from_gb18030(std::string_view bytes) {
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    if (converter == iconv_t(-1)) {
        return Error{Fault::unavailable, "this machine's iconv has no GB18030"};
    }
    std::string in(bytes);
    std::string out(bytes.size() * 2 + 16, '\0'); // two bytes become three, four become four
    char* from = in.data();
    char* to = out.data();
    std::size_t left = in.size();
    std::size_t room = out.size();
    const bool whole = iconv(converter, &from, &left, &to, &room) != std::size_t(-1);
    iconv_close(converter);
    if (!whole) {
        return Error{Fault::invalid_input,
                     "neither UTF-8 nor GB18030 at byte " + std::to_string(in.size() - left)};
    }
    out.resize(out.size() - room);
    if (find_bad_utf8(out)) {
        return Error{Fault::invalid_input, "neither UTF-8 nor GB18030"};
    }
    return out;
}

/// Reads cells one after the other.
class CsvReader {
public:
    explicit CsvReader(std::string_view text) : text_(text) {}

    Result<std::vector<SheetRow>> read() {
        while (at_ < text_.size()) {
            auto row = read_row();
            if (!row.ok()) {
                return row.error();
            }
            cells_ += row.value().cells.size();
            if (rows_.size() >= sheet_rows_max || cells_ > sheet_cells_max) {
                return refuse(number_, "more rows or cells than allowed");
            }
            rows_.push_back(std::move(row).value());
        }
        return std::move(rows_);
    }

private:
    Result<SheetRow> read_row() {
        SheetRow row{++number_, {}};
        for (;;) {
            auto cell = text_.substr(at_, 1) == "\"" ? read_quoted() : read_plain();
            if (!cell.ok()) {
                return cell.error();
            }
            if (cell.value().size() > sheet_cell_bytes_max ||
                row.cells.size() >= sheet_columns_max) {
                return refuse(number_, "a cell is too long or there are too many columns");
            }
            row.cells.push_back(std::move(cell).value());
            if (at_ < text_.size() && text_[at_] == ',') {
                ++at_;
                continue;
            }
            at_ += text_.substr(at_, 2) == "\r\n" ? 2U : 1U;
            return row;
        }
    }

    [[nodiscard]] bool at_end_of_cell() const {
        return at_ >= text_.size() || text_[at_] == ',' || text_[at_] == '\n' ||
               text_.substr(at_, 2) == "\r\n";
    }

    Result<std::string> read_plain() {
        const std::size_t begin = at_;
        for (; !at_end_of_cell(); ++at_) {
            if (text_[at_] == '"') {
                return refuse(number_, "a quote inside a cell that does not begin with one");
            }
        }
        return without_guard(std::string(text_.substr(begin, at_ - begin)));
    }

    Result<std::string> read_quoted() {
        std::string cell;
        for (++at_;;) {
            const std::size_t quote = text_.find('"', at_);
            if (quote == std::string_view::npos) {
                return refuse(number_, "a quote is never closed");
            }
            cell += text_.substr(at_, quote - at_);
            at_ = quote + 1;
            if (text_.substr(at_, 1) != "\"") {
                break;
            }
            cell += '"';
            ++at_;
        }
        return at_end_of_cell() ? Result(without_guard(std::move(cell)))
                                : refuse(number_, "text behind a closing quote");
    }

    static std::string without_guard(std::string cell) {
        if (cell.starts_with('\'') && is_like_formula(cell)) {
            cell.erase(0, 1);
        }
        return cell;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t number_ = 0;
    std::size_t cells_ = 0;
    std::vector<SheetRow> rows_;
};

void append_cell(std::string& to, std::string_view cell) {
    const bool guard = is_like_formula(cell);
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
        to.append(guard ? "'" : "").append(cell);
        return;
    }
    to.append(guard ? "\"'" : "\"");
    for (const char c : cell) {
        to.append(c == '"' ? 2 : 1, c);
    }
    to += '"';
}

} // namespace

std::string_view sheet_form_name(SheetForm form) {
    static constexpr std::array<std::string_view, 4> names = {"UTF-8", "UTF-8 BOM", "GB18030",
                                                              "XLSX"};
    return names.at(static_cast<std::size_t>(form));
}

Result<Sheet> read_csv(std::string_view bytes) {
    if (bytes.size() > sheet_bytes_max) {
        return Error{Fault::invalid_input, "larger than 32 MiB"};
    }
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
        return Error{Fault::invalid_input, "UTF-16; save as CSV UTF-8"};
    }
    if (bytes.find('\0') != std::string_view::npos) {
        return Error{Fault::invalid_input, "holds zero bytes; no CSV"};
    }
    Sheet sheet;
    std::string converted;
    if (bytes.starts_with(bom)) {
        bytes.remove_prefix(bom.size());
        sheet.form = SheetForm::utf8_bom;
        if (find_bad_utf8(bytes)) {
            return Error{Fault::invalid_input, "a UTF-8 mark, but bytes that are not UTF-8"};
        }
    } else if (find_bad_utf8(bytes)) {
        auto text = from_gb18030(bytes);
        if (!text.ok()) {
            return text.error();
        }
        converted = std::move(text).value();
        bytes = converted;
        sheet.form = SheetForm::gb18030;
    }
    auto rows = CsvReader(bytes).read();
    if (!rows.ok()) {
        return rows.error();
    }
    sheet.rows = std::move(rows).value();
    return sheet;
}

std::string write_csv(const Sheet& sheet) {
    std::string out(bom);
    std::size_t next = 1;
    for (const SheetRow& row : sheet.rows) {
        for (; next < row.number; ++next) {
            out += "\r\n";
        }
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            out.append(i == 0 ? "" : ",");
            append_cell(out, row.cells[i]);
        }
        out += "\r\n";
        ++next;
    }
    return out;
}

Result<Sheet> read_sheet(std::string_view bytes) {
    return bytes.starts_with("PK\x03\x04") ? read_xlsx(bytes) : read_csv(bytes);
}

} // namespace songda::catalogue
