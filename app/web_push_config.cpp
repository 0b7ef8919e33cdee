#include "app/web_push_config.hpp"

namespace songda::app {

WebPushConfig read_web_push(TomlTable table, const ConfigPaths& path) {
    WebPushConfig push;
    push.signing_key = path.file(table, "signing_key", table.text("signing_key"));
    push.contact = table.text("contact");
    push.ca_file = path.file(table, "ca_file", table.text_or("ca_file", ""));
    push.allow_private_addresses = table.boolean_or("allow_private_addresses", false);
    push.threads = static_cast<unsigned>(table.integer_or("threads", 2, 1, 64));
    return push;
}

} // namespace songda::app
