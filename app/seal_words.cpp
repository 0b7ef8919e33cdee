#include "app/seal_words.hpp"

#include "app/electronic_seal.hpp"
#include "signer/seals/registered_seal.hpp"

namespace songda::app {
namespace {

/// Adds the commands one by one, each with the options that it shares with others.
class SealWords {
public:
    SealWords(CLI::App& seal, SealArguments& asked, int& status)
        : seal_(seal), asked_(asked), status_(status) {}

    CLI::App* add(const char* name, const char* words, int (*run)(const SealArguments&)) {
        CLI::App* const command = seal_.add_subcommand(name, words);
        command->callback([&asked = asked_, &status = status_, run] { status = run(asked); });
        command
            ->add_option("-c,--config", asked_.config,
                         "持有密钥一方的配置：songda.toml 或 songda-signer.toml configuration of "
                         "whoever holds the keys")
            ->capture_default_str();
        return command;
    }
    /// A command that changes the register.
    CLI::App* changing(const char* name, const char* words, int (*run)(const SealArguments&)) {
        CLI::App* const command = add(name, words, run);
        command->add_option("--reason", asked_.reason, "事由 why")->required();
        return command;
    }
    /// A command about one seal.
    CLI::App* on_seal(CLI::App* command) {
        command->add_option("SEAL", asked_.id, "印章编号，见 songda seal list id of the seal")
            ->required();
        return command;
    }
    void with_terms(CLI::App* command) {
        auto* types = command->add_option("--type", asked_.types,
                                          "可用于的文书类型，可多次；所列即全部 a type of "
                                          "documents; what is listed is all");
        command->add_flag("--all-types", asked_.all_types, "所有文书类型 documents of every type")
            ->excludes(types);
        auto* users = command->add_option("--user", asked_.users,
                                          "可使用的凭证，如 key:KID，可多次；house 为本系统 a "
                                          "credential; house is Songda itself");
        command
            ->add_flag("--all-users", asked_.all_users,
                       "本部门所有凭证 every credential of the department")
            ->excludes(users);
        command->add_option("--first-day", asked_.first_day, "启用日期 first day, 2026-11-30");
        command->add_option("--last-day", asked_.last_day, "截止日期 last day, 2028-11-29");
    }

private:
    CLI::App& seal_;
    SealArguments& asked_;
    int& status_;
};

void add_make(SealWords& words, SealArguments& asked) {
    auto* make = words.changing("make", "制作（登记）印章 register a seal", &run_seal_make);
    make->add_option("-d,--department", asked.department,
                     "统一社会信用代码；只有一个部门时可不填 department");
    std::vector<std::string> kinds;
    for (const auto& kind : signer::seal_kinds) {
        kinds.emplace_back(kind.name);
    }
    make->add_option("--kind", asked.kind,
                     "类别 kind: official 公章, approval 行政审批专用章, licence 证照专用章, "
                     "service 政务服务专用章, business 业务专用章")
        ->capture_default_str()
        ->check(CLI::IsMember(kinds));
    make->add_option("--name", asked.name, "印章上的部门名称 name of the department on the seal");
    make->add_option("--words", asked.words, "印面文字 words of the picture");
    words.with_terms(make);
    make->add_option("--renews", asked.renews,
                     "接续的印章，本印章启用时即注销 the seal that ends when this one is active");
    make->add_option("--qr-public-key", asked.qr_public_key,
                     "二维码公钥文件（PEM），打不开私钥时用 public half of the QR key");
}

} // namespace

void add_seal(CLI::App& app, SealArguments& asked, int& status) {
    asked.config = "songda.toml";
    CLI::App* const seal = app.add_subcommand(
        "seal", "印章：制作、启用、停用、恢复、注销、授权 seals: make, activate, suspend, resume, "
                "retire, allow");
    seal->require_subcommand(1);
    SealWords words(*seal, asked, status);
    add_make(words, asked);
    add_electronic_seal(*seal, status);
    words.on_seal(words.changing(
        "activate", "启用，须由两人各执行一次 activate, once by each of two", &run_seal_activate));
    words.on_seal(words.changing("suspend", "停用，一人即可，立即生效 suspend at once, by one",
                                 &run_seal_suspend));
    words.on_seal(words.changing("resume", "恢复，须由两人各执行一次 resume, once by each of two",
                                 &run_seal_resume));
    words.on_seal(words.changing("retire", "注销，不可恢复 retire for ever", &run_seal_retire));
    words.with_terms(words.on_seal(words.changing(
        "allow", "改授权：收窄立即生效，放宽须由两人 narrow at once, or widen by two",
        &run_seal_allow)));
    for (CLI::App* const looking :
         {words.add("list", "列出印章 list seals", &run_seal_list),
          words.on_seal(words.add("show", "显示一枚印章及其经过 show one", &run_seal_show))}) {
        looking->add_flag("--json", asked.json, "JSON");
    }
}

} // namespace songda::app
