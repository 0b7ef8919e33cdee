// Text messages from the decision to the report, with a provider that nobody here wrote: the real
// service issues, a provider in Aliyun's shape (tools/sms_sink.py) checks each signature with
// Python's hmac, takes the message or misbehaves, and reports; the service is killed between a
// message and its answer.
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

using nlohmann::json;

std::string secret(const std::string& name) {
    std::string text = fakes::read_file(fakes::sample_keys_folder() + "/delivery/" + name);
    text.pop_back(); // the line's end
    return text;
}

class ProviderLive : public testing::Test {
protected:
    ProviderLive() {
        const std::string secrets = fakes::sample_keys_folder() + "/delivery/";
        sms_ = std::make_unique<fakes::Sink>(
            "sms_sink.py", std::vector<std::string>{"--key-id-file", secrets + "sms.id",
                                                    "--key-file", secrets + "sms.secret", "--out",
                                                    taken_file(), "--report-url-file",
                                                    address_file(), "--retry-seconds", "0.2"});
        // The shipped file, without hours at which a test would wait for the morning.
        std::string file = fakes::read_file(SONGDA_SOURCE_DIR "/config/providers/aliyun-sms.toml");
        for (const auto& [old, fresh] :
             {std::pair<std::string, std::string>{"notice = \"21:00-08:00\"\n", ""},
              {"timeout_ms = 5000", "timeout_ms = 1000"}}) {
            file.replace(file.find(old), old.size(), fresh);
        }
        std::ofstream(folder_.path() / "sms.toml") << file;
        live::Service::Options options;
        options.portal_port = sinks_.portal_port();
        options.mail_port = sinks_.mail_port();
        options.sms_port = sms_->port();
        options.sms_file = folder_.path() / "sms.toml";
        service_ = std::make_unique<live::Service>(options);
    }
    void start() {
        ASSERT_TRUE(service_->start()) << service_->complaint();
        client_ = std::make_unique<http::Client>(service_->client().value());
        std::ofstream(address_file()) << report_address() << '\n';
    }
    std::string report_path() const {
        return "/api/v1/providers/sms/reports/" + secret("sms.token");
    }
    std::string report_address() const {
        return "http://127.0.0.1:" + std::to_string(service_->port()) + report_path();
    }
    /// A sample decision whose recipient is told by text message at this number.
    json issue(const std::string& phone, const std::string& case_number) {
        if (bearer_.empty()) {
            bearer_ = service_->make_key();
        }
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json decision = json::parse(line);
        decision["idempotency_key"] = case_number;
        decision["case_number"] = case_number;
        decision["recipient"]["phone"] = phone;
        decision["notices"] = {"sms"};
        const http::Response answer =
            client_
                ->send("POST", "/api/v1/documents:batch", {{"Authorization", "Bearer " + bearer_}},
                       decision.dump() + '\n')
                .value();
        const json row = json::parse(answer.body);
        EXPECT_EQ(row["status"], 201) << row;
        return row["document"];
    }
    /// `STATE REASON` of the leg that goes by text message.
    std::string state(const json& document) {
        const http::Response shown =
            client_
                ->send("GET", "/api/v1/documents/" + document["id"].get<std::string>(),
                       {{"Authorization", "Bearer " + bearer_}}, "")
                .value();
        const json legs = json::parse(shown.body)["delivery"];
        for (const json& leg : legs) {
            if (leg["channel"] == "sms") {
                EXPECT_EQ(leg["purpose"], "notice");
                return leg["state"].get<std::string>() + ' ' + leg.value("reason", "");
            }
        }
        return "none";
    }
    bool becomes(const json& document, const std::string& wanted,
                 std::chrono::seconds limit = std::chrono::seconds(15)) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (state(document) != wanted && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return state(document) == wanted;
    }
    std::vector<json> taken() const {
        std::vector<json> read;
        std::ifstream in(taken_file());
        for (std::string line; std::getline(in, line) && !in.eof();) {
            read.push_back(json::parse(line));
        }
        return read;
    }
    std::string taken_file() const { return folder_.path() / "taken.jsonl"; }
    std::string address_file() const { return folder_.path() / "address"; }

