// The way out of the house, with servers that nobody here wrote: the real service issues, a mail
// server of aiosmtpd (STARTTLS, AUTH) and a portal that checks signatures with Python's
// cryptography receive, and what they were told opens the inbox.
#include <fstream>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

using nlohmann::json;

class DeliveryLive : public testing::Test {
protected:
    void start() {
        live::Service::Options options;
        options.portal_port = sinks_.portal_port();
        options.mail_port = sinks_.mail_port();
        service_ = std::make_unique<live::Service>(options);
        ASSERT_TRUE(service_->start()) << service_->complaint();
        client_ = std::make_unique<http::Client>(service_->client().value());
        bearer_ = service_->make_key();
    }
    http::Response ask(const std::string& method, const std::string& path, http::Headers headers,
                       const std::string& body = {}) {
        return client_->send(method, path, headers, body).value();
    }
    /// The first samples that go over both channels, issued.
    std::vector<json> issue(std::size_t count) {
        std::string rows;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; count > 0 && std::getline(in, line);) {
            if (json::parse(line)["delivery"].size() == 2) {
                rows += line + '\n';
                --count;
            }
        }
        std::vector<json> documents;
        std::istringstream answer(
            ask("POST", "/api/v1/documents:batch", {{"Authorization", "Bearer " + bearer_}}, rows)
                .body);
        for (std::string line; std::getline(answer, line);) {
            documents.push_back(json::parse(line)["document"]);
        }
        return documents;
    }
    json legs(const json& document) {
        const http::Response shown =
            ask("GET", "/api/v1/documents/" + document["id"].get<std::string>(),
                {{"Authorization", "Bearer " + bearer_}});
        return json::parse(shown.body)["delivery"];
    }
    std::set<std::string> states(const json& document) {
        std::set<std::string> found;
        const json all = legs(document);
        for (const json& leg : all) {
            found.insert(leg["channel"].get<std::string>() + ' ' + leg["state"].get<std::string>());
        }
        return found;
    }

    live::Sinks sinks_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
};

TEST_F(DeliveryLive, MailAndPortalReceiveAndTheApplicantCollects) {
    start();
    const std::vector<json> documents = issue(5);
    ASSERT_EQ(documents.size(), 5U);
    ASSERT_TRUE(sinks_.wait_for_mails(5));
    ASSERT_TRUE(sinks_.wait_for_events(5));

    std::map<std::string, json> mails; // by the SHA-256 of what is attached
    for (const json& mail : sinks_.mails()) {
        mails[mail["files"][0]["sha256"]] = mail;
    }
    std::map<std::string, json> events;
    for (const json& event : sinks_.events()) {
        events[event["event"]["data"]["document"]] = event["event"]["data"];
    }
    for (const json& document : documents) {
        ASSERT_TRUE(mails.contains(document["sha256"]));
        const json& mail = mails[document["sha256"]];
        const std::string subject = mail["subject"];
        const std::string text = mail["body"];
        EXPECT_NE(subject.find(document["number"].get<std::string>()), std::string::npos);
        EXPECT_EQ(mail["defects"], json::array());
        const json data = events[document["id"]];
        const std::string code = data["code"];
        EXPECT_EQ(text.find(code), std::string::npos) << "the code is never in the mail";

        // The link of the mail with the code of the portal.
        const std::size_t at = text.find("/inbox/") + 7;
        const std::string token = text.substr(at, 40);
        const http::Response opened =
            ask("POST", "/api/v1/inbox/" + token + ":open", {}, json({{"code", code}}).dump());
        ASSERT_EQ(opened.status, 200) << opened.body;
        std::string cookie;
        for (const auto& [name, value] : opened.headers) {
            cookie = name == "Set-Cookie" ? value.substr(0, value.find(';')) : cookie;
        }
        const http::Response file =
            ask("GET", "/api/v1/inbox/files/" + document["id"].get<std::string>(),
                {{"Cookie", cookie}});
        ASSERT_EQ(file.status, 200);
        EXPECT_EQ(to_hex(sha256(as_bytes(file.body))), document["sha256"]);
    }
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
    ASSERT_TRUE(service_->start());
    client_ = std::make_unique<http::Client>(service_->client().value());
    for (const json& document : documents) {
        EXPECT_EQ(states(document),
                  (std::set<std::string>{"email acknowledged", "portal acknowledged"}));
    }
}

/// Mails by their subject's first word: 【送达】, 【告知】, 【抄送】.
std::map<std::string, std::vector<json>> by_kind(const std::vector<json>& mails) {
    std::map<std::string, std::vector<json>> found;
    for (const json& mail : mails) {
        const std::string subject = mail["subject"];
        found[subject.substr(0, subject.find("】"))].push_back(mail);
    }
    return found;
}

