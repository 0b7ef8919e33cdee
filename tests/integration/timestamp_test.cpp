// The built-in time-stamp authority of the real service, asked as any stranger would: `openssl ts
// -query`, curl, `openssl ts -verify` with the trust root; and `songda timestamp`, whose words tell
// how to check what it got.
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

class TimestampLive : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        service_ = new live::Service();
        ASSERT_TRUE(service_->start()) << service_->complaint();
    }
    static void TearDownTestSuite() { delete service_; }

    void SetUp() override { std::ofstream(path("data")) << "准予行政许可决定书\n"; }

    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }
    [[nodiscard]] static std::string url(const std::string& at = "/tsa") {
        return "http://localhost:" + std::to_string(service_->port()) + at;
    }
    static std::string root() { return fakes::sample_keys_folder() + "/trust/root.pem"; }
    /// The HTTP status of a request whose answer is in `reply`.
    [[nodiscard]] std::string ask(const std::string& query, const std::string& reply) const {
        return run_command("curl -s -w '%{http_code} %{content_type}' -H "
                           "'Content-Type: application/timestamp-query' --data-binary @" +
                           path(query) + ' ' + url() + " -o " + path(reply))
            .output;
    }
    [[nodiscard]] live::CommandResult query(const std::string& options,
                                            const std::string& out) const {
        return run_command("openssl ts -query -data " + path("data") + ' ' + options + " -out " +
                           path(out));
    }
    [[nodiscard]] live::CommandResult verify(const std::string& what, const std::string& reply,
                                             const std::string& more = "") const {
        return run_command("openssl ts -verify " + what + " -in " + path(reply) + " -CAfile " +
                           root() + ' ' + more);
    }
    /// A configuration beside the service's that asks `address`.
    [[nodiscard]] std::string client_config(const std::vector<std::string>& addresses) const {
        std::string text = fakes::read_file(service_->config());
        for (const std::string& address : addresses) {
            text += "[[timestamp.client]]\nname = \"内置\"\nurl = \"" + address +
                    "\"\ntrust_folder = \"" + fakes::sample_keys_folder() + "/trust\"\n";
        }
        const std::string file = service_->folder() / "client.toml";
        std::ofstream(file) << text;
        return file;
    }

    fakes::TemporaryFolder folder_;
    static live::Service* service_;
};

live::Service* TimestampLive::service_ = nullptr;

TEST_F(TimestampLive, OpensslAsksAndVerifiesWithAndWithoutCertificatesAndNonce) {
    for (const auto* hash : {"-sha256", "-sha384", "-sha512", "-sm3"}) {
        for (const auto* options : {" -cert", " -cert -no_nonce", "", " -no_nonce"}) {
            SCOPED_TRACE(std::string(hash) + options);
            ASSERT_EQ(query(std::string(hash) + options, "ask").status, 0);
            EXPECT_EQ(ask("ask", "answer"), "200 application/timestamp-reply");
            const bool with = std::string(options).find("-cert") != std::string::npos;
            const std::string untrusted =
                with ? "" : "-untrusted " + fakes::sample_keys_folder() + "/tsa/tsa.pem";
            const auto by_query = verify("-queryfile " + path("ask"), "answer", untrusted);
            EXPECT_EQ(by_query.status, 0) << by_query.output;
            const auto by_data = verify("-data " + path("data"), "answer", untrusted);
            EXPECT_EQ(by_data.status, 0) << by_data.output;
        }
    }
    std::ofstream(path("data")) << "不予行政许可决定书\n";
    EXPECT_NE(verify("-data " + path("data"), "answer",
                     "-untrusted " + fakes::sample_keys_folder() + "/tsa/tsa.pem")
                  .status,
              0);
}

TEST_F(TimestampLive, WhatIsNoRequestIsAnsweredToo) {
    ASSERT_EQ(query("-sha1", "ask").status, 0);
    EXPECT_EQ(ask("ask", "answer"), "200 application/timestamp-reply");
    const auto text = run_command("openssl ts -reply -text -in " + path("answer"));
    EXPECT_NE(text.output.find("Status: Rejected."), std::string::npos) << text.output;
    std::ofstream(path("large")) << std::string(4097, '0');
    EXPECT_TRUE(ask("large", "answer").starts_with("413"));
    const auto get = run_command("curl -s -o /dev/null -w '%{http_code}' " + url());
    EXPECT_EQ(get.output, "405");
    const auto json = run_command("curl -s -o /dev/null -w '%{http_code}' -d x -H "
                                  "'Content-Type: application/json' " +
                                  url());
    EXPECT_EQ(json.output, "415");
    const auto metrics = run_command("curl -s " + url("/metrics"));
    EXPECT_NE(metrics.output.find("songda_timestamp_refusals_total{failure=\"badAlg\"}"),
              std::string::npos)
        << metrics.output;
    EXPECT_NE(metrics.output.find("songda_timestamp_time_refused 0"), std::string::npos);
}

