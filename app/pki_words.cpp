#include "app/pki_words.hpp"

#include "signer/pki/book.hpp"

namespace songda::app {
namespace {

/// Adds the commands one by one, each with the options that it shares with others.
class PkiWords {
public:
    PkiWords(CLI::App& pki, PkiArguments& asked, int& status)
        : pki_(pki), asked_(asked), status_(status) {}

    CLI::App* add(const char* name, const char* words, int (*run)(const PkiArguments&)) {
        CLI::App* const command = pki_.add_subcommand(name, words);
        command->callback([&asked = asked_, &status = status_, run] { status = run(asked); });
        return command;
    }
    /// A command on an authority's folder.
    CLI::App* on_folder(const char* name, const char* words, int (*run)(const PkiArguments&)) {
        CLI::App* const command = add(name, words, run);
        command->add_option("-f,--folder", asked_.folder, "证书机构文件夹 the authority's folder")
            ->required();
        return command;
    }
    /// A command that signs.
    CLI::App* signing(const char* name, const char* words, int (*run)(const PkiArguments&)) {
        CLI::App* const command = on_folder(name, words, run);
        command
            ->add_option(
                "--passphrase-file", asked_.passphrase_file,
                "签发私钥的口令文件，可为 /dev/fd/N file with the issuing key's passphrase")
            ->required();
        with_clock(command, asked_);
        return command;
    }
    /// A command that puts a key and a certificate into a folder.
    CLI::App* making(const char* name, const char* words, int (*run)(const PkiArguments&)) {
        CLI::App* const command = signing(name, words, run);
        own_key(command);
        command->add_option(
            "--csr", asked_.csr,
            "外来证书请求，只取其公钥 a request from outside; only its key is taken");
        with_days(command, asked_);
        return command;
    }
    void own_key(CLI::App* command) {
        command
            ->add_option("-o,--out", asked_.out,
                         "密钥与证书的文件夹 folder for key and "
                         "certificate")
            ->required();
        command->add_option(
            "--key-passphrase-file", asked_.key_passphrase_file,
            "新私钥的口令文件；不填则不加密 of the new key; without it the key is not "
            "encrypted");
    }
    void named(CLI::App* command, const char* words) {
        command->add_option("--name", asked_.name, words)->required();
        command->add_option("--organization", asked_.organization, "单位（O）organisation");
    }
    void with_serial(CLI::App* command) {
        command
            ->add_option("SERIAL", asked_.serial,
                         "证书编号或其开头，或 root、issuing serial number or its beginning, or "
                         "root, issuing")
            ->required();
    }