    fakes::TemporaryFolder folder_;
    live::Sinks sinks_;
    std::unique_ptr<fakes::Sink> sms_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
};

TEST_F(ProviderLive, AMessageIsSentReportedAndItsLinkOpensTheInboxWithTheCode) {
    start();
    const json document = issue("13800138000", "SMS-1");
    ASSERT_TRUE(becomes(document, "reached ")) << state(document) << service_->complaint();
    const auto messages = taken();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0]["PhoneNumbers"], "13800138000");
    EXPECT_EQ(messages[0]["TemplateCode"], "SMS_000000001");
    const std::string token = json::parse(messages[0]["TemplateParam"].get<std::string>())["token"];
    const http::Response told =
        client_
            ->send("POST",
                   "/api/v1/documents/" + document["id"].get<std::string>() + "/collection-code",
                   {{"Authorization", "Bearer " + bearer_}}, "")
            .value();
    const std::string code = json::parse(told.body)["code"];
    EXPECT_EQ(messages[0].dump().find(code), std::string::npos) << "link and code go two ways";
    const http::Response opened =
        client_->send("POST", "/api/v1/inbox/" + token + ":open", {}, json({{"code", code}}).dump())
            .value();
    EXPECT_EQ(opened.status, 200) << opened.body;
    EXPECT_EQ(service_->stop(), 0);
    const std::string log = service_->complaint();
    EXPECT_EQ(log.find("138001380"), std::string::npos) << log;
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

TEST_F(ProviderLive, WhatAProviderDoesWrongComesOutAsTheTableSays) {
    start();
    const json number = issue("13800130009", "SMS-2");
    const json html = issue("13800130005", "SMS-3");
    const json much = issue("13800130006", "SMS-4");
    const json undelivered = issue("13800130004", "SMS-5");
    const json early = issue("13800130007", "SMS-6");
    const json thrice = issue("13800130008", "SMS-7");
    const json strange = issue("13800130011", "SMS-8");
    const json busy = issue("13800130001", "SMS-9");
    EXPECT_TRUE(becomes(number, "failed address_invalid")) << state(number);
    EXPECT_TRUE(becomes(html, "unknown outcome_unknown")) << state(html);
    EXPECT_TRUE(becomes(much, "unknown outcome_unknown")) << state(much);
    EXPECT_TRUE(becomes(undelivered, "failed address_unreachable")) << state(undelivered);
    EXPECT_TRUE(becomes(early, "reached ")) << state(early);
    EXPECT_TRUE(becomes(thrice, "reached ")) << state(thrice);
    EXPECT_TRUE(becomes(strange, "failed policy_rejected")) << state(strange);
    EXPECT_TRUE(becomes(busy, "retry_wait rate_limited")) << state(busy);
    const auto again =
        live::run_songda("delivery " + undelivered["key"].get<std::string>() +
                         " --resend sms --reason 来电称未收到 -c " + service_->config());
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_TRUE(fakes::wait_in_folder(folder_.path(), [&] { return taken().size() == 5; }))
        << "an operator's word sends it once more";
    const std::string metrics = client_->send("GET", "/metrics", {}, "").value().body;
    for (const char* outcome : {"applied", "repeated", "malformed", "unknown_code"}) {
        EXPECT_NE(metrics.find("songda_provider_reports_total{outcome=\"" + std::string(outcome)),
                  std::string::npos)
            << outcome;
    }
    EXPECT_NE(service_->complaint().find("provider_report_unknown_code"), std::string::npos);
}

