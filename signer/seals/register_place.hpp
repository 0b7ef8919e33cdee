#pragma once

#include <optional>
#include <string>

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"

namespace songda::signer {

/// The table [seals] of a configuration.
struct RegisterPlace {
    std::string folder;    ///< of the register of seals and the book of their uses
    bool four_eyes = true; ///< nobody confirms what they made or proposed
};

/// Nothing where the table is absent, which production refuses: its seals are used by the register
/// alone.
[[nodiscard]] std::optional<RegisterPlace>
read_register_place(TomlTable& root, const ConfigPaths& paths, bool production);

} // namespace songda::signer
