#pragma once

#include <cstdint>
#include <string>

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::app {

/// The kiosks' own door.
struct KioskConfig {
    std::string address;
    std::uint16_t port = 0;
    std::string tls_certificate;
    std::string tls_key;
    std::string authority_key; ///< signs the kiosks' client certificates
    std::string authority_certificate;
    std::int64_t certificate_days = 0;
};

/// `[kiosk]`.
[[nodiscard]] KioskConfig read_kiosk(TomlTable table, const ConfigPaths& path);

} // namespace songda::app
