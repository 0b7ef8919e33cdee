#include "app/mail_words.hpp"

namespace songda::app {

void add_mail(CLI::App& app, MailArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* mail = app.add_subcommand("mail", "电子邮件渠道 the mail channel")->require_subcommand(1);
    auto* record = mail->add_subcommand(
        "dkim-record", "打印须在域名系统公布的签名公钥 print what to publish in the DNS about the "
                       "keys that sign mails");
    record->add_option("-c,--config", asked.config, "配置文件 configuration file")
        ->capture_default_str();
    auto* key = record->add_option("--key", asked.key,
                                   "尚未写入配置的密钥 a key that is not in the configuration yet");
    auto* selector =
        record->add_option("--selector", asked.selector, "它将用的名称 the name that it will have");
    key->needs(selector);
    selector->needs(key);
    record->callback([&asked, &status] { status = run_dkim_record(asked); });
}

} // namespace songda::app
