// Mail that comes back, with a mail server that nobody here wrote: the real service issues,
// OpenSMTPD takes the mails, cannot deliver one of them and sends it back into the bounce mailbox,
// and the leg says so to department and operator. What was delivered carries signatures that dkimpy
// accepts.
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/open_smtpd.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

using nlohmann::json;

class BounceLive : public testing::Test {
protected:
    void SetUp() override {
        if (!fakes::OpenSmtpd::is_possible()) {
            GTEST_SKIP() << fakes::OpenSmtpd::why_not;
        }
        bounces_ = server_.make_maildir("bounces");
        good_ = server_.make_maildir("good");
        // delivery.md §4.3: one domain fails in the delivery agent, one is kept, one collects.
        const std::string rules =
            "table failing { \"@fail.example.org\" = nobody }\n"
            "table keeping { \"@good.example.org\" = nobody }\n"
            "table returning { \"@bounce.songda.example.org\" = nobody }\n"
            "action fail mda \"false\" virtual <failing>\n"
            "action keep maildir \"" +
            good_.string() +
            "\" virtual <keeping>\n"
            "action return maildir \"" +
            bounces_.string() +
            "\" virtual <returning>\n"
            "match from any for domain fail.example.org action fail\n"
            "match from any for domain good.example.org action keep\n"
            "match from any for domain bounce.songda.example.org action return\n";
        ASSERT_TRUE(server_.start(rules)) << server_.log();
        live::Service::Options options;
        options.portal_port = sinks_.portal_port();
        options.mail_port = server_.port();
        options.plain_mail = true;
        options.bounces_folder = bounces_;
        service_ = std::make_unique<live::Service>(options);
        ASSERT_TRUE(service_->start()) << service_->complaint();
        client_ = std::make_unique<http::Client>(service_->client().value());
        bearer_ = service_->make_key();
    }

    /// Issues the first sample to that mailbox, over e-mail alone.
    json issue(const std::string& mailbox, const std::string& number) {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json row = json::parse(line);
        row["recipient"]["email"] = mailbox;
        row["delivery"] = {"email"};
        row["idempotency_key"] = "bounce-" + number;
        row["case_number"] = row["case_number"].get<std::string>() + number;
        const auto answer =
            client_->send("POST", "/api/v1/documents:batch",
                          {{"Authorization", "Bearer " + bearer_}}, row.dump() + '\n');
        const json made = json::parse(answer.value().body);
        EXPECT_TRUE(made.contains("document")) << made;
        return made["document"];
    }
    json leg(const json& document) {
        const auto shown =
            client_->send("GET", "/api/v1/documents/" + document["id"].get<std::string>(),
                          {{"Authorization", "Bearer " + bearer_}}, "");
        return json::parse(shown.value().body)["delivery"][0];
    }
    json leg_when(const json& document, const std::string& state) {
        for (int looks = 0; leg(document)["state"] != state && looks < 600; ++looks) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return leg(document);
    }
    [[nodiscard]] static std::vector<std::filesystem::path>
    files(const std::filesystem::path& folder) {
        return {std::filesystem::directory_iterator(folder), {}};
    }

    live::Sinks sinks_;
    fakes::OpenSmtpd server_;
    std::filesystem::path bounces_;
    std::filesystem::path good_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
};

