#include "app/provider_words.hpp"

namespace songda::app {

void add_provider(CLI::App& app, ProviderArguments& asked, int& status) {
    auto* provider = app.add_subcommand(
        "provider", "短信、微信、语音服务商的配置 files of providers of SMS, WeChat and calls");
    provider->require_subcommand(1);
    const auto add = [&](const char* name, const char* words) {
        auto* step = provider->add_subcommand(name, words);
        step->add_option("FILE", asked.file, "服务商配置 the provider's file")->required();
        step->add_option("--to", asked.to, "收件人号码或 openid telephone number or openid");
        step->add_flag("--status", asked.status,
                       "状态变更的告知，不填即新文书的告知 of a change of status, not of an issue");
        return step;
    };
    auto* check = add("check", "读取并展示将发出的请求 read it, show what it would send");
    check->callback([&] { status = run_provider_check(asked); });
    auto* attempt = add("try", "真实发送一条 send one message for real");
    attempt->get_option("--to")->required();
    attempt->add_option("--secret-file", asked.secret_files,
                        "名称=文件，配置中的每个 {secret.名称} NAME=FILE, for each {secret.NAME}");
    attempt->add_option("--base-url", asked.base_url, "改用此地址 another address than the file's");
    attempt->add_option("--ca-file", asked.ca_file,
                        "其证书的签发者 authorities of its certificate");
    attempt->add_flag("--allow-private-addresses", asked.allow_private_addresses,
                      "服务商在内网 it is inside our own network");
    attempt->add_flag("--ask", asked.ask,
                      "发送后再查询结果 asks afterwards what became of it, by [lookup]");
    attempt->callback([&] { status = run_provider_try(asked); });
}

} // namespace songda::app
