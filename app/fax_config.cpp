#include "app/fax_config.hpp"

namespace songda::app {

FaxConfig read_fax(TomlTable table) {
    FaxConfig fax;
    fax.device = table.text("device");
    fax.phone_context = table.text_or("phone_context", "+86");
    fax.call_seconds = table.integer_or("call_seconds", 600, 60, 3600);
    fax.lines = static_cast<unsigned>(table.integer_or("lines", 1, 1, 16));
    return fax;
}

} // namespace songda::app
