#pragma once

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

/// One of `[[hall]]`.
[[nodiscard]] HallConfig read_hall(TomlTable& table, const ConfigPaths& path);

/// With the tokens of their screens; `departments`: all there are. Faults: of a token's file;
/// invalid_input: a token that can be guessed, or that two halls have.
[[nodiscard]] Result<std::vector<api::Hall>>
open_halls(const std::vector<HallConfig>& halls, const std::vector<DepartmentCode>& departments);

} // namespace songda::app
