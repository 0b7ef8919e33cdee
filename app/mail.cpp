// songda mail: what the mail channel needs of the world around it.

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/terminal.hpp"
#include "delivery/channels/dkim.hpp"

namespace songda::app {
namespace {

/// A TXT record's strings hold 255 bytes each (RFC 1035 §3.3).
constexpr std::size_t string_bytes_max = 255;

std::string quoted_pieces(std::string_view text) {
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(string_bytes_max, text.size()))) {
        out += out.empty() ? "\"" : " \"";
        out += text.substr(0, string_bytes_max);
        out += '"';
    }
    return out;
}

} // namespace

int run_dkim_record(const MailArguments& arguments) {
    const auto config = read_config(arguments.config, Files::named);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const EmailConfig& email = config.value().delivery.email;
    if (email.dkim_domain.empty()) {
        return tell_failure("配置中没有 [delivery.email.dkim]，邮件不签名",
                            "there is no [delivery.email.dkim] in the configuration: mails go "
                            "unsigned");
    }
    auto keys = email.dkim_keys;
    if (!arguments.key.empty()) {
        if (!delivery::is_dkim_selector(arguments.selector)) {
            return tell_failure("--selector 只能是字母、数字、连字符组成的名称",
                                "--selector is a name of letters, digits and hyphens");
        }
        keys = {{arguments.selector, arguments.key}};
    }
    for (const delivery::DkimKeyFile& key : keys) {
        const auto record = delivery::dkim_record(key.path);
        if (!record.ok()) {
            return tell_failure(record.error());
        }
        fmt::print("{}._domainkey.{}. IN TXT ( {} )\n", key.selector, email.dkim_domain,
                   quoted_pieces(record.value()));
    }
    return 0;
}

} // namespace songda::app
