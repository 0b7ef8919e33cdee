#include "app/provider_config.hpp"

#include <set>

#include "app/plain_name.hpp"

namespace songda::app {
namespace {

ProviderConfig read_provider(TomlTable& table, const ConfigPaths& path) {
    ProviderConfig provider;
    provider.name = table.text("name");
    if (table.has("name") && !is_plain_name(provider.name, 32)) {
        table.refuse("name", "must be 1 to 32 of a-z, 0-9 and -");
    }
    provider.channel = table.text("channel");
    if (table.has("channel") && provider.channel != "sms" && provider.channel != "wechat" &&
        provider.channel != "voice") {
        table.refuse("channel", "must be sms, wechat or voice");
    }
    provider.file = path.file(table, "file", table.text("file"));
    provider.base_url = table.text_or("base_url", "");
    TomlTable secrets = table.table("secret_files");
    for (const std::string& name : secrets.names()) {
        provider.secret_files[name] = path.secret(secrets, name);
    }
    provider.ca_file = path.file(table, "ca_file", table.text_or("ca_file", ""));
    provider.allow_private_addresses = table.boolean_or("allow_private_addresses", false);
    provider.threads = static_cast<unsigned>(table.integer_or("threads", 2, 1, 64));
    return provider;
}

} // namespace

std::vector<ProviderConfig> read_providers(TomlTable& delivery, const ConfigPaths& path) {
    std::vector<ProviderConfig> providers;
    std::set<std::string> names;
    std::set<std::string> channels;
    for (TomlTable& table : delivery.tables("provider")) {
        ProviderConfig provider = read_provider(table, path);
        if (!names.insert(provider.name).second) {
            table.refuse("name", "is another provider's already");
        }
        if (!channels.insert(provider.channel).second) {
            table.refuse("channel", "has another provider already");
        }
        providers.push_back(std::move(provider));
    }
    return providers;
}

} // namespace songda::app