TEST_F(TimestampLive, TheCommandTellsWhoAnsweredAndHowToCheck) {
    // The first address has nobody behind it.
    const std::string config = client_config({"http://127.0.0.1:1/tsa", url()});
    const auto made = run_command("cd " + folder_.path().string() +
                                  " && " SONGDA_PROGRAM " timestamp data -c " + config);
    ASSERT_EQ(made.status, 0) << made.output;
    for (const auto* words : {"no time-stamp from 内置: cannot connect to 127.0.0.1:1",
                              "SONGDA SAMPLE TSA", "data.tsr", "openssl ts -verify"}) {
        EXPECT_NE(made.output.find(words), std::string::npos) << words << '\n' << made.output;
    }
    // What it says is done to the letter.
    const std::size_t command = made.output.find("  openssl ts");
    ASSERT_NE(command, std::string::npos);
    const std::string line = made.output.substr(command, made.output.rfind('\n') - command);
    const auto checked = run_command("cd " + folder_.path().string() + " && " + line);
    EXPECT_EQ(checked.status, 0) << checked.output;
    EXPECT_NE(checked.output.find("Verification: OK"), std::string::npos) << checked.output;
}

TEST_F(TimestampLive, WithoutAnyAnswerNothingIsWritten) {
    const std::string config = client_config({url("/healthz"), url("/nowhere")});
    const auto made = run_songda("timestamp " + path("data") + " -c " + config);
    EXPECT_EQ(made.status, 2) << made.output;
    EXPECT_NE(made.output.find("HTTP status 405"), std::string::npos) << made.output;
    EXPECT_NE(made.output.find("HTTP status 404"), std::string::npos) << made.output;
    EXPECT_NE(made.output.find("没有机构给出时间戳"), std::string::npos) << made.output;
    EXPECT_FALSE(std::filesystem::exists(path("data.tsr")));
}

