#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::app {

/// A provider of SMS, WeChat messages or calls: its file, and what the file does not say.
struct ProviderConfig {
    std::string name;     ///< in the address of its reports, logs and metrics
    std::string channel;  ///< as its file says; decisions may name it
    std::string file;     ///< docs/formats/provider.md
    std::string base_url; ///< empty: the file's
    std::map<std::string, std::string> secret_files; ///< by the names that the file uses
    std::string ca_file;
    bool allow_private_addresses = false;
    unsigned threads = 0;
};

/// `[[provider]]` of `[delivery]`. What is wrong is a finding; the provider's own file is read by
/// who uses it.
[[nodiscard]] std::vector<ProviderConfig> read_providers(TomlTable& delivery,
                                                         const ConfigPaths& path);

} // namespace songda::app