    static void with_clock(CLI::App* command, PkiArguments& asked) {
        command->add_flag("--clock-is-right", asked.clock_is_right,
                          "时钟无误（距上次超过 400 天时）the clock is right, though far ahead");
    }
    static void with_days(CLI::App* command, PkiArguments& asked) {
        command->add_option("--days", asked.days, "有效天数 days it lives; else the profile's")
            ->check(CLI::Range(1, 7305));
    }
    static void with_suite(CLI::App* command, PkiArguments& asked) {
        command->add_option("--suite", asked.suite, "算法 algorithms: p256, sm2（国密）")
            ->capture_default_str()
            ->check(CLI::IsMember({"p256", "sm2"}));
    }

private:
    CLI::App& pki_;
    PkiArguments& asked_;
    int& status_;
};

void add_init(PkiWords& words, PkiArguments& asked) {
    auto* init = words.signing("init", "建立根与签发机构 make a root and an issuing authority",
                               &run_pki_init);
    init->add_option("--name", asked.name, "根证书名称 name of the root")->required();
    init->add_option("--issuing-name", asked.issuing_name, "签发机构名称 of the issuing authority")
        ->required();
    auto* organization =
        init->add_option("--organization", asked.organization, "单位（O）organisation");
    init->add_option("--address", asked.address,
                     "公布状态的网址 where status is published: http://HOST")
        ->required();
    init->add_option("--domain", asked.domain,
                     "所签邮箱、域名、网址只能在此域内 the only domain of names that it certifies")
        ->required();
    auto* policy = init->add_option("--policy", asked.policy,
                                    "证书策略 OID 的前缀 arc of the certificate policies");
    auto* sample = init->add_flag("--sample", asked.sample,
                                  "样本机构，生产环境拒用 a sample, which production refuses");
    init->add_option("--root-passphrase-file", asked.root_passphrase_file,
                     "根私钥的口令文件；不填则与签发私钥同 of the root key; else the same");
    sample->excludes(organization)->excludes(policy);
    PkiWords::with_suite(init, asked);
}

void add_issuing(PkiWords& words, PkiArguments& asked) {
    auto* seal = words.making("seal", "签发印章证书 issue a seal certificate", &run_pki_seal);
    words.named(seal, "印章名称 name of the seal");
    seal->add_option("-d,--department", asked.department, "部门统一社会信用代码 department code")
        ->required();
    seal->add_option("--email", asked.email,
                     "邮箱，须在机构的域内 mailbox in the authority's domain");
    words.named(words.making("timestamp", "签发时间戳证书 issue a time-stamp certificate",
                             &run_pki_timestamp),
                "时间戳机构名称 name of the time-stamp authority");
    words.named(words.making("ocsp-signer",
                             "签发在线状态签名证书（publish 会自行换发）issue an OCSP signer's "
                             "certificate (publish renews its own)",
                             &run_pki_ocsp_signer),
                "名称 its name");
    words.with_serial(words.making(
        "renew", "换发：新密钥，旧证书不吊销 renew with a new key; the old one stays valid",
        &run_pki_renew));
    auto* renewed = words.on_folder(
        "renew-issuing",
        "换发签发机构证书：同一密钥，须有根私钥 renew the issuing authority's certificate, with "
        "its key; the root's is needed",
        &run_pki_renew_issuing);
    renewed
        ->add_option("--root-passphrase-file", asked.root_passphrase_file,
                     "根私钥的口令文件 file with the root key's passphrase")
        ->required();
    PkiWords::with_days(renewed, asked);
    PkiWords::with_clock(renewed, asked);
}

void add_outside(PkiWords& words, PkiArguments& asked) {
    const auto with_profile = [&asked](CLI::App* command) {
        command->add_option("--profile", asked.profile, "seal, timestamp")
            ->capture_default_str()
            ->check(CLI::IsMember({"seal", "timestamp"}));
        command->add_option("-d,--department", asked.department,
                            "部门统一社会信用代码 department code");
    };
    auto* csr = words.add("csr",
                          "为外部机构生成密钥与证书请求 make a key and a request for an "
                          "outside authority",
                          &run_pki_csr);
    words.own_key(csr);
    words.named(csr, "名称 name");
    with_profile(csr);
    PkiWords::with_suite(csr, asked);
    auto* import = words.add("import", "导入外部机构签发的证书 take the certificate that it made",
                             &run_pki_import);
    import->add_option("CERTIFICATE", asked.certificate, "PEM")->required();
    import->add_option("--chain", asked.chain, "中间证书 authorities between it and the root");
    import->add_option("--trust", asked.trust, "受信任的根证书 roots that are trusted")->required();
    words.own_key(import);
    with_profile(import);
}

void add_standing(PkiWords& words, PkiArguments& asked) {
    auto* revoke = words.on_folder("revoke", "吊销或暂停证书 revoke a certificate, or hold it",
                                   &run_pki_revoke);
    words.with_serial(revoke);
    std::vector<std::string> reasons;
    for (const auto& reason : signer::revocation_reasons) {
        reasons.emplace_back(reason.name);
    }
    revoke->add_option("--reason", asked.reason, "事由 why")
        ->required()
        ->check(CLI::IsMember(reasons));
    revoke->add_option("--since", asked.since,
                       "私钥可能已失控的日期 day from which the key is believed lost");
    words.with_serial(words.on_folder("release", "解除暂停 end a hold", &run_pki_release));
    auto* publish = words.signing("publish",
                                  "公布吊销列表与在线状态 publish revocation lists and "
                                  "OCSP answers",
                                  &run_pki_publish);
    publish
        ->add_option("-o,--out", asked.out, "公布文件夹，由服务读取 folder that the service reads")
        ->required();
    publish->add_option("--root-passphrase-file", asked.root_passphrase_file,
                        "根私钥的口令文件，换根吊销列表时 of the root key, when its list is due");
    publish->add_option("--ocsp-hours", asked.ocsp_hours, "在线状态有效小时 hours an answer holds")
        ->capture_default_str()
        ->check(CLI::Range(1, 240));
    publish->add_option("--crl-hours", asked.crl_hours, "吊销列表有效小时 hours a list holds")
        ->capture_default_str()
        ->check(CLI::Range(1, 8760));
    words.on_folder("check", "核查日志与全部证书 check the journal and every certificate",
                    &run_pki_check);
    words.on_folder("list", "列出证书 list certificates", &run_pki_list);
    auto* show = words.on_folder("show", "显示一张证书 show one", &run_pki_show);
    words.with_serial(show);
    show->add_flag("--pem", asked.pem, "证书链 the chain, PEM");
}

} // namespace

void add_pki(CLI::App& app, PkiArguments& asked, int& status) {
    CLI::App* const pki = app.add_subcommand(
        "pki",
        "证书：建立机构、签发、换发、吊销、公布 certificates: authority, issue, renew, revoke, "
        "publish");
    pki->require_subcommand(1);
    PkiWords words(*pki, asked, status);
    add_init(words, asked);
    add_issuing(words, asked);
    add_outside(words, asked);
    add_standing(words, asked);
}

} // namespace songda::app
