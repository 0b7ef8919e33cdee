#include "app/delivery_words.hpp"

namespace songda::app {
namespace {

void add_collection(CLI::App& command, CLI::Option& step, CollectionArguments& asked) {
    auto* collect =
        command.add_option("--collect", asked.capacity,
                           "窗口领取：本人、法定代表人或受托人；证件号码和姓名从标准输入读取 "
                           "collected at the counter by self, "
                           "representative or agent; number and name are read from standard input");
    collect->excludes(&step)->excludes("--resend");
    command.add_option("--identity", asked.identity, "证件种类 identity document")
        ->default_val("id_card")
        ->needs(collect);
    command
        .add_option("--checked", asked.checked,
                    "如何核验 how it was checked: chip, chip_and_face, sight, login")
        ->needs(collect);
    command.add_option("--place", asked.place, "领取地点 where")->needs(collect);
    command.add_option("--mandate", asked.mandate, "授权委托书编号 number of the agent's mandate")
        ->needs(collect);
    command.add_option("--mandate-day", asked.mandate_day, "授权委托书日期 and its day")
        ->needs(collect);
    command.add_option("--copy", asked.copy, "交付的纸质件份号 paper copy handed over")
        ->needs(collect);
}

void add_config(CLI::App& command, std::string& config) {
    command.add_option("-c,--config", config, "配置文件 configuration file")->capture_default_str();
}

void add_dead(CLI::App& service, std::string& config, DeadLetterArguments& asked, int& status) {
    auto* dead = service.add_subcommand(
        "dead",
        "死信：已放弃的投递，重投或办结 dead letters: what was given up; send it once more, "
        "or say that somebody has seen to it");
    add_config(*dead, config);
    auto* leg = dead->add_option("LEG", asked.leg, "投递编号 id of a leg");
    dead->add_option("-d,--department", asked.department, "部门 of this department")->excludes(leg);
    dead->add_option("--channel", asked.channel, "渠道 over this channel")->excludes(leg);
    dead->add_option("--because", asked.because, "放弃的原因 given up for this reason")
        ->excludes(leg);
    dead->add_option("--days", asked.days, "至少已放弃几天 so many days ago at least")
        ->excludes(leg)
        ->check(CLI::Range(0, 36'500));
    auto* replay = dead->add_flag("--replay", asked.replay,
                                  "重新投递，沿用原幂等键 send once more under the same key");
    dead->add_flag("--close", asked.close, "已另行处理，不再列出 seen to, list it no more")
        ->excludes(replay);
    dead->add_option("--reason", asked.reason, "事由 why");
    dead->callback([&] {
        asked.config = config;
        status = run_dead_letters(asked);
    });
}

} // namespace

void add_delivery(CLI::App& app, std::string& config, DeliveryArguments& asked, int& status) {
    auto* delivering = app.add_subcommand(
        "delivery",
        "查看送达过程，再次发送，记录窗口领取或查明的情况 show how a document travelled, send "
        "it again, record its collection at the counter or what was found out");
    add_config(*delivering, config);
    delivering->add_option("DOCUMENT", asked.document, "文书编号或核验码 id or key")->required();
    delivering->add_option("--resend", asked.resend,
                           "再次发送的渠道 channel: portal, email, sms …");
    auto* leg = delivering->add_option("--leg", asked.leg, "投递编号 id of a leg");
    auto* step = delivering->add_option(
        "--step", asked.step, "记录的情况，见该投递的“可记” what happened, as the leg lists it");
    delivering->add_option("--at", asked.at,
                           "发生的日期或时刻，不填即现在 day or moment of it; else now");
    leg->needs(step)->excludes("--resend");
    step->needs(leg);
    delivering->add_option("--reason", asked.reason, "事由 why");
    add_collection(*delivering, *step, asked.collect);
    delivering->callback([&] {
        asked.config = config;
        status = run_delivery(asked);
    });
}

void add_service(CLI::App& app, std::string& config, ServiceArguments& asked, int& status) {
    auto* service = app.add_subcommand(
        "service", "查看未送达文书及其期限，或一份文书的送达任务，记录人工送达和电子送达同意 "
                   "what is to be served and by when; one document's service case: record service "
                   "by hand, and consent");
    add_config(*service, config);
    auto* document = service->add_option("DOCUMENT", asked.document, "文书编号或核验码 id or key");
    service
        ->add_option("--days", asked.days, "列出今后几个工作日内到期的 due in so many working days")
        ->check(CLI::Range(0, 250))
        ->capture_default_str();
    auto* step = service
                     ->add_option("--step", asked.step,
                                  "转人工、人工送达、终结 by_hand, served_by_hand or closed")
                     ->needs(document);
    service->add_option("--consent", asked.consent, "同意或撤回电子送达 given or withdrawn")
        ->needs(document)
        ->excludes(step);
    service->add_option("--form", asked.form, "同意书名称 form of the consent")
        ->capture_default_str();
    service->add_option("--form-version", asked.form_version, "同意书版本 version of the form");
    service->add_option("--at", asked.at,
                        "发生的日期或时刻，不填即现在 day or moment of it; else now");
    service->add_option("--reason", asked.reason,
                        "事由；人工送达写明方式和依据 why, and how served");
    add_dead(*service, config, asked.dead, status);
    service->callback([&, service] {
        asked.config = config;
        status = service->get_subcommands().empty() ? run_service(asked) : status;
    });
}

} // namespace songda::app
