// songda seal as its user types it, under several logins: what it prints, what it refuses and how,
// on the service's configuration and on the signer's, with keys that it cannot open.
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;

class SealCommand : public ::testing::Test {
protected:
    static constexpr const char* id = "11320199014138860W-1";

    void SetUp() override {
        if (getuid() != 0) {
            GTEST_SKIP() << "only root is believed who it was before";
        }
        write_config("");
    }
    void write_config(const std::string& more, const std::string& qr_key = "",
                      const std::string& seals = "[seals]\nfolder = \"seals\"\n") {
        const auto files = fakes::sample_seal();
        std::ofstream(config()) << "production = false\n"
                                << seals << more << "[[seal]]\ndepartment = \""
                                << files.department.text << "\"\nkey = \"" << files.seal_key
                                << "\"\ncertificate = \"" << files.seal_certificate
                                << "\"\nqr_key = \"" << (qr_key.empty() ? files.qr_key : qr_key)
                                << "\"\n";
    }
    [[nodiscard]] std::string config() const { return folder_.path() / "songda-signer.toml"; }
    [[nodiscard]] CommandResult as(const std::string& who, const std::string& words) const {
        return run_command("SUDO_USER=" + who + " SUDO_UID=1 " SONGDA_PROGRAM " seal " + words +
                           " -c " + config());
    }
    void activate() {
        ASSERT_EQ(as("zhang", "make --type SPJY --reason 新制").status, 0);
        ASSERT_EQ(as("zhang", std::string("activate ") + id + " --reason 启用").status, 0);
        ASSERT_EQ(as("li", std::string("activate ") + id + " --reason 核对").status, 0);
    }
    static void expect(const CommandResult& result, int status,
                       std::initializer_list<const char*> words) {
        EXPECT_EQ(result.status, status) << result.output;
        for (const char* const word : words) {
            EXPECT_NE(result.output.find(word), std::string::npos) << word << '\n' << result.output;
        }
    }

    fakes::TemporaryFolder folder_;
};

TEST_F(SealCommand, MakeFillsInWhatItCanAndNamesTheNextStep) {
    expect(as("zhang", "list"), 2, {"还没有印章名录", "songda seal make"});
    expect(as("zhang", "make --reason 新制"), 2, {"--type", "--all-types"});
    expect(as("zhang", "make --all-types --first-day 2026-13-01 --reason 新制"), 2,
           {"--first-day 2026-13-01"});
    expect(as("zhang", "make --all-types --kind party --reason 新制"), 2, {"--kind"});
    const auto made = as("zhang", "make --type SPJY --type ZY --reason 新制");
    expect(made, 0,
           {"已制作 made", id, "示例市行政审批局", "公章 official", "SPJY ZY",
            "songda seal activate 11320199014138860W-1"});
    const auto files = fakes::sample_seal();
    const auto hash = run_command("openssl x509 -in " + files.seal_certificate +
                                  " -outform DER | sha256sum | cut -d ' ' -f 1; openssl pkey -in " +
                                  files.qr_key +
                                  " -pubout -outform DER | sha256sum | cut -d ' ' -f 1; openssl "
                                  "x509 -noout -serial -in " +
                                  files.seal_certificate + " | cut -d = -f 2")
                          .output;
    const auto shown =
        run_command(SONGDA_PROGRAM " seal show " + std::string(id) + " --json -c " + config() +
                    " | jq -r '.certificate.sha256, .qr_key, .certificate.serial'");
    EXPECT_EQ(shown.output, hash) << "as openssl names them";
    EXPECT_EQ(run_command(SONGDA_PROGRAM " seal list --json -c " + config() +
                          " | jq -r '.[0] | .state, .types[1], .users[0], .steps[0].by'")
                  .output,
              "made\nZY\n*\noperator:zhang\n");
    expect(run_command("stat -c %a " + folder_.path().string() + "/seals " +
                       folder_.path().string() + "/seals/register"),
           0, {"750\n640\n"});
}

TEST_F(SealCommand, OnePersonAloneDoesNotActivate) {
    ASSERT_EQ(as("zhang", "make --all-types --reason 新制").status, 0);
    const std::string activate = std::string("activate ") + id + " --reason 启用";
    expect(as("zhang", activate), 0, {"第一人已启用", "另一操作员执行"});
    const auto refused = as("zhang", activate);
    expect(refused, 1,
           {"须由另一人确认", "operator:zhang", "another operator does, under their own login",
            "songda seal activate 11320199014138860W-1", "second_person", "four_eyes"});
    expect(as("li", "list"), 0, {"待第二人启用 activated_once"});
    expect(as("li", activate), 0, {"已启用 active"});
    expect(as("li", std::string("suspend ") + id + " --reason 疑似"), 0, {"已停用，立即生效"});
    expect(as("li", std::string("resume ") + id + " --reason 查明"), 0,
           {"第一人已提出恢复", "songda seal resume"});
    expect(as("li", std::string("resume ") + id + " --reason 查明"), 1, {"second_person"});
    expect(as("wang", std::string("resume ") + id + " --reason 查明"), 0, {"已恢复"});
    expect(as("li", std::string("show ") + id), 0,
           {"resumed  operator:wang", "resumption_proposed  operator:li"});
}

