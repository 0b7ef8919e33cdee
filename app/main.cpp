// The command line: which command, with which words. What each does is in its own file
// (commands.hpp).

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/delivery_words.hpp"
#include "app/editions.hpp"
#include "app/evidence_words.hpp"
#include "app/kiosk_words.hpp"
#include "app/mail_words.hpp"
#include "app/pki_words.hpp"
#include "app/provider_words.hpp"
#include "app/seal_words.hpp"
#include "app/terminal.hpp"

namespace {

using namespace songda::app;

/// Adds --config to a command.
void add_config(CLI::App& command, std::string& config) {
    command.add_option("-c,--config", config, "配置文件 configuration file")->capture_default_str();
}

/// Wrong words: what is wrong, on standard error, and status 2 as for any other refusal.
int tell_usage(const CLI::App& app, const CLI::ParseError& failure) {
    app.exit(failure);
    return 2;
}

int tell_no_command(std::string_view word) {
    return word.empty()
               ? tell_failure("请给出命令", "a command is needed; songda --help lists them")
               : tell_failure("没有这个命令", "no such command: " + std::string(word) +
                                                  "; songda --help lists them");
}

/// songda qr-key list, compromised. `asked` outlives the command line.
void add_qr_keys(CLI::App& app, QrKeyArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* keys = app.add_subcommand("qr-key", "二维码密钥 keys that seal QR codes");
    keys->require_subcommand(1);
    auto* list = keys->add_subcommand("list", "列出历来的密钥 list those of all times");
    add_config(*list, asked.config);
    list->callback([&asked, &status] { status = run_qr_key_list(asked.config); });
    auto* lost = keys->add_subcommand("compromised", "标记失密 others may have one");
    add_config(*lost, asked.config);
    lost->add_option("KID", asked.kid, "列表中的编号 as the list names it")->required();
    lost->add_option("--since", asked.since, "自哪一天起 since this day, 2026-11-30")->required();
    lost->add_option("--reason", asked.reason, "原因 why")->required();
    lost->callback([&asked, &status] { status = run_qr_key_compromised(asked); });
}

/// songda audit verify, list. `asked` outlives the command line.
void add_audit(CLI::App& app, AuditArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* audit = app.add_subcommand("audit", "用印登记簿 the book of uses of seals");
    audit->require_subcommand(1);
    auto* verify = audit->add_subcommand(
        "verify", "核对登记簿、业务库与审计记录 compare book, store and audit");
    add_config(*verify, asked.config);
    verify->add_flag("--files", asked.files, "逐份读取文件 read every file");
    verify->add_flag("--json", asked.json, "机器可读 for programs");
    verify->callback([&asked, &status] { status = run_audit_verify(asked); });
    auto* list = audit->add_subcommand("list", "列出用印 list uses of seals");
    add_config(*list, asked.config);
    list->add_option("--seal", asked.seal, "此印章 of this seal, by its id");
    list->add_option("--document", asked.document, "此文书 of this document, by id or key");
    list->add_option("--since", asked.since, "自哪一天起 since this day, 2026-11-30");
    list->add_flag("--json", asked.json, "机器可读 for programs");
    list->callback([&asked, &status] { status = run_audit_list(asked); });
}

/// songda numbers, numbers advance, numbers confirm. `asked` outlives the command line.
void add_numbers(CLI::App& app, NumbersArguments& asked, int& status) {
    using Action = NumbersArguments::Action;
    const auto run_as = [&asked, &status](Action action) {
        return [&asked, &status, action] {
            asked.action = action;
            status = run_numbers(asked);
        };
    };
    asked.config = "songda.toml";
    auto* numbers = app.add_subcommand(
        "numbers", "查看编号序列，恢复备份后顺延 show the number sequences, move them on");
    add_config(*numbers, asked.config);
    numbers->require_subcommand(0, 1);
    numbers->callback([numbers, show = run_as(Action::show)] {
        if (numbers->get_subcommands().empty()) {
            show();
        }
    });
    auto* advance =
        numbers->add_subcommand("advance", "顺延，之后恢复签发 move on, then issue again");
    add_config(*advance, asked.config);
    advance->add_option("--by", asked.by, "跳过多少个号 numbers to pass over")
        ->check(CLI::PositiveNumber);
    advance->add_option("--past", asked.past, "之后的号从大于此数起 the next is greater than this")
        ->check(CLI::PositiveNumber);
    advance->add_option("--sequence", asked.sequence, "只此序列 this sequence only");
    advance->add_option("-d,--department", asked.department, "其部门 its department");
    advance->callback(run_as(Action::advance));
    auto* confirm = numbers->add_subcommand(
        "confirm", "确认编号无误，恢复签发 the numbers are right, issue again");
    add_config(*confirm, asked.config);
    confirm->add_option("--reason", asked.reason, "事由 why")->required();
    confirm->callback(run_as(Action::confirm));
}

/// songda levels, levels retry, levels renew. `asked` outlives the command line.
void add_levels(CLI::App& app, LevelsArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* levels = app.add_subcommand(
        "levels", "等待可信时间戳的文书：查看、重试、更新 documents that wait for the level that "
                  "they are served with");
    add_config(*levels, asked.config);
    levels->require_subcommand(0, 1);
    levels->callback([levels, &asked, &status] {
        if (levels->get_subcommands().empty()) {
            status = run_levels(asked);
        }
    });
    const auto add = [&](const char* name, const char* words, LevelsArguments::Action action) {
        auto* step = levels->add_subcommand(name, words);
        add_config(*step, asked.config);
        step->callback([&asked, &status, action] {
            asked.action = action;
            status = run_levels(asked);
        });
        return step;
    };
    add("retry", "立即重试 try again now, what is parked too", LevelsArguments::Action::retry)
        ->add_option("DOCUMENT", asked.document,
                     "文书编号或核验码；不填则全部 id or key; else all");
    auto* renew = add("renew",
                      "提前更新归档时间戳，如算法将失效 renew ahead of time, as before an "
                      "algorithm ages out",
                      LevelsArguments::Action::renew);
    renew
        ->add_option("--before", asked.before,
                     "更新此日之前所加的时间戳 what was stamped before this day")
        ->required();
    renew->add_option("--reason", asked.reason, "事由 why")->required();
}

/// songda timestamp. `asked` outlives the command line.
void add_timestamp(CLI::App& app, TimestampArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* stamping = app.add_subcommand(
        "timestamp", "为文件取时间戳 a time-stamp of a file from the configured authorities");
    add_config(*stamping, asked.config);
    stamping->add_option("FILE", asked.file, "文件 file")->required();
    stamping->add_option("-o,--out", asked.output, "时间戳文件 file for it; default FILE.tsr");
    stamping->add_option("--into", asked.into,
                         "签发的 PDF：归档时间戳写入此新文件 an issued PDF: a new file with the "
                         "time-stamp in it");
    stamping
        ->add_option(
            "--level", asked.level,
            "此新文件的签名等级：B-T 时间戳，B-LT 另加证书状态证明，B-LTA 再加其上的时间戳；"
            "已到则续期 level of that file: time-stamp, proofs of its certificates, a "
            "time-stamp over them; renewed where it has it already")
        ->check(CLI::IsMember({"B-T", "B-LT", "B-LTA"}))
        ->needs("--into");
    stamping->callback([&asked, &status] { status = run_timestamp(asked); });
}

/// songda tsa, tsa confirm. `asked` outlives the command line.
void add_tsa(CLI::App& app, TsaArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* tsa = app.add_subcommand(
        "tsa", "内置时间戳机构的时间：查看、确认 time of the built-in time-stamp authority");
    add_config(*tsa, asked.config);
    tsa->require_subcommand(0, 1);
    tsa->callback([tsa, &asked, &status] {
        if (tsa->get_subcommands().empty()) {
            status = run_tsa(asked);
        }
    });
    auto* confirm =
        tsa->add_subcommand("confirm", "确认前跳的时钟无误 a clock that jumped ahead is right");
    add_config(*confirm, asked.config);
    confirm->add_option("--reason", asked.reason, "依据 why")->required();
    confirm->callback([&asked, &status] {
        asked.action = TsaArguments::Action::confirm;
        status = run_tsa(asked);
    });
}

/// The steps of editions, one command each, under `all`. `asked` and `kind` outlive the command
/// line.
void add_edition_steps(CLI::App* all, const EditionCommands& kind, EditionArguments& asked,
                       int& status) {
    using Run = int (*)(const EditionCommands&, const EditionArguments&);
    asked.config = "songda.toml";
    const auto add = [&, all](const char* name, const char* words, Run run) {
        auto* step = all->add_subcommand(name, words);
        add_config(*step, asked.config);
        step->callback([&kind, &asked, &status, run] { status = run(kind, asked); });
        return step;
    };
    const auto named = [&asked](CLI::App* step) {
        step->add_option("NAME", asked.name, "名称（编码） name: the code")->required();
        step->add_option("--edition", asked.number, "第几版 which edition");
        return step;
    };
    auto* adding = add("add", "存为草稿 keep a file as a draft", &run_edition_add);
    adding
        ->add_option(kind.unpack ? "FOLDER" : "FILE", asked.file,
                     kind.unpack ? "文件夹 folder" : "文件 file")
        ->required();
    if (kind.kind == songda::store::EditionKind::item_list ||
        kind.kind == songda::store::EditionKind::power_list) {
        adding->add_option("--name", asked.name, "区划代码 name: the area's code")->required();
    }
    named(add("submit", "提交审核 submit a draft for review", &run_edition_submit));
    named(add("return", "退回修改 send it back", &run_edition_return))
        ->add_option("--reason", asked.reason, "事由 why")
        ->required();
    auto* publish = named(add("publish", "公布 publish what was reviewed", &run_edition_publish));
    publish->add_option("--document", asked.document, "发布文号 number of the publishing document")
        ->required();
    publish->add_option("--from", asked.from,
                        "施行日期，默认今日 first day in force; default today");
    named(add("withdraw", "撤下 take it back", &run_edition_withdraw))
        ->add_option("--reason", asked.reason, "事由 why")
        ->required();
    add("list", "列出 list what is in force, or all editions of a name", &run_edition_list)
        ->add_option("NAME", asked.name, "名称（编码） name: the code");
    auto* show = named(add("show", "显示内容 show the content", &run_edition_show));
    if (kind.unpack) {
        show->add_option("--out", asked.folder,
                         "取出文件的新文件夹 new folder to put its files into");
    }
}

/// songda guide check; and its steps. All arguments outlive the command line.
void add_guide(CLI::App& app, const EditionCommands& kind, EditionArguments& asked,
               std::vector<std::string>& files, int& status) {
    auto* guide =
        app.add_subcommand("guide", "办事指南：检查、审核、公布 guides: check, review, publish");
    guide->require_subcommand(1);
    auto* check = guide->add_subcommand("check", "检查文件 check files");
    check->add_option("FILE", files, "文件 files")->required();
    check->callback([&kind, &files, &status] { status = run_edition_check(kind, files); });
    add_edition_steps(guide, kind, asked, status);
}

/// songda template check, preview: what a designer needs, on folders; its steps. `asked` outlives
/// the command line.
CLI::App* add_template(CLI::App& app, TemplateArguments& asked, int& status) {
    auto* all = app.add_subcommand(
        "template", "模板：检查、预览、审核、公布 templates: check, preview, review, publish");
    all->require_subcommand(1);
    const auto add = [&](const char* name, const char* words,
                         int (*run)(const TemplateArguments&)) {
        auto* step = all->add_subcommand(name, words);
        step->add_option("-c,--config", asked.config,
                         "配置文件；不填则用样例部门 configuration file; else a sample department");
        step->add_option("--fonts", asked.fonts, "无配置文件时的字体文件夹 fonts, without it")
            ->capture_default_str();
        step->add_option("--profiles", asked.profiles,
                         "无配置文件时的文书规范 document profiles, without it")
            ->capture_default_str();
        step->callback([&asked, &status, run] { status = run(asked); });
        return step;
    };
    add("check", "检查模板，一次列全 tell all that is wrong with templates", &run_template_check)
        ->add_option("FOLDER", asked.folders, "模板文件夹 folders")
        ->required();
    auto* preview =
        add("preview", "排出预览 set a page marked 预览 PREVIEW", &run_template_preview);
    preview->add_option("FOLDER", asked.folder, "模板文件夹 folder")->required();
    preview->add_option("--decision", asked.decision,
                        "决定（JSON）；不填则按字段编一份 a decision; else one is made up");
    preview->add_option("-d,--department", asked.department, "部门 department code");
    preview->add_option("-o,--output", asked.output, ".pdf, .png")->required();
    preview->add_option("--page", asked.page, "PNG 的页码 page of a .png")
        ->capture_default_str()
        ->check(CLI::Range(1, 60));
    preview->add_flag("--long", asked.longest, "所编内容取最大长度 made up as long as may be");
    return all;
}

/// songda items check, convert, coverage. `asked` outlives the command line.
CLI::App* add_items(CLI::App& app, ItemsArguments& asked, int& status) {
    auto* items = app.add_subcommand("items", "事项清单：检查、转换、比对、公布 lists of items: "
                                              "check, convert, compare, publish");
    items->require_subcommand(1);
    auto* check = items->add_subcommand("check", "检查清单 check a list, CSV or XLSX");
    check->add_option("FILE", asked.file, "清单 the list")->required();
    check->add_option("--power", asked.other, "权力清单 power list to compare names and codes");
    check->add_option("--code-pattern", asked.code_pattern,
                      "非 12、31、33 位编码的正则 form of codes that are not 12, 31 or 33 long");
    check->add_flag("--json", asked.json, "机器格式 machine form");
    check->callback([&asked, &status] { status = run_items_check(asked); });
    auto* convert = items->add_subcommand("convert", "CSV 与 XLSX 互转 CSV to XLSX and back");
    convert->add_option("IN", asked.file, "清单 the list")->required();
    convert->add_option("OUT", asked.other, ".csv, .xlsx")->required();
    convert->callback([&asked, &status] { status = run_items_convert(asked); });
    auto* coverage = items->add_subcommand(
        "coverage", "上级事项是否齐全 is every item of the upper level's list there");
    coverage->add_option("LOCAL", asked.file, "本地清单 local list")->required();
    coverage->add_option("UPPER", asked.other, "上级清单 upper level's list")->required();
    coverage->add_flag("--json", asked.json, "机器格式 machine form");
    coverage->callback([&asked, &status] { status = run_items_coverage(asked); });
    return items;
}

} // namespace

