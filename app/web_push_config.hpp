#pragma once

#include <string>

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::app {

/// The channel `web_push`: browsers that recipients subscribed in the inbox page.
struct WebPushConfig {
    std::string signing_key; ///< P-256 (VAPID)
    std::string contact;
    std::string ca_file;
    bool allow_private_addresses = false;
    unsigned threads = 0;
};

/// `[delivery.web_push]`.
[[nodiscard]] WebPushConfig read_web_push(TomlTable table, const ConfigPaths& path);

} // namespace songda::app