TEST_F(ProviderLive, StrangersLearnNothingAtTheCounter) {
    start();
    const auto ask = [&](const std::string& method, const std::string& path,
                         const std::string& body) {
        return client_->send(method, path, {}, body).value();
    };
    const http::Response good = ask("POST", report_path(), "[]");
    EXPECT_EQ(good.status, 200);
    EXPECT_EQ(json::parse(good.body)["code"], 0);
    const std::string base = "/api/v1/providers/";
    const http::Response wrong = ask("POST", base + "sms/reports/0123456789abcdef", "[]");
    const http::Response none = ask("POST", base + "nobody/reports/0123456789abcdef", "[]");
    EXPECT_EQ(wrong.status, 404);
    EXPECT_EQ(wrong.body, none.body) << "which providers there are is nobody's business";
    EXPECT_EQ(ask("POST", base + "sms/reports", "[]").status, 404);
    EXPECT_EQ(ask("GET", base + "sms/reports", "").status, 404);
    EXPECT_EQ(ask("POST", report_path(), std::string(1'100'000, ' ')).status, 413);
}

TEST_F(ProviderLive, KilledBetweenMessageAndAnswerItIsSettledByTheReportAndNeverSentTwice) {
    start();
    std::ofstream(address_file()) << "http://127.0.0.1:1/\n"; // the report comes later
    const json document = issue("13800130003", "SMS-10");
    ASSERT_TRUE(fakes::wait_in_folder(folder_.path(), [&] { return taken().size() == 1; }));
    service_->kill();
    start(); // the address of the reports is there again: the provider comes back with its report
    EXPECT_TRUE(becomes(document, "reached ", std::chrono::seconds(60))) << state(document);
    EXPECT_EQ(taken().size(), 1U);
    const auto shown = live::run_songda("delivery " + document["key"].get<std::string>() + " -c " +
                                        service_->config());
    EXPECT_NE(shown.output.find("lease_lost"), std::string::npos) << shown.output;
    EXPECT_NE(shown.output.find("late_report_reached"), std::string::npos) << shown.output;
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

TEST_F(ProviderLive, AnOperatorLooksAtAFileAndTriesIt) {
    const std::string file = folder_.path() / "sms.toml";
    const auto checked = live::run_songda("provider check " + file);
    EXPECT_EQ(checked.status, 0) << checked.output;
    EXPECT_NE(checked.output.find("PhoneNumbers=13800138000&SignName="), std::string::npos)
        << checked.output;
    EXPECT_NE(checked.output.find("Credential=***"), std::string::npos) << checked.output;
    EXPECT_NE(checked.output.find("2 条 parts"), std::string::npos) << checked.output;
    std::string broken = fakes::read_file(file);
    broken.replace(broken.find("success ="), 7, "sucess ");
    std::ofstream(folder_.path() / "broken.toml") << broken;
    const auto refused =
        live::run_songda("provider check " + (folder_.path() / "broken.toml").string());
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.output.find("answer.sucess: is not a known key"), std::string::npos)
        << refused.output;
    const std::string secrets = fakes::sample_keys_folder() + "/delivery/";
    const std::string attempt =
        "provider try " + file +
        " --to 13800138000 --base-url http://127.0.0.1:" + std::to_string(sms_->port()) +
        " --allow-private-addresses" + " --secret-file access_key_id=" + secrets + "sms.id";
    EXPECT_EQ(live::run_songda(attempt).status, 2) << "a secret is missing";
    const auto wrong =
        live::run_songda(attempt + " --secret-file access_key_secret=" + secrets + "sms.token");
    EXPECT_EQ(wrong.status, 1);
    EXPECT_NE(wrong.output.find("config_auth · http 400 code SignatureDoesNotMatch"),
              std::string::npos)
        << wrong.output;
    const auto good =
        live::run_songda(attempt + " --secret-file access_key_secret=" + secrets + "sms.secret");
    EXPECT_EQ(good.status, 0) << good.output;
    EXPECT_EQ(good.output.find(secret("sms.secret")), std::string::npos);
    EXPECT_EQ(taken().size(), 1U);
}

} // namespace
} // namespace songda