int main(int count, char** words) {
    CLI::App app(
        "送达 Songda：出证、送达、可核验。 Issues, delivers and proves approval documents.",
        "songda");
    app.require_subcommand(0, 1); // told below, in our words
    app.set_help_flag("-h,--help", "说明 this help");
    std::string config = "songda.toml";
    int status = 2;

    auto* serve = app.add_subcommand("serve", "运行服务 run the service");
    add_config(*serve, config);
    serve->callback([&] { status = run_serve(config); });

    IssueArguments issue;
    auto* issuing = app.add_subcommand(
        "issue", "按文件出证 issue decisions from a file, itself or through the running service");
    add_config(*issuing, config);
    issuing->add_option("FILE", issue.input, "每行一份决定 NDJSON, a decision a line")->required();
    issuing->add_option(
        "-o,--out", issue.output,
        "PDF 输出文件夹，不填则只存于库中 folder for the PDFs; without it they stay in the store");
    issuing->add_option("-d,--department", issue.department,
                        "部门统一社会信用代码 department code");
    issuing->add_option(
        "--url", issue.url,
        "经由运行中的服务 through the service at https://HOST:PORT or http://ADDRESS:PORT");
    issuing->add_option("--key", issue.key_file, "接口密钥文件 file with the API key for that");
    issuing->add_option("--ca", issue.ca_file,
                        "https 服务的根证书 authorities of an https service; else the system's");
    auto* own = issuing->add_option("--client-certificate", issue.client_certificate,
                                    "部门客户端证书 client certificate, instead of a key");
    issuing->add_option("--client-key", issue.client_key, "其私钥 its private key")->needs(own);
    own->needs("--client-key");
    issuing->callback([&] {
        issue.config = config;
        status = run_issue(issue);
    });

    auto* key = app.add_subcommand("key", "接口密钥 API keys")->require_subcommand(1);
    KeyAddArguments add;
    auto* adding = key->add_subcommand("add", "新建 make one");
    add_config(*adding, config);
    adding->add_option("-d,--department", add.department, "部门 department code")->required();
    adding->add_option("--label", add.label, "备注 what it is for");
    adding->add_option("--scope", add.scopes, "权限 issue, read, approve, status")
        ->default_val(std::vector<std::string>{"issue", "read"})
        ->check(CLI::IsMember({"issue", "read", "approve", "status"}));
    adding->add_option("--days", add.days, "有效天数 days it lives")
        ->capture_default_str()
        ->check(CLI::Range(1, 1100));
    adding->callback([&] {
        add.config = config;
        status = run_key_add(add);
    });
    auto* listing = key->add_subcommand("list", "列出 list them");
    add_config(*listing, config);
    listing->callback([&] { status = run_key_list(config); });
    std::string kid;
    auto* revoking = key->add_subcommand("revoke", "吊销 revoke one");
    add_config(*revoking, config);
    revoking->add_option("KID", kid, "点号前的部分 the part before the dot")->required();
    revoking->callback([&] { status = run_key_revoke(config, kid); });

    QrKeyArguments lost;
    add_qr_keys(app, lost, status);

    StatusArguments change;
    auto* changing =
        app.add_subcommand("status", "查看或变更文书状态 show or change a document's status");
    add_config(*changing, config);
    changing->add_option("DOCUMENT", change.document, "文书编号或核验码 id or key")->required();
    changing->add_option(
        "STATUS", change.status,
        "valid suspended revoked cancelled superseded forfeited transferred other");
    changing->add_option("--reason", change.reason, "事由 why");
    changing->add_option("--basis", change.basis, "依据的法律条款 the provision it rests on");
    changing->add_option("--description", change.description,
                         "状态 other 的说明 of other: what it is");
    changing->callback([&] {
        change.config = config;
        status = run_status(change);
    });

    DeliveryArguments legs;
    add_delivery(app, config, legs, status);

    ServiceArguments service;
    add_service(app, config, service, status);

    EvidenceArguments evidence;
    add_evidence(app, evidence, status);

    MailArguments mail;
    add_mail(app, mail, status);

    ProviderArguments provider;
    add_provider(app, provider, status);

    KioskArguments kiosk;
    add_kiosk(app, kiosk, status);

    NumbersArguments numbers;
    add_numbers(app, numbers, status);

    LevelsArguments levels;
    add_levels(app, levels, status);

    TimestampArguments stamp;
    add_timestamp(app, stamp, status);

    TsaArguments tsa;
    add_tsa(app, tsa, status);

    const EditionCommands guides = guide_commands();
    EditionArguments guide_step;
    std::vector<std::string> guide_files;
    add_guide(app, guides, guide_step, guide_files, status);

    ItemsArguments items;
    const EditionCommands item_lists = item_list_commands();
    EditionArguments item_step;
    add_edition_steps(add_items(app, items, status), item_lists, item_step, status);

    const EditionCommands power_lists = power_list_commands();
    EditionArguments power_step;
    add_edition_steps(
        app.add_subcommand("power", "权力清单：审核、公布 lists of powers: review, publish")
            ->require_subcommand(1),
        power_lists, power_step, status);

    TemplateArguments templates;
    const EditionCommands template_editions = template_commands();
    EditionArguments template_step;
    add_edition_steps(add_template(app, templates, status), template_editions, template_step,
                      status);

    AuditArguments audit;
    add_audit(app, audit, status);
    PkiArguments pki;
    add_pki(app, pki, status);

    SealArguments seal;
    add_seal(app, seal, status);

    std::string folder;
    auto* backing = app.add_subcommand("backup", "运行中备份 copy the store while it is used");
    add_config(*backing, config);
    backing->add_option("FOLDER", folder, "空文件夹 an empty folder")->required();
    backing->callback([&] { status = run_backup(config, folder); });

    auto* checking =
        app.add_subcommand("check-store", "检查存储 check every record, file and index");
    add_config(*checking, config);
    checking->callback([&] { status = run_check_store(config); });

    try {
        app.parse(count, words);
    } catch (const CLI::Success& asked) { // --help
        return app.exit(asked);
    } catch (const CLI::ExtrasError& failure) {
        return app.get_subcommands().empty() ? tell_no_command(words[1]) : tell_usage(app, failure);
    } catch (const CLI::ParseError& failure) {
        return tell_usage(app, failure);
    }
    return app.get_subcommands().empty() ? tell_no_command("") : status;
}
