#include "app/kiosk/device_config.hpp"

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::app {

Result<DeviceConfig> read_device_config(const std::string& path) {
    auto file = TomlFile::open(path);
    if (!file.ok()) {
        return file.error();
    }
    const ConfigPaths paths(path, Files::present);
    TomlTable root = file.value().root();
    DeviceConfig config;
    config.serial = root.text("serial");
    TomlTable server = root.table("server");
    config.address = server.text("address");
    config.port = static_cast<std::uint16_t>(server.integer_or("port", 8444, 1, 65535));
    config.host = server.text("host");
    config.ca_file = paths.file(server, "ca_file", server.text_or("ca_file", ""));
    config.folder = paths.folder(root, "folder");
    TomlTable printer = root.table("printer");
    config.printer = printer.text("uri");
    config.two_sided = printer.boolean_or("two_sided", false);
    TomlTable reader = root.table("reader");
    config.identity = reader.text_or("identity", "id_card");
    config.checked = reader.text("checked");
    if (config.checked != "chip" && config.checked != "chip_and_face" &&
        config.checked != "login") {
        reader.refuse("checked", "must be chip, chip_and_face or login");
    }
    TomlTable page = root.table("page");
    config.page_port = static_cast<std::uint16_t>(page.integer_or("port", 8500, 0, 65535));
    config.web_folder = paths.folder(page, "web_folder");
    const auto finished = file.value().finish();
    return finished.ok() ? Result<DeviceConfig>(std::move(config)) : finished.error();
}

} // namespace songda::app
