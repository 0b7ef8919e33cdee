#include "app/signer/config.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <pwd.h>

#include "base/config_paths.hpp"

namespace songda::app {
namespace {

/// A user's number, or its name on this machine.
std::optional<uid_t> find_user(const std::string& text) {
    uid_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure == std::errc() && end == text.data() + text.size()) {
        return number;
    }
    const passwd* const found = getpwnam(text.c_str());
    return found == nullptr ? std::nullopt : std::optional(found->pw_uid);
}

SealPlace read_seal(TomlTable& table, const ConfigPaths& paths, signer::KeyPlaces& keys) {
    SealPlace seal;
    seal.department = table.text("department");
    if (table.has("department") && seal.department.size() != 18) {
        table.refuse("department", "must be the 18 characters of 统一社会信用代码");
    }
    seal.key = keys(table, "key");
    seal.certificate = paths.file(table, "certificate", table.text("certificate"));
    seal.qr_key = keys(table, "qr_key");
    seal.key_passphrase_file = paths.secret(table, "key_passphrase_file");
    seal.sm2 = signer::read_sm2_place(table, paths);
    return seal;
}

StampPlace read_stamp(TomlTable table, const ConfigPaths& paths, signer::KeyPlaces& keys) {
    StampPlace stamp;
    stamp.key = keys(table, "key");
    stamp.certificate = paths.file(table, "certificate", table.text("certificate"));
    stamp.key_passphrase_file = paths.secret(table, "key_passphrase_file");
    stamp.tolerance_seconds = table.integer_or("tolerance_seconds", 60, 1, 3600);
    return stamp;
}

std::vector<uid_t> read_users(TomlTable& root) {
    std::vector<uid_t> users;
    for (const std::string& text : root.texts("users")) {
        const auto user = find_user(text);
        if (!user) {
            root.refuse("users", "\"" + text + "\" is no user of this machine");
        } else {
            users.push_back(*user);
        }
    }
    return users;
}

} // namespace

Result<SignerProcessConfig> read_signer_config(const std::string& path, Files files) {
    auto file = TomlFile::open(path);
    if (!file.ok()) {
        return file.error();
    }
    const ConfigPaths paths(path, files);
    TomlTable root = file.value().root();
    SignerProcessConfig config;
    config.production = root.boolean_or("production", true);
    config.socket = paths(root.text("socket"));
    config.run_as = root.text_or("run_as", "");
    if (!config.run_as.empty() && !find_user(config.run_as)) {
        root.refuse("run_as", "is no user of this machine");
    }
    config.users = read_users(root);
    config.threads = static_cast<unsigned>(root.integer_or("threads", 4, 1, 64));
    if (root.has("pkcs11")) {
        config.pkcs11 = signer::read_token_place(root.table("pkcs11"), paths, config.production);
    }
    config.register_of_seals = signer::read_register_place(root, paths, config.production);
    signer::KeyPlaces keys(paths, config.pkcs11.has_value());
    std::set<std::string> departments;
    for (TomlTable& table : root.tables("seal")) {
        config.seals.push_back(read_seal(table, paths, keys));
        if (!departments.insert(config.seals.back().department).second) {
            table.refuse("department", "is listed twice");
        }
    }
    if (root.has("timestamp")) {
        config.timestamp = read_stamp(root.table("timestamp"), paths, keys);
    }
    if (config.seals.empty() && !config.timestamp) {
        root.refuse("seal", "at least one [[seal]] is needed, or [timestamp]");
    }
    config.on_token = keys.any_on_token();
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return config;
}

} // namespace songda::app
