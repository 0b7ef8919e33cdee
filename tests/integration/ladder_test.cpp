// Documents of the real service on the ladder from B-B to B-LTA, with certificates of `songda pki`,
// as others see them: pdfsig, qpdf, mutool and openssl read every level and check what is in the
// store; the upload desk and songda-verify tell the level, also years later and after a revocation.
// How certificates stand is asked once in the publish folder and once over HTTP, where they name
// it.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;
using live::run_verify;

class LadderLive : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new fakes::TemporaryFolder();
        const std::string port =
            run_command("python3 -c \"import socket;s=socket.socket();s.bind(('127.0.0.1',0));"
                        "print(s.getsockname()[1],end='')\"")
                .output;
        const auto made =
            run_command("SONGDA_ADDRESS=http://localhost:" + port +
                        " " SONGDA_SOURCE_DIR "/keys-sample/make.sh --songda " SONGDA_PROGRAM " " +
                        file("keys") + ' ' + fakes::department.text + " 示例市行政审批局");
        ASSERT_EQ(made.status, 0) << made.output;
        publish();
        live::Service::Options options;
        options.keys_folder = file("keys");
        options.publish_folder = file("publish");
        options.port = static_cast<std::uint16_t>(std::stoul(port));
        service_ = new live::Service(options);
        ASSERT_TRUE(service_->start()) << service_->complaint();
        const std::string url = "http://127.0.0.1:" + port;
        std::ofstream(file("api-key")) << service_->make_key() << '\n';
        const auto issued = run_command(
            "sed -n '1p;2p;120p' " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + file("rows") +
            " && " SONGDA_PROGRAM " issue " + file("rows") + " --out " + file("issued") + " -c " +
            service_->config() + " --url " + url + " --key " + file("api-key") + " && cd " +
            file("issued") + " && i=0; for f in *.pdf; do i=$((i+1)); mv $f ../bb-$i.pdf; done");
        ASSERT_EQ(issued.status, 0) << issued.output;
        write_config("folder.toml", url, file("publish"));
        write_config("http.toml", url, "");
        std::string before = "bb-1.pdf";
        for (const auto& [level, name] : levels()) {
            const auto raised = raise(before, name + ".pdf", level);
            ASSERT_EQ(raised.status, 0) << raised.output;
            before = name + ".pdf";
        }
        const auto raised = raise("bb-2.pdf", "http.pdf", "B-LTA", "http.toml");
        ASSERT_EQ(raised.status, 0) << raised.output;
    }
    static void TearDownTestSuite() {
        delete service_;
        delete folder_;
    }

    static std::string file(const std::string& name) { return folder_->path() / name; }
    static std::vector<std::pair<std::string, std::string>> levels() {
        return {{"B-T", "bt"}, {"B-LT", "blt"}, {"B-LTA", "blta"}};
    }
    static void write_config(const std::string& name, const std::string& url,
                             const std::string& publish_folder) {
        std::string text = fakes::read_file(service_->config());
        const std::string key = "publish = \"" + file("publish") + '"';
        text.replace(text.find(key), key.size(), "publish = \"" + publish_folder + '"');
        text += "[certificate_status]\nallow_private_addresses = true\n"
                "[[timestamp.client]]\nname = \"内置\"\nurl = \"" +
                url + "/tsa\"\ntrust_folder = \"" + file("keys/trust") + "\"\n";
        std::ofstream(service_->folder() / name) << text;
    }
    static live::CommandResult raise(const std::string& from, const std::string& to,
                                     const std::string& level,
                                     const std::string& config = "folder.toml") {
        return run_songda("timestamp " + file(from) + " --into " + file(to) + " --level " + level +
                          " -c " + (service_->folder() / config).string());
    }
    static void publish() {
        const auto published =
            run_songda("pki publish --folder " + file("keys/authority") + " --out " +
                       file("publish") + " --passphrase-file " + file("keys/authority.pass"));
        ASSERT_EQ(published.status, 0) << published.output;
    }
    [[nodiscard]] static live::CommandResult verify(const std::string& name,
                                                    const std::string& more = "") {
        return run_verify(file(name) + " --trust " + file("keys/trust") + ' ' + more);
    }
    /// `integrity authority level conclusion` as the machine form has them.
    [[nodiscard]] static std::string told(const std::string& name, const std::string& more = "") {
        return run_command(std::string(SONGDA_VERIFY_PROGRAM) + " --json " + more + ' ' +
                           file(name) + " --trust " + file("keys/trust") +
                           " | jq -r '[.integrity.reason,.authority.reason,.level,"
                           ".conclusion.indication]|join(\" \")'")
            .output;
    }
    /// What Python, which knows nothing of our reader, takes out of the file.
    static void take_apart(const std::string& name) {
        const auto taken = run_command("python3 " SONGDA_SOURCE_DIR "/tests/attacks/ladder.py "
                                       "--take-apart " +
                                       file(name) + ' ' + file(name + ".parts"));
        ASSERT_EQ(taken.status, 0) << taken.output;
    }

    static fakes::TemporaryFolder* folder_;
    static live::Service* service_;
};

