#include "base/config_paths.hpp"

#include <cstdlib>
#include <fstream>

namespace songda {
namespace {

bool is_readable(const std::string& path) {
    std::error_code unknown;
    return !std::filesystem::is_directory(path, unknown) && std::ifstream(path).good();
}

} // namespace

std::string ConfigPaths::operator()(const std::string& path) const {
    return path.empty() ? path : (folder_ / path).lexically_normal().string();
}

std::string ConfigPaths::file(TomlTable& table, std::string_view key,
                              const std::string& text) const {
    std::string path = (*this)(text);
    if (look_ && !path.empty() && !is_readable(path)) {
        table.refuse(key, path + ": cannot be read");
    }
    return path;
}

std::string ConfigPaths::secret(TomlTable& table, std::string_view key) const {
    constexpr std::string_view scheme = "credential:";
    const std::string text = table.text_or(key, "");
    if (!text.starts_with(scheme)) {
        return file(table, key, text);
    }
    const std::string name = text.substr(scheme.size());
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (name.empty() || name.find('/') != std::string::npos) {
        table.refuse(key, "must be credential:NAME, with LoadCredential=NAME:… of the unit");
    } else if (credentials == nullptr) {
        table.refuse(key, "systemd gave no credentials ($CREDENTIALS_DIRECTORY)");
    }
    return credentials == nullptr ? "" : file(table, key, std::string(credentials) + '/' + name);
}

std::string ConfigPaths::folder(TomlTable& table, std::string_view key) const {
    return folder(table, key, table.text(key));
}

std::string ConfigPaths::folder_or_none(TomlTable& table, std::string_view key) const {
    return folder(table, key, table.text_or(key, ""));
}

std::vector<std::string> ConfigPaths::folders(TomlTable& table, std::string_view key) const {
    std::vector<std::string> paths;
    for (const std::string& text : table.texts(key)) {
        paths.push_back(folder(table, key, text));
    }
    return paths;
}

std::string ConfigPaths::folder(TomlTable& table, std::string_view key,
                                const std::string& text) const {
    std::string path = (*this)(text);
    std::error_code unknown;
    if (look_ && !path.empty() && !std::filesystem::is_directory(path, unknown)) {
        table.refuse(key, path + ": is no folder");
    }
    return path;
}

} // namespace songda