TEST_F(SealCommand, AnOfficeOfOneMayAndItIsToldForEver) {
    write_config("four_eyes = false\n");
    ASSERT_EQ(as("zhang", "make --all-types --reason 新制").status, 0);
    const std::string activate = std::string("activate ") + id + " --reason 启用";
    ASSERT_EQ(as("zhang", activate).status, 0);
    expect(as("zhang", activate), 0, {"已启用 active", "一人办理"});
    expect(as("zhang", std::string("show ") + id), 0,
           {"activated  operator:zhang  启用（一人办理"});
}

TEST_F(SealCommand, WhatIsRefusedSaysWhatCanBeDone) {
    activate();
    const auto with = [](const char* command) { return std::string(command) + ' ' + id; };
    expect(as("li", with("activate") + " --reason x"), 1, {"wrong_state", "songda seal suspend"});
    expect(as("li", with("resume") + " --reason x"), 1, {"wrong_state"});
    expect(as("li", with("allow") + " --type SPJY --reason x"), 1, {"nothing_changes"});
    expect(as("li", with("allow") + " --last-day 2099-01-01 --reason x"), 1,
           {"beyond_certificate", "songda pki renew"});
    expect(as("li", "suspend 11320199014138860W-7 --reason x"), 1, {"no_such_seal"});
    expect(as("li", "show 11320199014138860W-7"), 1, {"songda seal list"});
    expect(as("li", with("suspend")), 2, {"--reason"});
    expect(as("li", with("allow") + " --type ZY --user key:A1 --reason x"), 0,
           {"第一人已提出放宽授权", "key:A1", "以相同选项"});
    expect(as("wang", with("allow") + " --type ZY --user key:A1 --reason x"), 0,
           {"授权已放宽", "key:A1"});
    expect(as("li", "make --all-types --reason x"), 0, {"11320199014138860W-2"});
    expect(as("li", "activate 11320199014138860W-2 --reason x"), 1,
           {"certificate_in_use", "songda seal retire 11320199014138860W-1"});
    expect(as("li", with("retire") + " --reason x"), 0, {"已注销"});
    expect(as("li", with("resume") + " --reason x"), 1, {"songda seal make"});
}

TEST_F(SealCommand, KeysThatCannotBeOpenedNeedThePublicHalf) {
    const std::string files = folder_.path();
    ASSERT_EQ(run_command("cd " + files + " && openssl pkey -in " + fakes::sample_seal().qr_key +
                          " -aes256 -passout pass:secret -out qr.enc && openssl pkey -in " +
                          fakes::sample_seal().qr_key + " -pubout -out qr.pub")
                  .status,
              0);
    write_config("", files + "/qr.enc");
    expect(as("zhang", "make --all-types --reason 新制"), 2, {"--qr-public-key"});
    expect(as("zhang", "make --all-types --reason 新制 --qr-public-key " + files + "/qr.pub"), 0,
           {id});
    expect(as("zhang", "make --all-types --reason 新制 --qr-public-key " + config()), 2,
           {"不是公钥"});
}

TEST_F(SealCommand, AConfigurationWithoutARegisterSaysWhereItIs) {
    write_config("", "", "");
    expect(as("zhang", "list"), 2, {"[seals] folder"});
    std::ofstream(config()) << "[signer]\nsocket = \"s\"\n";
    expect(as("zhang", "list"), 2, {"songda-signer.toml"});
    expect(run_command(SONGDA_PROGRAM " seal list -c " SONGDA_SOURCE_DIR "/config/none.toml"), 2,
           {"none.toml"});
}

TEST_F(SealCommand, AChangedRegisterIsToldWithItsLine) {
    activate();
    ASSERT_EQ(run_command("sed -i '3s/operator:li/operator:xx/' " + folder_.path().string() +
                          "/seals/register")
                  .status,
              0);
    for (const std::string words : {"list", "suspend 11320199014138860W-1 --reason x"}) {
        expect(as("li", words), 2, {"line 3 is not what was written", "内容已损坏或被改动"});
    }
}

/// The folder's owner reads what root wrote.
TEST_F(SealCommand, RootGoesOnAsTheOwnerOfTheFolder) {
    const std::string path = folder_.path();
    ASSERT_EQ(
        run_command("chmod 755 " + path + " && install -d -m 700 -o nobody " + path + "/seals")
            .status,
        0);
    const auto files = fakes::sample_seal();
    ASSERT_EQ(run_command("cp " + files.seal_certificate + ' ' + files.qr_key + ' ' + path +
                          " && chown nobody " + path + "/qr.key " + path + "/seal.pem")
                  .status,
              0);
    std::ofstream(config()) << "production = false\n[seals]\nfolder = \"seals\"\n[[seal]]\n"
                            << "department = \"" << files.department.text
                            << "\"\ncertificate = \"seal.pem\"\nqr_key = \"qr.key\"\n";
    expect(as("zhang", "make --all-types --reason 新制"), 0, {id});
    expect(run_command("stat -c %U " + path + "/seals/register " + path + "/seals/register.lock"),
           0, {"nobody\nnobody\n"});
    expect(as("zhang", std::string("show ") + id), 0, {"operator:zhang"});
}

} // namespace
} // namespace songda