fakes::TemporaryFolder* LadderLive::folder_ = nullptr;
live::Service* LadderLive::service_ = nullptr;

bool says(const live::CommandResult& result, const std::string& words) {
    return result.output.find(words) != std::string::npos;
}

TEST_F(LadderLive, OthersReadEveryLevel) {
    for (const auto& [level, name] : levels()) {
        SCOPED_TRACE(level);
        const std::string path = file(name + ".pdf");
        EXPECT_EQ(run_command("cmp -n $(stat -c %s " + file("bb-1.pdf") + ") " + file("bb-1.pdf") +
                              ' ' + path)
                      .status,
                  0);
        const auto structure = run_command("qpdf --check " + path);
        EXPECT_EQ(structure.status, 0) << structure.output;
        const auto seen = run_command("pdfsig -nocert " + path);
        EXPECT_TRUE(says(seen, "Signature is Valid")) << seen.output;
        EXPECT_TRUE(says(seen, "archive-1")) << seen.output;
        EXPECT_FALSE(says(seen, "Invalid")) << seen.output;
        const auto store = run_command("mutool show " + path + " trailer/Root/DSS");
        EXPECT_EQ(says(store, "/OCSPs"), level != "B-T") << store.output;
        const auto pages = run_command("mutool draw -q -F txt " + path + " 1 2>/dev/null | wc -c");
        EXPECT_GT(std::stoi(pages.output), 100) << "it still shows its page";
    }
}

TEST_F(LadderLive, OpensslChecksWhatIsInTheStore) {
    take_apart("blta.pdf");
    const std::string parts = "cd " + file("blta.pdf.parts") + " && ";
    const std::string keys = file("keys");
    // Every token, about the bytes that its ByteRange names.
    const auto tokens = run_command(
        parts + "for t in token-*.der; do openssl ts -verify -token_in -in $t -CAfile " + keys +
        "/trust/root.pem -digest $(cat $t.digest) || exit 1; done; ls token-*.der | wc -l");
    EXPECT_EQ(tokens.status, 0) << tokens.output;
    EXPECT_TRUE(says(tokens, "Verification: OK")) << tokens.output;
    EXPECT_TRUE(says(tokens, "\n2\n")) << tokens.output;
    // An answer about the seal and one about the time-stamp authority.
    for (const std::string& holder :
         {keys + '/' + fakes::department.text + "/seal-leaf.pem", keys + "/tsa/tsa-leaf.pem"}) {
        const auto good = run_command(
            parts + "for o in ocsp-*.der; do openssl ocsp -respin $o -issuer " + keys +
            "/issuing.pem -cert " + holder + " -CAfile " + keys + "/trust/root.pem; done");
        EXPECT_TRUE(says(good, "Response verify OK")) << good.output;
        EXPECT_TRUE(says(good, holder + ": good")) << good.output;
    }
    // The list about the issuing authority.
    const auto list = run_command(parts + "openssl crl -inform DER -in crl-0.der -CAfile " + keys +
                                  "/root.pem -noout -issuer");
    EXPECT_TRUE(says(list, "verify OK")) << list.output;
    EXPECT_TRUE(says(list, "SONGDA SAMPLE ROOT")) << list.output;
    const auto root = run_command(parts +
                                  "openssl x509 -inform DER -in certificate-0.der "
                                  "-noout -fingerprint; openssl x509 -in " +
                                  keys + "/root.pem -noout -fingerprint");
    EXPECT_EQ(root.output.substr(0, root.output.size() / 2),
              root.output.substr(root.output.size() / 2));
}

