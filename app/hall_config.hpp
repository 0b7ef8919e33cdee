#pragma once

#include <set>
#include <string>
#include <vector>

#include "api/halls.hpp"
#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::app {

/// A hall whose screens show what is ready there.
struct HallConfig {
    std::string place;
    std::string title;
    std::vector<std::string> departments; ///< codes; empty: all
    std::string token_file;
    std::vector<std::string> notices;
};

/// All of `[[hall]]`; `codes`: of the departments that there are.
[[nodiscard]] std::vector<HallConfig> read_halls(TomlTable& root, const ConfigPaths& path,
                                                 const std::set<std::string>& codes);

/// With the tokens of their screens; `departments`: all there are. Faults: of a token's file;
/// invalid_input: a token that can be guessed, or that two halls have.
[[nodiscard]] Result<std::vector<api::Hall>>
open_halls(const std::vector<HallConfig>& halls, const std::vector<DepartmentCode>& departments);

} // namespace songda::app
