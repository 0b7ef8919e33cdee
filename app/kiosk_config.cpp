#include "app/kiosk_config.hpp"

#include "app/numeric_address.hpp"

namespace songda::app {

KioskConfig read_kiosk(TomlTable table, const ConfigPaths& path) {
    KioskConfig kiosk;
    kiosk.address = table.text_or("address", "127.0.0.1");
    if (!is_numeric_address(kiosk.address)) {
        table.refuse("address", "must be a numeric address");
    }
    kiosk.port = static_cast<std::uint16_t>(table.integer_or("port", 8444, 0, 65535));
    kiosk.tls_certificate = path.file(table, "tls_certificate", table.text("tls_certificate"));
    kiosk.tls_key = path.file(table, "tls_key", table.text("tls_key"));
    kiosk.authority_key = path.file(table, "authority_key", table.text("authority_key"));
    kiosk.authority_certificate =
        path.file(table, "authority_certificate", table.text("authority_certificate"));
    kiosk.certificate_days = table.integer_or("certificate_days", 60, 30, 90);
    return kiosk;
}

} // namespace songda::app
