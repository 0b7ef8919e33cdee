#pragma once

#include <string>
#include <vector>

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::app {

/// How records of evidence are sealed and stamped.
struct EvidenceConfig {
    std::string key; ///< file: the service's own seal, no department's
    std::string key_passphrase_file;
    std::string certificate;
    std::vector<std::string> authorities; ///< as AugmentationConfig's; none: no time-stamps
    std::int64_t seal_seconds = 0;
    std::int64_t late_minutes = 0;
};

/// `[evidence]`. What is wrong is a finding.
[[nodiscard]] EvidenceConfig read_evidence(TomlTable& table, const ConfigPaths& path);

} // namespace songda::app