TEST_F(LadderLive, LaterRevisionsAndASecondSignatureLeaveTheFirstAsItWas) {
    ASSERT_EQ(raise("blta.pdf", "renewed.pdf", "B-LTA").status, 0);
    const std::string department = file("keys/") + fakes::department.text;
    const auto second = run_command(
        "python3 " SONGDA_SOURCE_DIR "/tests/attacks/ladder.py --second " + file("renewed.pdf") +
        ' ' + file("second.pdf") + ' ' + department + "/seal.key " + department + "/seal.pem");
    ASSERT_EQ(second.status, 0) << second.output;
    for (const auto& [name, valid] : {std::pair("renewed.pdf", 1), std::pair("second.pdf", 2)}) {
        EXPECT_EQ(run_command("qpdf --check " + file(name)).status, 0);
        const auto seen =
            run_command("pdfsig -nocert " + file(name) +
                        " 2>/dev/null | grep -c 'Signature Validation: Signature is Valid'");
        EXPECT_EQ(seen.output, std::to_string(valid) + "\n") << name;
    }
    EXPECT_EQ(told("renewed.pdf"), "archived seal_certificate_trusted B-LTA TOTAL-PASSED\n");
    // Valid as it is, nobody but Songda adds to what Songda issued.
    EXPECT_TRUE(told("second.pdf").starts_with("not_as_issued ")) << told("second.pdf");
}

TEST_F(LadderLive, TheLevelIsToldHereAtTheDeskAndOnThePage) {
    EXPECT_EQ(told("bb-1.pdf"),
              "signature_covers_whole_file seal_certificate_trusted B-B INDETERMINATE\n");
    EXPECT_EQ(told("bt.pdf"), "archived seal_certificate_trusted B-T INDETERMINATE\n");
    EXPECT_EQ(told("blt.pdf"), "archived seal_certificate_trusted B-LT TOTAL-PASSED\n");
    EXPECT_EQ(told("blta.pdf"), "archived seal_certificate_trusted B-LTA TOTAL-PASSED\n");
    EXPECT_TRUE(says(verify("blta.pdf"), "等级 level        B-LTA"));
    const std::string url = "http://127.0.0.1:" + std::to_string(service_->port());
    for (const auto& [level, name] : levels()) {
        const auto desk = run_command("curl -s -H 'Content-Type: application/pdf' --data-binary @" +
                                      file(name + ".pdf") + ' ' + url +
                                      "/api/v1/verify | jq -r .integrity.reason,.level");
        EXPECT_EQ(desk.output, "archived\n" + level + "\n");
        const auto page =
            run_command("curl -s -F file=@" + file(name + ".pdf") + ' ' + url + "/verify");
        EXPECT_TRUE(says(page, "签名等级")) << page.output;
        EXPECT_TRUE(says(page, ">" + level + " ")) << page.output;
    }
}

