// songda pki from the ceremony to the revoked seal, and what the running service tells openssl and
// curl about it. The seal is taken by the service in the end.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;
using live::run_verify;

class PkiCommand : public ::testing::Test {
protected:
    PkiCommand() {
        EXPECT_EQ(
            run_command("printf '一段足够长的口令 in words\\n' >" + file("passphrase")).status, 0);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
    [[nodiscard]] std::string signing() const {
        return " --folder " + file("ca") + " --passphrase-file " + file("passphrase") + ' ';
    }
    void init(const std::string& address = "http://localhost", const std::string& more = "") {
        const auto made = run_songda(
            "pki init --name 江苏省示例根 --issuing-name 江苏省示例签发 --sample --domain "
            "sp.example.gov.cn --address " +
            address + signing() + more);
        ASSERT_EQ(made.status, 0) << made.output;
        for (const std::string name : {"root", "issuing"}) {
            const auto shown = run_songda("pki show " + name + " --pem --folder " + file("ca") +
                                          " >" + file("ca/" + name + ".pem"));
            ASSERT_EQ(shown.status, 0) << shown.output;
        }
        ASSERT_EQ(run_command("cat " + file("ca/issuing.pem") + ' ' + file("ca/root.pem") + " >" +
                              file("ca/chain.pem"))
                      .status,
                  0);
    }
    void seal(const std::string& out, const std::string& more = "") {
        const auto sealed =
            run_songda("pki seal -d 11320199014138860W --name 示例市行政审批局 --out " + file(out) +
                       signing() + more);
        ASSERT_EQ(sealed.status, 0) << sealed.output;
    }
    void publish() {
        const auto published = run_songda("pki publish --out " + file("publish") + signing());
        ASSERT_EQ(published.status, 0) << published.output;
    }
    [[nodiscard]] std::string serial_of(const std::string& out) const {
        std::string text = run_command("openssl x509 -noout -serial -in " + file(out) +
                                       "/seal.pem | cut -d = -f 2")
                               .output;
        text.pop_back();
        return text;
    }

    fakes::TemporaryFolder folder_;
};

TEST_F(PkiCommand, OpensslAsksTheRunningService) {
    init();
    seal("seal");
    publish();
    live::Service::Options options;
    options.publish_folder = file("publish");
    live::Service service(options);
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string base = "http://localhost:" + std::to_string(service.port()) + "/pki";
    const auto ask = [&](const std::string& hash) {
        return run_command("openssl ocsp -url " + base + "/ocsp -issuer " + file("ca/issuing.pem") +
                           " -" + hash + " -cert " + file("seal/seal.pem") + " -CAfile " +
                           file("ca/chain.pem"))
            .output;
    };
    for (const char* const hash : {"sha1", "sha256"}) {
        const std::string answer = ask(hash);
        EXPECT_NE(answer.find("Response verify OK"), std::string::npos) << answer;
        EXPECT_NE(answer.find("seal.pem: good"), std::string::npos) << answer;
    }
    const auto check = [&] {
        return run_command("curl -fsS -o " + file("i.crl") + ' ' + base +
                           "/crl/issuing.crl && curl -fsS -o " + file("r.crl") + ' ' + base +
                           "/crl/root.crl && curl -fsS -o " + file("r.cer") + ' ' + base +
                           "/ca/root.cer && for each in i r; do openssl crl -inform DER -in " +
                           folder_.path().string() + "/$each.crl -out " + folder_.path().string() +
                           "/$each.pem; done; openssl x509 -inform DER -in " + file("r.cer") +
                           " -out " + file("root.pem") +
                           "; openssl verify -x509_strict -policy_check -purpose "
                           "smimesign -crl_check_all -CRLfile " +
                           file("i.pem") + " -CRLfile " + file("r.pem") + " -CAfile " +
                           file("root.pem") + " -untrusted " + file("ca/issuing.pem") + ' ' +
                           file("seal/seal.pem"))
            .output;
    };
    EXPECT_NE(check().find("seal.pem: OK"), std::string::npos) << check();
    // By GET, as RFC 6960 appendix A.1 has it, with every slash escaped and with none.
    for (const char* const escape : {"", "| sed 's#/#%2F#g'"}) {
        const auto got = run_command(
            "openssl ocsp -no_nonce -issuer " + file("ca/issuing.pem") + " -cert " +
            file("seal/seal.pem") + " -reqout " + file("request") + "; curl -fsS --path-as-is -D " +
            file("headers") + " -o " + file("answer") + " " + base +
            "/ocsp/$(openssl base64 -A -in " + file("request") + " | sed 's/+/%2B/g; s/=/%3D/g' " +
            escape + ") && openssl ocsp -respin " + file("answer") + " -issuer " +
            file("ca/issuing.pem") + " -cert " + file("seal/seal.pem") + " -CAfile " +
            file("ca/chain.pem") + "; cat " + file("headers"));
        EXPECT_NE(got.output.find("seal.pem: good"), std::string::npos) << got.output;
        EXPECT_NE(got.output.find("max-age="), std::string::npos) << got.output;
        EXPECT_NE(got.output.find("application/ocsp-response"), std::string::npos) << got.output;
    }
    const auto revoked =
        run_songda("pki revoke " + serial_of("seal").substr(0, 8) +
                   " --reason keyCompromise --since 2026-11-01 --folder " + file("ca"));
    ASSERT_EQ(revoked.status, 0) << revoked.output;
    EXPECT_NE(ask("sha1").find(": good"), std::string::npos) << "not yet published";
    publish();
    EXPECT_NE(ask("sha1").find("Reason: keyCompromise"), std::string::npos) << ask("sha1");
    EXPECT_NE(check().find("certificate revoked"), std::string::npos) << check();
    EXPECT_EQ(run_command("printf nonsense | curl -fsS --data-binary @- -H 'Content-Type: "
                          "application/ocsp-request' " +
                          base + "/ocsp | od -An -tx1")
                  .output,
              " 30 03 0a 01 01\n");
    const auto metrics = run_command(
        "curl -fsS http://localhost:" + std::to_string(service.port()) + "/metrics | grep ocsp");
    EXPECT_NE(metrics.output.find("songda_ocsp_requests_total{answer=\"malformed\"} 1"),
              std::string::npos)
        << metrics.output;
    EXPECT_EQ(service.stop(), 0);
}

TEST_F(PkiCommand, AnotherImplementationReadsAllOfIt) {
    init();
    seal("seal");
    const auto revoked = run_songda("pki revoke " + serial_of("seal") +
                                    " --reason certificateHold --folder " + file("ca"));
    ASSERT_EQ(revoked.status, 0) << revoked.output;
    publish();
    EXPECT_EQ(run_command("/usr/bin/python3 " SONGDA_SOURCE_DIR
                          "/tests/integration/read_status.py " +
                          file("ca") + ' ' + file("publish"))
                  .output,
              "answer sha1: GOOD\nanswer sha1: REVOKED\nanswer sha256: GOOD\n"
              "answer sha256: REVOKED\nissuing list: certificateHold\n");
}

TEST_F(PkiCommand, ARequestFromOutsideGivesItsKeyAndNothingElse) {
    init();
    const auto asked =
        run_command("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " +
                    file("their.key") +
                    " -utf8 -subj '/C=CN/O=冒名/CN=冒名' -addext "
                    "basicConstraints=critical,CA:TRUE -out " +
                    file("their.csr"));
    ASSERT_EQ(asked.status, 0) << asked.output;
    seal("theirs", "--csr " + file("their.csr"));
    const std::string text =
        run_command("openssl x509 -noout -text -nameopt utf8 -in " + file("theirs/seal.pem"))
            .output;
    EXPECT_EQ(text.find("冒名"), std::string::npos);
    EXPECT_NE(text.find("CN=示例市行政审批局"), std::string::npos) << text;
    EXPECT_NE(text.find("CA:FALSE"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(file("theirs/seal.key")));
    EXPECT_EQ(run_command("openssl x509 -pubkey -noout -in " + file("theirs/seal.pem") + " >" +
                          file("a") + "; openssl pkey -pubout -in " + file("their.key") +
                          " | cmp - " + file("a"))
                  .output,
              "");
}

TEST_F(PkiCommand, AnAuthorityOfTheSm2SuiteSignsEverythingByIt) {
    init("http://localhost", "--suite sm2");
    seal("seal");
    publish();
    for (const auto& path : {file("ca/root.pem"), file("ca/issuing.pem"), file("seal/seal.pem")}) {
        const std::string text = run_command("openssl x509 -noout -text -in " + path).output;
        EXPECT_NE(text.find("Signature Algorithm: SM2-with-SM3"), std::string::npos) << text;
        EXPECT_NE(text.find("ASN1 OID: SM2"), std::string::npos) << text;
    }
    EXPECT_NE(
        run_command("openssl crl -inform DER -noout -text -in " + file("publish/crl/issuing.crl"))
            .output.find("Signature Algorithm: SM2-with-SM3"),
        std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(file("seal/qr.key"))) << "codes are sealed with P-256";
    EXPECT_EQ(run_songda("pki check --folder " + file("ca")).status, 0);
    const auto stamp = run_songda("pki timestamp --name 时间戳 --out " + file("tsa") + signing());
    EXPECT_EQ(stamp.status, 2);
    EXPECT_NE(stamp.output.find("P-256"), std::string::npos) << stamp.output;
    const auto asked = run_songda(
        "pki csr --suite sm2 -d 11320199014138860W --name 示例市行政审批局 --out " + file("asked"));
    ASSERT_EQ(asked.status, 0) << asked.output;
    const auto proven = run_command(
        "openssl req -verify -noout -vfyopt distid:1234567812345678 -in " + file("asked/seal.csr"));
    EXPECT_NE(proven.output.find("verify OK"), std::string::npos) << proven.output;
    seal("from-request", "--csr " + file("asked/seal.csr"));
}

TEST_F(PkiCommand, AnOutsideAuthoritysCertificateIsTakenOnlyWhenItFits) {
    init();
    const std::string own = "-d 11320199014138860W --out " + file("outside");
    ASSERT_EQ(run_songda("pki csr --name 示例市行政审批局 " + own).status, 0);
    EXPECT_NE(run_command("openssl req -verify -noout -subject -nameopt utf8 -in " +
                          file("outside/seal.csr"))
                  .output.find("CN=示例市行政审批局"),
              std::string::npos);
    const auto issue = [&](const std::string& name, const std::string& extensions) {
        const auto issued =
            run_command("printf '" + extensions + "' >" + file("ext") + "; openssl x509 -req -in " +
                        file("outside/seal.csr") + " -CA " + file("ca/issuing.pem") + " -CAkey " +
                        file("ca/issuing.key") + " -passin file:" + file("passphrase") +
                        " -set_serial 0x41000000000000000001 -days 30 -extfile " + file("ext") +
                        " -out " + file(name));
        EXPECT_EQ(issued.status, 0) << issued.output;
    };
    const auto import = [&](const std::string& name, const std::string& more) {
        return run_songda("pki import " + file(name) + " --chain " + file("ca/issuing.pem") +
                          " --trust " + file("ca/root.pem") + ' ' + more);
    };
    issue("client.pem", "keyUsage=critical,digitalSignature\\nextendedKeyUsage=clientAuth\\n");
    EXPECT_NE(import("client.pem", own).output.find("not for sealing"), std::string::npos);
    issue("seal.pem", "keyUsage=critical,digitalSignature,nonRepudiation\\n"
                      "extendedKeyUsage=1.3.6.1.5.5.7.3.36\\n");
    EXPECT_NE(import("seal.pem", "-d 11100000000013338W --out " + file("outside"))
                  .output.find("another department"),
              std::string::npos);
    EXPECT_NE(
        run_songda("pki import " + file("seal.pem") + " --trust " + file("ca/root.pem") + ' ' + own)
            .output.find("no chain"),
        std::string::npos);
    ASSERT_EQ(run_songda("pki csr --name 别的 -d 11320199014138860W --out " + file("other")).status,
              0);
    EXPECT_NE(import("seal.pem", "-d 11320199014138860W --out " + file("other"))
                  .output.find("another key"),
              std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(file("outside/seal.pem")));
    const auto taken = import("seal.pem", own);
    EXPECT_EQ(taken.status, 0) << taken.output;
    EXPECT_EQ(run_command("grep -c BEGIN " + file("outside/seal.pem")).output, "2\n");
}

TEST_F(PkiCommand, TheServiceSignsWithItsSealAndWithTheRenewedOne) {
    init();
    seal("first");
    const auto renewed =
        run_songda("pki renew " + serial_of("first") + " --out " + file("second") + signing());
    ASSERT_EQ(renewed.status, 0) << renewed.output;
    EXPECT_NE(serial_of("first"), serial_of("second"));
    EXPECT_EQ(run_songda("pki list --folder " + file("ca") + " | grep -c 有效").output, "4\n");
    ASSERT_EQ(run_command("mkdir " + file("trust") + " && cp " + file("ca/root.pem") + ' ' +
                          file("trust"))
                  .status,
              0);
    for (const char* const seal : {"first", "second"}) {
        live::Service service;
        ASSERT_EQ(run_command("sed -i 's#^seal_key = .*#seal_key = \"" + file(seal) +
                              "/seal.key\"#; s#^seal_certificate = .*#seal_certificate = \"" +
                              file(seal) + "/seal.pem\"#; s#^trust_folder = .*#trust_folder = \"" +
                              file("trust") + "\"#' " + service.config())
                      .status,
                  0);
        const auto row =
            run_command("head -n 1 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + file("row"));
        ASSERT_EQ(row.status, 0);
        ASSERT_EQ(run_command("mkdir -p " + service.folder().string() + "/out").status, 0);
        const auto made = run_songda("issue " + file("row") + " -c " + service.config() +
                                     " --out " + service.folder().string() + "/out");
        ASSERT_EQ(made.status, 0) << made.output;
        const std::string verify =
            "--trust " + file("trust") + ' ' + service.folder().string() + "/out/*.pdf";
        // The certificate names where to ask, so without the list an answer waits for it.
        ASSERT_EQ(run_command("rm -f " + file("trust") + "/*.crl").status, 0);
        const auto open = run_verify(verify);
        EXPECT_EQ(open.status, 3) << open.output;
        EXPECT_NE(open.output.find("INDETERMINATE / TRY_LATER"), std::string::npos) << open.output;
        publish();
        ASSERT_EQ(run_command("cp " + file("publish") + "/crl/*.crl " + file("trust")).status, 0);
        const auto verified = run_verify(verify);
        EXPECT_EQ(verified.status, 0) << verified.output;
    }
}

TEST_F(PkiCommand, TheIssuingAuthorityIsRenewedWhenItIsHalfOver) {
    init();
    seal("before");
    const std::string renew = "pki renew-issuing --folder " + file("ca") +
                              " --root-passphrase-file " + file("passphrase");
    const auto early = run_songda(renew);
    EXPECT_NE(early.status, 0);
    EXPECT_NE(early.output.find("not half over"), std::string::npos) << early.output;
    const std::string later = live::in_days(2200) + SONGDA_PROGRAM " ";
    const auto unsure = run_command(later + renew);
    EXPECT_NE(unsure.output.find("--clock-is-right"), std::string::npos) << unsure.output;
    const auto renewed = run_command(later + renew + " --clock-is-right");
    EXPECT_EQ(renewed.status, 0) << renewed.output;
    EXPECT_NE(renewed.output.find("接续 renews"), std::string::npos) << renewed.output;
    EXPECT_NE(renewed.output.find("songda pki publish"), std::string::npos) << renewed.output;
    EXPECT_EQ(
        run_songda("pki show issuing --pem --folder " + file("ca") + " >" + file("new.pem")).status,
        0);
    const auto verified = run_command(
        "openssl verify -x509_strict -attime $(( $(date +%s) + 2201 * 86400 )) -CAfile " +
        file("ca/root.pem") + ' ' + file("new.pem"));
    EXPECT_EQ(verified.output, file("new.pem") + ": OK\n");
    const auto checked = run_songda("pki check --folder " + file("ca"));
    EXPECT_EQ(checked.status, 0) << checked.output;
}

TEST_F(PkiCommand, PassphrasesComeFromAPipeOnce) {
    init();
    const auto sealed = run_command(
        "{ printf 'of the new keys 1' | " SONGDA_PROGRAM
        " pki seal -d 11320199014138860W --name 示例市行政审批局 --key-passphrase-file /dev/stdin "
        "--out " +
        file("seal") + signing() +
        "; } && openssl pkey -noout -passin 'pass:of the new keys 1' -in " + file("seal/seal.key") +
        " && openssl pkey -noout -passin 'pass:of the new keys 1' -in " + file("seal/qr.key") +
        " && grep -c ENCRYPTED " + file("seal/seal.key"));
    EXPECT_EQ(sealed.status, 0) << sealed.output;
    EXPECT_FALSE(
        run_command("openssl pkey -noout -passin pass:wrong -in " + file("seal/seal.key")).status ==
        0);
}

TEST_F(PkiCommand, TheSampleKeysAreMadeByIt) {
    const std::string make = SONGDA_SOURCE_DIR "/keys-sample/make.sh --songda " SONGDA_PROGRAM " " +
                             file("keys") + " 11320199014138860W 示例市行政审批局";
    const auto made = run_command(make);
    ASSERT_EQ(made.status, 0) << made.output;
    const auto again =
        run_command("cd " + file("keys") +
                    " && find . -type f ! -name lock | sort | "
                    "xargs sha256sum >../a && " +
                    make + " && find . -type f ! -name lock | sort | xargs sha256sum | cmp - ../a");
    EXPECT_EQ(again.output, "") << "what exists is kept";
    const std::string verify =
        "cd " + file("keys") +
        " && openssl verify -CAfile root.pem -untrusted issuing.pem -purpose ";
    for (const char* const use :
         {"sslserver -verify_hostname localhost tls/server.pem",
          "sslclient 11320199014138860W/client.pem",
          "smimesign -x509_strict -policy_check 11320199014138860W/seal.pem"}) {
        const auto verified = run_command(verify + use);
        EXPECT_EQ(verified.status, 0) << verified.output;
    }
    EXPECT_NE(run_command("openssl x509 -noout -subject -nameopt utf8 -in " +
                          file("keys/11320199014138860W/seal.pem"))
                  .output.find("SONGDA SAMPLE"),
              std::string::npos);
    EXPECT_EQ(run_songda("pki list --folder " + file("keys/authority") + " | grep -c seal").output,
              "1\n");
}

TEST_F(PkiCommand, WhatIsRefusedSaysWhyAndChangesNothing) {
    init();
    seal("seal");
    const std::string before = run_command("sha256sum " + file("ca/journal")).output;
    for (const auto& [command, why] : std::vector<std::pair<std::string, std::string>>{
             {"pki seal -d 11320199014138860W --name x --out " + file("seal") + signing(),
              "there is a certificate already"},
             {"pki seal -d 11320199014138861W --name x --out " + file("new") + signing(),
              "--department"},
             {"pki revoke 0000 --reason superseded --folder " + file("ca"), "no certificate"},
             {"pki revoke " + serial_of("seal") + " --reason boredom --folder " + file("ca"),
              "--reason"},
             {"pki release " + serial_of("seal") + " --folder " + file("ca"), "not on hold"},
             {"pki publish --out " + file("p") + " --folder " + file("nowhere") +
                  " --passphrase-file " + file("passphrase"),
              "no authority"},
             {"pki init --name a --issuing-name b --sample --domain d --address http://h" +
                  signing(),
              "other terms"}}) {
        const auto refused = run_songda(command);
        EXPECT_EQ(refused.status, 2) << command;
        EXPECT_NE(refused.output.find(why), std::string::npos) << refused.output;
    }
    EXPECT_EQ(run_command("sha256sum " + file("ca/journal")).output, before);
}

} // namespace
} // namespace songda