TEST_F(DeliveryLive, WhoGotADocumentAndWhoSupervisesAreToldThatItIsRevoked) {
    start();
    const json document = issue(1).at(0);
    ASSERT_TRUE(sinks_.wait_for_mails(1));
    ASSERT_TRUE(sinks_.wait_for_events(1));
    const std::string head = service_->make_key("--scope status");
    const http::Response revoked =
        ask("POST", "/api/v1/documents/" + document["id"].get<std::string>() + "/status",
            {{"Authorization", "Bearer " + head}, {"Content-Type", "application/json"}},
            R"({"status":"revoked","reason":"骗取许可","basis":"第六十九条"})");
    ASSERT_EQ(revoked.status, 200) << revoked.body;
    ASSERT_TRUE(sinks_.wait_for_mails(3));
    ASSERT_TRUE(sinks_.wait_for_events(3));
    auto mails = by_kind(sinks_.mails());
    ASSERT_EQ(mails["【送达"].size(), 1U);
    ASSERT_EQ(mails["【告知"].size(), 1U);
    ASSERT_EQ(mails["【抄送"].size(), 1U);
    EXPECT_EQ(mails["【告知"][0]["to"], mails["【送达"][0]["to"]);
    EXPECT_NE(mails["【抄送"][0]["to"].dump().find("supervision@example.org"), std::string::npos);
    for (const char* kind : {"【告知", "【抄送"}) {
        const json& mail = mails[kind][0];
        const std::string body = mail["body"];
        EXPECT_EQ(mail["defects"], json::array());
        EXPECT_TRUE(mail["files"].empty());
        EXPECT_NE(body.find("已被撤销"), std::string::npos);
        EXPECT_NE(body.find("原因：骗取许可"), std::string::npos);
        EXPECT_NE(body.find(document["verify"].get<std::string>()), std::string::npos);
    }
    std::map<std::string, json> events;
    for (const json& event : sinks_.events()) {
        const json& read = event["event"];
        events[read["data"].value("audience", read["type"].get<std::string>())] = read["data"];
    }
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events["recipient"]["portal_account"], events["document.issued"]["portal_account"]);
    EXPECT_EQ(events["supervisor"]["portal_account"], "jg-1");
    EXPECT_EQ(events["recipient"]["status"]["status"], "revoked");
    EXPECT_FALSE(events["recipient"].contains("code"));
    for (const json& leg : legs(document)) {
        if (leg["purpose"] == "service") {
            EXPECT_EQ(leg["document_status"]["status"], "revoked") << "out, and marked";
        }
    }
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

