#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml_reader.hpp"

namespace songda {

enum class Files {
    named,   ///< paths are taken as they stand
    present, ///< every file and folder that a key names must be there and readable
};

/// Reads the paths of a configuration. They are relative to its file, so that it means the same
/// from every folder. Belongs to one thread.
class ConfigPaths {
public:
    ConfigPaths(const std::string& config, Files files)
        : folder_(std::filesystem::absolute(config).parent_path()), look_(files == Files::present) {
    }
    /// An empty path stays empty.
    [[nodiscard]] std::string operator()(const std::string& path) const;
    /// As above; a file that cannot be read is a finding about `key`.
    [[nodiscard]] std::string file(TomlTable& table, std::string_view key,
                                   const std::string& text) const;
    /// A file with a secret, or `credential:NAME`: what systemd gave the service under that name
    /// (LoadCredential=, systemd.exec(5)). Empty if the key is absent.
    [[nodiscard]] std::string secret(TomlTable& table, std::string_view key) const;
    [[nodiscard]] std::string folder(TomlTable& table, std::string_view key) const;
    /// Nothing where the key is absent or empty.
    [[nodiscard]] std::string folder_or_none(TomlTable& table, std::string_view key) const;
    [[nodiscard]] std::vector<std::string> folders(TomlTable& table, std::string_view key) const;

private:
    [[nodiscard]] std::string folder(TomlTable& table, std::string_view key,
                                     const std::string& text) const;

    std::filesystem::path folder_;
    bool look_;
};

} // namespace songda
