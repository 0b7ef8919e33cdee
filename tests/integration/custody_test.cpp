// The real binary with every key on a token of SoftHSM, and with encrypted key files: what it
// issues verifies in pdfsig and songda verify; a wrong configuration is told with what to do.
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/soft_token.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;
using live::run_songda;

class CustodyTest : public ::testing::Test {
protected:
    void SetUp() override {
        soft_.import(fakes::sample_seal().seal_key, "seal", "01");
        soft_.import(fakes::sample_seal().qr_key, "qr", "02");
        soft_.import(fakes::sample_keys_folder() + "/tsa/tsa.key", "tsa", "03");
        std::ofstream(pin_file()) << fakes::SoftToken::pin << '\n';
        ASSERT_EQ(run_command("head -n 6 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + rows())
                      .status,
                  0);
    }
    [[nodiscard]] std::string at(const std::string& name) const { return service_.folder() / name; }
    [[nodiscard]] std::string rows() const { return at("rows.jsonl"); }
    [[nodiscard]] std::string pin_file() const { return at("token.pin"); }
    /// One key of the configuration set to something else.
    void set(const std::string& key, const std::string& value) const {
        const CommandResult done = run_command("sed -i 's#^" + key + " = .*#" + key + " = " +
                                               value + "#' " + service_.config());
        ASSERT_EQ(done.status, 0) << done.output;
    }
    void append(const std::string& text) const {
        std::ofstream(service_.config(), std::ios::app) << text;
    }
    void put_keys_on_token() const {
        set("seal_key", "\"pkcs11:token=songda-test;object=seal;type=private\"");
        set("qr_key", "\"pkcs11:token=songda-test;id=%02\"");
        set("key", "\"pkcs11:token=songda-test;object=tsa;id=%03\"");
        append("[pkcs11]\nmodule = \"" + std::string(fakes::SoftToken::module) +
               "\"\npin_file = \"token.pin\"\nrequire_unextractable = true\n");
    }
    [[nodiscard]] CommandResult issue() const {
        return run_songda("issue " + rows() + " --out " + at("pdf") + " -c " + service_.config());
    }
    /// What was issued, in the eyes of poppler and of our verifier.
    void expect_six_valid_files() const {
        const CommandResult count = run_command("for f in " + at("pdf") +
                                                "/*.pdf; do pdfsig \"$f\"; done | "
                                                "grep -c 'Signature is Valid'");
        EXPECT_EQ(count.output, "6\n");
        const CommandResult genuine = live::run_verify("--trust " + fakes::sample_keys_folder() +
                                                       "/trust " + at("pdf") + "/*.pdf");
        EXPECT_EQ(genuine.status, 0) << genuine.output;
    }
    static bool has(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }

    live::Service service_;
    fakes::SoftToken soft_;
};

TEST_F(CustodyTest, IssuesWithKeysOnAToken) {
    put_keys_on_token();
    const CommandResult done = issue();
    ASSERT_EQ(done.status, 0) << done.output;
    expect_six_valid_files();
}

TEST_F(CustodyTest, ServesAndStampsWithKeysOnAToken) {
    put_keys_on_token();
    ASSERT_TRUE(service_.start()) << service_.complaint();
    std::ofstream(at("api-key")) << service_.make_key() << '\n';
    const std::string url = "http://127.0.0.1:" + std::to_string(service_.port());
    const CommandResult done =
        run_songda("issue " + rows() + " --out " + at("pdf") + " -c " + service_.config() +
                   " --url " + url + " --key " + at("api-key"));
    ASSERT_EQ(done.status, 0) << done.output;
    expect_six_valid_files();
    const CommandResult stamped = run_command(
        "curl -fsS -H 'Content-Type: application/timestamp-query' --data-binary "
        "@" SONGDA_SOURCE_DIR "/tests/golden/timestamp/sha256-cert-nonce.tsq " +
        url + "/tsa -o " + at("reply.tsr") +
        " && openssl ts -verify -queryfile " SONGDA_SOURCE_DIR
        "/tests/golden/timestamp/sha256-cert-nonce.tsq -in " +
        at("reply.tsr") + " -CAfile " + fakes::sample_keys_folder() + "/trust/root.pem");
    EXPECT_EQ(stamped.status, 0) << stamped.output;
    EXPECT_TRUE(has(run_command("curl -fsS " + url + "/metrics").output, "songda_token_away 0"));
    EXPECT_EQ(service_.stop(), 0);
    EXPECT_FALSE(has(service_.complaint(), fakes::SoftToken::pin)) << "the PIN is in the log";
}

TEST_F(CustodyTest, RunningServiceOutlivesTheLossOfItsToken) {
    put_keys_on_token();
    ASSERT_TRUE(service_.start()) << service_.complaint();
    const std::string url = "http://127.0.0.1:" + std::to_string(service_.port());
    const std::string query = SONGDA_SOURCE_DIR "/tests/golden/timestamp/sha256-cert-nonce.tsq";
    const auto stamps = [&] {
        return run_command("curl -fsS -H 'Content-Type: application/timestamp-query' "
                           "--data-binary @" +
                           query + ' ' + url + "/tsa -o " + at("reply.tsr") +
                           " && openssl ts -verify -queryfile " + query + " -in " +
                           at("reply.tsr") + " -CAfile " + fakes::sample_keys_folder() +
                           "/trust/root.pem")
                   .status == 0;
    };
    const auto away = [&](const char* value) {
        return has(run_command("curl -fsS " + url + "/metrics").output,
                   std::string("songda_token_away ") + value);
    };
    ASSERT_TRUE(stamps());
    const std::string elsewhere = soft_.tokens().string() + "-away";
    std::filesystem::rename(soft_.tokens(), elsewhere);
    EXPECT_FALSE(stamps());
    EXPECT_FALSE(stamps());
    EXPECT_TRUE(away("1"));
    std::filesystem::rename(elsewhere, soft_.tokens());
    bool back = false;
    for (int i = 0; i < 100 && !back; ++i) {
        back = run_command("sleep 0.1").status == 0 && stamps();
    }
    EXPECT_TRUE(back);
    EXPECT_TRUE(away("0"));
    EXPECT_EQ(service_.stop(), 0);
    EXPECT_TRUE(has(service_.complaint(), "token_away")) << service_.complaint();
}

TEST_F(CustodyTest, WrongPinIsToldAndNotTriedByTheNextStart) {
    put_keys_on_token();
    std::ofstream(pin_file()) << "1111\n";
    const CommandResult first = issue();
    EXPECT_NE(first.status, 0);
    EXPECT_TRUE(has(first.output, "token \"songda-test\": it refused the PIN")) << first.output;
    const CommandResult second = issue();
    EXPECT_TRUE(has(second.output, "ours was not tried")) << second.output;
    EXPECT_TRUE(has(second.output, "pin_file")) << second.output;
}

TEST_F(CustodyTest, MissingTokenAndKeyAreNamed) {
    put_keys_on_token();
    set("qr_key", "\"pkcs11:token=songda-test;object=nothing\"");
    const CommandResult no_key = issue();
    EXPECT_TRUE(has(no_key.output,
                    "pkcs11:token=songda-test;object=nothing: token \"songda-test\": "
                    "no private EC key"))
        << no_key.output;
    for (const auto* key : {"seal_key", "qr_key", "key"}) {
        set(key, "\"pkcs11:token=elsewhere;object=seal\"");
    }
    const CommandResult no_token = issue();
    EXPECT_TRUE(has(no_token.output, "token \"elsewhere\": no such token is plugged in"))
        << no_token.output;
}

TEST_F(CustodyTest, ProductionRefusesASampleSealOnATokenToo) {
    put_keys_on_token();
    set("production", "true");
    std::ofstream(at("songda.toml"), std::ios::app) << "[seals]\nfolder = \"seals\"\n";
    const CommandResult done = issue();
    EXPECT_NE(done.status, 0);
    EXPECT_TRUE(has(done.output, "a sample key never signs in production")) << done.output;
}

TEST_F(CustodyTest, EncryptedKeyFilesTakeTheirPassphraseFromFileOrSystemd) {
    for (const auto* name : {"seal", "qr"}) {
        const std::string from =
            fakes::sample_keys_folder() + '/' + fakes::department.text + '/' + name + ".key";
        ASSERT_EQ(run_command("openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 2048 -passout "
                              "pass:a-long-passphrase -in " +
                              from + " -out " + at(std::string(name) + ".key"))
                      .status,
                  0);
        set(std::string(name) + "_key", "\"" + std::string(name) + ".key\"");
    }
    EXPECT_TRUE(has(issue().output, "seal.key: not a private key, or the passphrase is wrong"));
    set("number_prefix", "\"示审\"\\nkey_passphrase_file = \"credential:seal\"");
    EXPECT_TRUE(has(issue().output, "systemd gave no credentials"));
    std::ofstream(at("seal")) << "a-long-passphrase\n";
    setenv("CREDENTIALS_DIRECTORY", service_.folder().c_str(), 1);
    const CommandResult done = issue();
    unsetenv("CREDENTIALS_DIRECTORY");
    ASSERT_EQ(done.status, 0) << done.output;
    expect_six_valid_files();
    // A descriptor is a path.
    set("key_passphrase_file", "\"/dev/fd/7\"");
    const CommandResult piped = run_command("echo a-long-passphrase | { " SONGDA_PROGRAM " issue " +
                                            rows() + " -c " + service_.config() + " 7<&0; }");
    EXPECT_EQ(piped.status, 0) << piped.output;
    EXPECT_TRUE(has(piped.output, "replayed 6")) << piped.output;
}

} // namespace
} // namespace songda
