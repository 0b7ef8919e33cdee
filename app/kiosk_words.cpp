#include "app/kiosk_words.hpp"

#include <CLI/CLI.hpp>

namespace songda::app {

void add_kiosk(CLI::App& app, KioskArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* kiosk = app.add_subcommand("kiosk", "自助机：登记、查看、停用 kiosks: register, look at, "
                                              "revoke");
    kiosk->require_subcommand(1);
    const auto add = [&](const std::string& name, const char* words) {
        auto* command = kiosk->add_subcommand(name, words);
        command->add_option("-c,--config", asked.config, "配置文件 configuration file")
            ->capture_default_str();
        command->callback([&asked, &status, name] {
            asked.command = name;
            status = run_kiosk(asked);
        });
        return command;
    };
    auto* adding = add("add", "登记一台，得到一次性登记码 register one: its enrolment code");
    adding->add_option("SITE", asked.site, "网点名称 name of the site")->required();
    adding->add_option("SERIAL", asked.serial, "设备序列号 serial of the device")->required();
    adding->add_option("--place", asked.place, "安放地点，印在纸质件上 where it stands, printed")
        ->required();
    adding->add_option("--type", asked.types,
                       "可打印的文书类型代码，不填即全部 type codes that it prints; else all");
    add("list", "全部自助机及心跳；有失联的退出码为1 all, and when heard of; 1 if one is silent");
    for (auto* const one : {add("code", "重发登记码（换机、证书过期） another enrolment code"),
                            add("revoke", "停用，立即生效 revoke at once")}) {
        one->add_option("KIOSK", asked.kiosk, "编号或其开头 id, or its beginning")->required();
        one->add_option("--reason", asked.reason, "事由 why");
    }
}

} // namespace songda::app
