// sources: catalogue/csv.cpp catalogue/xlsx_read.cpp catalogue/codes.cpp catalogue/items.cpp catalogue/items_lint.cpp catalogue/item_code.cpp
// libraries: -lzip -lexpat
// A CSV of any bytes is read or refused; what was read comes back from what is written, and can be checked.
#include "catalogue/items.hpp"

using namespace songda::catalogue;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto sheet = read_csv({reinterpret_cast<const char*>(data), size});
    if (!sheet.ok()) {
        return 0;
    }
    const auto again = read_csv(write_csv(sheet.value()));
    if (!again.ok() || again.value().rows.size() != sheet.value().rows.size()) {
        __builtin_trap();
    }
    for (std::size_t i = 0; i < again.value().rows.size(); ++i) {
        if (again.value().rows[i].cells != sheet.value().rows[i].cells) {
            __builtin_trap();
        }
    }
    const ItemList list = read_items(sheet.value());
    (void)lint_items(list, {&list, {}});
    (void)compare_coverage(list, list);
    return 0;
}
