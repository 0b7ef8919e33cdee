#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace songda::app {

/// What the program on the device needs to know (config/songda-kiosk.toml explains every key).
struct DeviceConfig {
    std::string serial;
    std::string address; ///< of the kiosks' door
    std::uint16_t port = 0;
    std::string host; ///< the name in its certificate
    std::string ca_file;
    std::string folder; ///< key, certificate and what was not told yet
    std::string printer;
    bool two_sided = false;
    std::string identity; ///< kind of document that its reader reads, where that does not say
    std::string checked;  ///< how its reader checks: `chip`, `chip_and_face` or `login`
    std::uint16_t page_port = 0; ///< on loopback, for the device's browser
    std::string web_folder;
};

/// Fault invalid_input: every finding with file, line and key.
[[nodiscard]] Result<DeviceConfig> read_device_config(const std::string& path);

} // namespace songda::app