TEST_F(LadderLive, OverHttpItIsTheSame) {
    EXPECT_EQ(told("http.pdf"), "archived seal_certificate_trusted B-LTA TOTAL-PASSED\n");
    const auto metrics =
        run_command("curl -s http://127.0.0.1:" + std::to_string(service_->port()) + "/metrics");
    EXPECT_TRUE(says(metrics, "songda_ocsp_requests_total{answer=\"answered\"} 2"))
        << metrics.output;
}

TEST_F(LadderLive, ForgeriesBehindAFileAreTold) {
    const auto suite = run_command("python3 " SONGDA_SOURCE_DIR "/tests/attacks/ladder.py "
                                   "--verify " SONGDA_VERIFY_PROGRAM " --files " +
                                   folder_->path().string() + " --keys " + file("keys"));
    EXPECT_EQ(suite.status, 0) << suite.output;
    EXPECT_TRUE(says(suite, " 0 answers wrong")) << suite.output;
    std::printf("%s", suite.output.c_str());
}

TEST_F(LadderLive, YearsLaterOnlyAProvenSealPasses) {
    // The clock of the machine, as libfaketime shows it, and the day that the user names.
    for (const std::string& when : {std::string("--at 2029-06-01"), std::string()}) {
        const std::string command = when.empty() ? live::in_days(900) + SONGDA_VERIFY_PROGRAM
                                                 : SONGDA_VERIFY_PROGRAM " " + when;
        const auto judge = [&command](const std::string& name) {
            return run_command(command + ' ' + file(name) + " --trust " + file("keys/trust"));
        };
        const auto proven = judge("blta.pdf");
        EXPECT_EQ(proven.status, 0) << proven.output;
        EXPECT_TRUE(says(proven, "证书此后已到期或被吊销")) << proven.output;
        EXPECT_TRUE(says(proven, "TOTAL-PASSED")) << proven.output;
        const auto plain = judge("bb-1.pdf");
        EXPECT_EQ(plain.status, 3) << plain.output;
        EXPECT_TRUE(says(plain, "OUT_OF_BOUNDS_NO_POE")) << plain.output;
    }
}

/// Last in this file: it revokes the seal.
TEST_F(LadderLive, ARevocationBeforeTheTimeStampCountsOneAfterItDoesNot) {
    const std::string serial = run_command("openssl x509 -noout -serial -in " + file("keys/") +
                                           fakes::department.text + "/seal.pem | cut -d = -f 2")
                                   .output;
    ASSERT_EQ(run_command("sleep 2").status, 0); // a revocation has whole seconds
    const auto revoked =
        run_songda("pki revoke " + serial.substr(0, serial.size() - 1) + " --folder " +
                   file("keys/authority") + " --reason keyCompromise");
    ASSERT_EQ(revoked.status, 0) << revoked.output;
    publish();
    const auto refused = raise("bb-1.pdf", "late.pdf", "B-LT");
    EXPECT_EQ(refused.status, 1) << refused.output;
    EXPECT_TRUE(says(refused, "was revoked")) << refused.output;
    EXPECT_FALSE(std::filesystem::exists(file("late.pdf")));
    ASSERT_EQ(raise("bb-1.pdf", "late-bt.pdf", "B-T").status, 0) << "it asks nobody";
    // Whoever knows the list: a stamp before it holds, one after it does not.
    ASSERT_EQ(
        run_command("cp " + file("publish/crl/issuing.crl") + ' ' + file("keys/trust")).status, 0);
    EXPECT_EQ(told("blta.pdf"), "archived seal_certificate_trusted_then B-LTA TOTAL-PASSED\n");
    EXPECT_EQ(verify("blta.pdf").status, 0);
    EXPECT_EQ(told("late-bt.pdf"), "archived certificate_revoked B-T INDETERMINATE\n");
    EXPECT_EQ(verify("late-bt.pdf").status, 1);
    EXPECT_EQ(verify("bb-1.pdf").status, 1);
}

} // namespace
} // namespace songda
