// sources: catalogue/csv.cpp catalogue/xlsx_read.cpp catalogue/codes.cpp
// libraries: -lzip -lexpat
// An XLSX of any bytes is read within its bounds or refused.
#include "base/utf8.hpp"
#include "catalogue/sheet.hpp"

using namespace songda::catalogue;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto sheet = read_xlsx({reinterpret_cast<const char*>(data), size});
    if (!sheet.ok()) {
        return 0;
    }
    std::size_t before = 0;
    for (const SheetRow& row : sheet.value().rows) {
        if (row.number <= before || row.cells.size() > sheet_columns_max) {
            __builtin_trap();
        }
        before = row.number;
        for (const std::string& cell : row.cells) {
            if (songda::find_bad_utf8(cell)) {
                __builtin_trap();
            }
        }
    }
    return 0;
}