TEST_F(TimestampLive, AnIssuedDocumentIsArchivedTwiceAndStaysGenuine) {
    const std::string keys = fakes::sample_keys_folder();
    const std::string key = service_->make_key();
    const auto issued = run_command(
        "head -1 " SONGDA_SOURCE_DIR
        "/samples/decisions.jsonl | curl -s -H 'Authorization: Bearer " +
        key + "' -H 'Content-Type: application/json' --data-binary @- " + url("/api/v1/documents") +
        " >" + path("answer.json") + " && curl -s -H 'Authorization: Bearer " + key + "' " +
        url("") + "$(jq -r .file " + path("answer.json") + ") -o " + path("issued.pdf"));
    ASSERT_EQ(issued.status, 0) << issued.output;
    const std::string config = client_config({url()});
    std::string before = path("issued.pdf");
    for (const std::string name : {"once.pdf", "twice.pdf"}) {
        const auto made =
            run_songda("timestamp " + before + " --into " + path(name) + " -c " + config);
        ASSERT_EQ(made.status, 0) << made.output;
        EXPECT_EQ(
            run_command("cmp -n $(stat -c %s " + before + ") " + before + ' ' + path(name)).status,
            0)
            << "the bytes before it are untouched";
        before = path(name);
    }
    const auto structure = run_command("qpdf --check " + before);
    EXPECT_EQ(structure.status, 0) << structure.output;
    // pdfsig of poppler 22.12 lists time-stamps of a document and does not check them.
    const auto seen = run_command("pdfsig -nocert " + before);
    for (const auto* words :
         {"Signature #3", "archive-2", "Total document signed", "Signature is Valid"}) {
        EXPECT_NE(seen.output.find(words), std::string::npos) << words << '\n' << seen.output;
    }
    EXPECT_EQ(seen.output.find("Invalid"), std::string::npos) << seen.output;
    // The last token by openssl, about the bytes that its ByteRange names, cut out by Python.
    const auto cut = run_command(
        "python3 -c \"import re,hashlib,sys;d=open('" + before +
        "','rb').read();m=list(re.finditer(rb'ByteRange\\[0 (\\d+) (\\d+) "
        "(\\d+)\\]/Contents<([0-9a-f]+)>',d))"
        "[-1];a,b,c=map(int,m.groups()[:3]);assert b+c==len(d);t=bytes.fromhex(m[4].decode());"
        "n=4+int.from_bytes(t[2:4],'big');open('" +
        path("token") + "','wb').write(t[:n]);print(hashlib.sha256(d[:a]+d[b:b+c]).hexdigest())\"");
    ASSERT_EQ(cut.status, 0) << cut.output;
    const auto token = run_command("openssl ts -verify -token_in -in " + path("token") +
                                   " -CAfile " + root() + " -digest " + cut.output.substr(0, 64));
    EXPECT_EQ(token.status, 0) << token.output;
    const auto verified = run_verify(before + " --trust " + keys + "/trust");
    EXPECT_EQ(verified.status, 0) << verified.output;
    EXPECT_NE(verified.output.find("其后仅有归档时间戳"), std::string::npos) << verified.output;
    EXPECT_NE(verified.output.find("✔ 归档时间戳"), std::string::npos) << verified.output;
    const auto uploaded = run_command(
        "curl -s -H 'Content-Type: application/pdf' --data-binary @" + before + ' ' +
        url("/api/v1/verify") + " | jq -r '.integrity.reason,.status.answer,(.timestamps|length)'");
    EXPECT_EQ(uploaded.output, "archived\nyes\n2\n") << "the register knows it again";
    const auto page = run_command("curl -s -F file=@" + before + ' ' + url("/verify"));
    EXPECT_NE(page.output.find("归档时间戳"), std::string::npos) << page.output;
    EXPECT_NE(page.output.find("SONGDA SAMPLE TSA"), std::string::npos) << page.output;
    const auto stranger = run_verify(before);
    EXPECT_EQ(stranger.status, 3) << stranger.output;
    EXPECT_NE(stranger.output.find("? 归档时间戳"), std::string::npos)
        << "without roots nobody is believed: " << stranger.output;
    // The token of the first in the place of the second is a token about other bytes.
    const auto swapped = run_command(
        "python3 -c \"import re;d=open('" + before +
        "','rb').read();m=list(re.finditer(rb'ETSI.RFC3161[^<]*<([0-9a-f]+)>',d));"
        "open('" +
        path("swapped.pdf") + "','wb').write(d[:m[1].start(1)]+m[0][1]+d[m[1].end(1):])\"");
    ASSERT_EQ(swapped.status, 0) << swapped.output;
    const auto altered = run_verify(path("swapped.pdf") + " --trust " + keys + "/trust");
    EXPECT_EQ(altered.status, 1) << altered.output;
    EXPECT_NE(altered.output.find("文件被改动"), std::string::npos) << altered.output;
    EXPECT_EQ(run_command("curl -s -H 'Content-Type: application/pdf' --data-binary @" +
                          path("swapped.pdf") + ' ' + url("/api/v1/verify") +
                          " | jq -r .integrity.answer,.integrity.reason")
                  .output,
              "no\naltered\n");
    const auto forged = run_command("printf 'x' >>" + before);
    ASSERT_EQ(forged.status, 0);
    EXPECT_EQ(run_verify(before + " --trust " + keys + "/trust").status, 1);
    const auto refused =
        run_songda("timestamp " + before + " --into " + path("no.pdf") + " -c " + config);
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.output.find("不是送达签发的原始文件"), std::string::npos) << refused.output;
}

TEST_F(TimestampLive, TheStandingOfTheTimeIsShown) {
    const auto shown = run_songda("tsa -c " + service_->config());
    EXPECT_EQ(shown.status, 0) << shown.output;
    EXPECT_NE(shown.output.find("正常"), std::string::npos) << shown.output;
    const auto confirmed = run_songda("tsa confirm --reason 核对 -c " + service_->config());
    EXPECT_EQ(confirmed.status, 2);
    EXPECT_NE(confirmed.output.find("时间无需确认"), std::string::npos) << confirmed.output;
}

TEST_F(TimestampLive, ASecondProcessOnTheSameFolderDoesNotStart) {
    std::string text = fakes::read_file(service_->config());
    text.replace(text.find("\"store\""), 7, "\"" + path("store") + "\"");
    const std::string config = service_->folder() / "second.toml";
    std::ofstream(config) << text;
    const auto second = run_songda("serve -c " + config);
    EXPECT_EQ(second.status, 2);
    EXPECT_NE(second.output.find("another process tells time there"), std::string::npos)
        << second.output;
}

} // namespace
} // namespace songda