/// The mail server is away, so the mail is in flight; the portal has been told.
TEST_F(DeliveryLive, RevokedInFlightIsNotSentAndSuspendedGoesOnWhenGivenBack) {
    sinks_.stop_mail();
    start();
    const std::vector<json> documents = issue(2);
    ASSERT_TRUE(sinks_.wait_for_events(2));
    const auto status = [&](const json& document, const std::string& words) {
        return live::run_songda("status " + document["key"].get<std::string>() + ' ' + words +
                                " -c " + service_->config());
    };
    const auto state = [&](const json& document) {
        const json all = legs(document);
        for (const json& leg : all) {
            if (leg["channel"] == "email" && leg["purpose"] == "service") {
                return leg["state"].get<std::string>() + ' ' + leg.value("reason", "");
            }
        }
        return std::string("none");
    };
    // A leg that is with a courier at this moment is stopped when it comes back.
    const auto becomes = [&](const json& document, const std::string& wanted) {
        for (int looks = 0; state(document) != wanted && looks < 500; ++looks) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return state(document);
    };
    const auto revoked = status(documents[0], "revoked --reason 骗取许可 --basis 第六十九条");
    EXPECT_NE(revoked.output.find("待发 to be told: "), std::string::npos) << revoked.output;
    EXPECT_EQ(becomes(documents[0], "cancelled revoked"), "cancelled revoked");
    ASSERT_EQ(status(documents[1], "suspended --reason 检查").status, 0);
    EXPECT_EQ(becomes(documents[1], "held suspended"), "held suspended");
    // What the portal hears: two documents, and two changes to two audiences.
    ASSERT_TRUE(sinks_.wait_for_events(6));
    ASSERT_EQ(status(documents[1], "valid --reason 检查合格").status, 0);
    ASSERT_TRUE(sinks_.wait_for_events(8));
    EXPECT_NE(state(documents[1]).find_first_of("qrs"), std::string::npos) << "it waits its turn";
    EXPECT_EQ(state(documents[0]), "cancelled revoked");
    const auto shown = live::run_songda("delivery " + documents[0]["key"].get<std::string>() +
                                        " -c " + service_->config());
    for (const char* each : {"送达 email  撤销", "告知 portal 已到达", "抄送 portal 已到达",
                             "文书状态已变 the document is revoked"}) {
        EXPECT_NE(shown.output.find(each), std::string::npos) << each << '\n' << shown.output;
    }
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

TEST_F(DeliveryLive, OperatorSeesTheWayAndSendsAgain) {
    start();
    const json document = issue(1).at(0);
    ASSERT_TRUE(sinks_.wait_for_mails(1));
    const std::string command =
        "delivery " + document["key"].get<std::string>() + " -c " + service_->config();
    EXPECT_NE(live::run_songda(command + " --resend email").status, 0) << "a reason is needed";
    EXPECT_NE(live::run_songda(command + " --resend fax --reason x").status, 0);
    const auto again = live::run_songda(command + " --resend email --reason 邮箱已清理");
    EXPECT_EQ(again.status, 0) << again.output;
    ASSERT_TRUE(sinks_.wait_for_mails(2));
    std::set<std::string> message_ids;
    for (const json& mail : sinks_.mails()) {
        message_ids.insert(mail["message_id"]);
    }
    EXPECT_EQ(message_ids.size(), 2U);
    EXPECT_EQ(service_->stop(), 0);
    const auto shown = live::run_songda(command);
    EXPECT_NE(shown.output.find("渠道已受理"), std::string::npos) << shown.output;
    EXPECT_NE(shown.output.find("已到达"), std::string::npos) << shown.output;
    EXPECT_EQ(shown.output.find('@'), std::string::npos) << shown.output;
}

TEST_F(DeliveryLive, OperatorRecordsWhatWasFoundOut) {
    start();
    const json document = issue(1).at(0);
    ASSERT_TRUE(sinks_.wait_for_mails(1));
    const std::string command =
        "delivery " + document["key"].get<std::string>() + " -c " + service_->config();
    EXPECT_EQ(service_->stop(), 0);
    const auto shown = live::run_songda(command);
    const std::string head = "渠道已受理";
    const auto at = shown.output.find("编号 leg ", shown.output.find(head));
    ASSERT_NE(at, std::string::npos) << shown.output;
    const std::string leg = shown.output.substr(at + 11, shown.output.find('\n', at) - at - 11);
    EXPECT_NE(shown.output.find("--step bounce（被退信 it bounced）"), std::string::npos)
        << shown.output;
    const std::string step = command + " --leg " + leg + " --step ";
    EXPECT_NE(live::run_songda(step + "bounce").status, 0) << "a reason is needed";
    const auto refused = live::run_songda(step + "upheld --reason x");
    EXPECT_NE(refused.output.find("not for a leg that is accepted"), std::string::npos)
        << refused.output;
    EXPECT_NE(live::run_songda(step + "reached --at 2099-01-01 --reason x").status, 0);
    const auto recorded = live::run_songda(step + "reached --reason 收件人来电确认");
    EXPECT_EQ(recorded.status, 0) << recorded.output;
    EXPECT_NE(recorded.output.find("reached → 已到达 operator"), std::string::npos)
        << recorded.output;
    const auto contested = live::run_songda(step + "correction --reason 收件人否认");
    EXPECT_EQ(contested.status, 0) << contested.output;
    EXPECT_NE(contested.output.find("有争议"), std::string::npos) << contested.output;
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

TEST_F(DeliveryLive, LogHoldsNoMailboxAndNoCode) {
    start();
    issue(3);
    ASSERT_TRUE(sinks_.wait_for_mails(3));
    ASSERT_TRUE(sinks_.wait_for_events(3));
    EXPECT_EQ(service_->stop(), 0);
    const std::string log = service_->complaint();
    EXPECT_EQ(log.find('@'), std::string::npos) << log;
    for (const json& event : sinks_.events()) {
        EXPECT_EQ(log.find(event["event"]["data"]["code"].get<std::string>()), std::string::npos);
        EXPECT_EQ(log.find(event["event"]["data"]["portal_account"].get<std::string>()),
                  std::string::npos);
    }
}

TEST_F(DeliveryLive, MailServerThatIsAwayHoldsUpNothingElse) {
    sinks_.stop_mail();
    start();
    const std::vector<json> documents = issue(3);
    ASSERT_EQ(documents.size(), 3U);
    ASSERT_TRUE(sinks_.wait_for_events(3));
    EXPECT_EQ(service_->stop(), 0);
    ASSERT_TRUE(service_->start());
    client_ = std::make_unique<http::Client>(service_->client().value());
    for (const json& document : documents) {
        // A leg that the stop gave back untried is taken up again at once.
        json all = legs(document);
        for (int looks = 0; all.dump().find("\"sending\"") != std::string::npos && looks < 100;
             ++looks) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            all = legs(document);
        }
        ASSERT_EQ(all.size(), 2U);
        for (const json& leg : all) {
            if (leg["channel"] == "portal") {
                EXPECT_EQ(leg["state"], "reached");
            } else {
                EXPECT_TRUE(leg["state"] == "retry_wait" || leg["state"] == "queued") << leg;
            }
        }
    }
}

} // namespace
} // namespace songda