TEST_F(BounceLive, ARealServersBounceFailsTheLeg) {
    const json lost = issue("zhang.san@fail.example.org", "1");
    const json arrived = issue("li.si@good.example.org", "2");
    const json failed = leg_when(lost, "failed");
    ASSERT_EQ(failed["state"], "failed") << server_.log() << service_->complaint();
    EXPECT_FALSE(failed["reason_zh"].get<std::string>().empty()) << failed;
    EXPECT_EQ(leg_when(arrived, "accepted")["state"], "accepted");
    for (int looks = 0; files(bounces_ / "cur").empty() && looks < 100; ++looks) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ASSERT_EQ(files(bounces_ / "cur").size(), 1U) << "the mail itself is kept";
    const std::string raw = fakes::read_file(files(bounces_ / "cur")[0]);
    EXPECT_NE(raw.find("message/delivery-status"), std::string::npos) << raw;
    EXPECT_TRUE(files(bounces_ / ".unmatched/cur").empty());

    const auto shown = live::run_songda("delivery " + lost["key"].get<std::string>() + " -c " +
                                        service_->config());
    EXPECT_NE(shown.output.find("bounce → 失败 "), std::string::npos) << shown.output;
    EXPECT_NE(shown.output.find("[mail "), std::string::npos) << shown.output;
    EXPECT_EQ(shown.output.find('@'), std::string::npos) << shown.output;
    EXPECT_EQ(shown.output.find("zhang.san"), std::string::npos) << shown.output;
    const auto metrics = client_->send("GET", "/metrics", {}, "").value();
    EXPECT_NE(metrics.body.find("songda_returned_mails_total{kind=\"failed\"} 1"),
              std::string::npos);
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(service_->complaint().find('@'), std::string::npos) << service_->complaint();
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);

    // The package of evidence has the mail as it came, by the hash that the record names.
    const std::string package = service_->folder() / "evidence.zip";
    const auto exported = live::run_songda("evidence export " + lost["key"].get<std::string>() +
                                           " -o " + package + " -c " + service_->config());
    ASSERT_EQ(exported.status, 0) << exported.output;
    const std::string hash = to_hex(sha256(as_bytes(raw)));
    const auto trace = live::run_command("python3 -c 'import sys, zipfile; sys.stdout.write("
                                         "zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())"
                                         "' " +
                                         package + " traces/" + hash);
    EXPECT_EQ(trace.output, raw);
}

TEST_F(BounceLive, WhatArrivesIsSignedAndWhatIsForgedChangesNothing) {
    const json document = issue("li.si@good.example.org", "1");
    ASSERT_EQ(leg_when(document, "accepted")["state"], "accepted");
    ASSERT_TRUE(
        fakes::wait_in_folder(good_ / "new", [&] { return !files(good_ / "new").empty(); }));
    std::string mail;
    for (const char c : fakes::read_file(files(good_ / "new")[0])) {
        mail += c == '\n' ? "\r\n" : std::string(1, c);
    }
    // What the operator publishes is what the receiver asks for.
    const auto records = live::run_songda("mail dkim-record -c " + service_->config());
    ASSERT_EQ(records.status, 0) << records.output;
    json published;
    std::istringstream lines(records.output);
    for (std::string line; std::getline(lines, line);) {
        std::string text;
        const std::size_t open = line.find('"');
        ASSERT_NE(open, std::string::npos) << line;
        bool inside = false;
        std::size_t piece = 0;
        for (const char c : line.substr(open)) {
            inside = c == '"' ? !inside : inside;
            piece = c == '"' ? 0 : piece + 1;
            EXPECT_LE(piece, 255U) << line;
            text += inside && c != '"' ? std::string(1, c) : "";
        }
        published[line.substr(0, line.find(". IN TXT"))] = text;
    }
    const fakes::TemporaryFolder folder;
    std::ofstream(folder.path() / "mail.eml", std::ios::binary) << mail;
    std::ofstream(folder.path() / "records.json") << published;
    const auto verdict = live::run_command(
        "/usr/bin/python3 " SONGDA_SOURCE_DIR "/tests/unit/channels/dkim_check.py verify " +
        (folder.path() / "mail.eml").string() + ' ' + (folder.path() / "records.json").string());
    EXPECT_EQ(verdict.output, "[true, true]\n") << mail.substr(0, 2000);

    // Anybody may write to the bounce domain.
    const std::string path = mail.substr(mail.find("b+"), 59);
    std::string forged = path;
    forged[58] = forged[58] == '0' ? '1' : '0';
    std::ofstream(bounces_ / "new/forged")
        << "To: " << forged << "@bounce.songda.example.org\n"
        << "Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n";
    EXPECT_TRUE(fakes::wait_in_folder(bounces_ / ".unmatched/cur",
                                      [&] { return !files(bounces_ / ".unmatched/cur").empty(); }));
    EXPECT_EQ(leg(document)["state"], "accepted");
}

} // namespace
} // namespace songda
