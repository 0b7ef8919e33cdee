// Web Push with the real service and a push service that nobody here wrote the cryptography of
// (tools/push_sink.py): the applicant subscribes in the opened inbox, the next document wakes the
// browser, its link opens the inbox, and who is told by nobody else stops being told.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

using nlohmann::json;

class PushLive : public testing::Test {
protected:
    void SetUp() override {
        const std::string keys = fakes::sample_keys_folder();
        push_ = std::make_unique<fakes::Sink>(
            "push_sink.py",
            std::vector<std::string>{"--tls-cert", keys + "/tls/server.pem", "--tls-key",
                                     keys + "/tls/server.key", "--subscription", subscription_file_,
                                     "--out", messages_file_});
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
        headers.emplace_back("Content-Type", "application/json");
        return client_->send(method, path, headers, body).value();
    }
    /// One of the same recipient each time.
    json issue() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json decision = json::parse(line);
        decision["idempotency_key"] = "push-" + std::to_string(++issued_);
        decision["case_number"] = "PUSH-" + std::to_string(issued_);
        const auto answer = ask("POST", "/api/v1/documents",
                                {{"Authorization", "Bearer " + bearer_}}, decision.dump());
        EXPECT_EQ(answer.status, 201) << answer.body;
        return json::parse(answer.body);
    }
    http::Response open(const std::string& link, const std::string& code) {
        return ask("POST", "/api/v1/inbox/" + link.substr(link.rfind('/') + 1) + ":open", {},
                   json{{"code", code}}.dump());
    }
    static std::string cookie_of(const http::Response& response) {
        for (const auto& [name, value] : response.headers) {
            if (name == "Set-Cookie" || name == "set-cookie") {
                return value.substr(0, value.find(';'));
            }
        }
        return {};
    }
    json told_to_clerk(const json& document) {
        return json::parse(
            ask("POST",
                "/api/v1/documents/" + document["id"].get<std::string>() + "/collection-code",
                {{"Authorization", "Bearer " + bearer_}})
                .body);
    }
    std::vector<json> messages() {
        std::vector<json> lines;
        std::istringstream in(fakes::read_file(messages_file_));
        for (std::string line; std::getline(in, line) && !in.eof();) {
            lines.push_back(json::parse(line));
        }
        return lines;
    }

    fakes::TemporaryFolder folder_;
    const std::string subscription_file_ = folder_.path() / "subscription.json";
    const std::string messages_file_ = folder_.path() / "messages.jsonl";
    live::Sinks sinks_;
    std::unique_ptr<fakes::Sink> push_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
    int issued_ = 0;
};

TEST_F(PushLive, SubscribedBrowserIsToldOfTheNextDocumentAndItsLinkOpensTheInbox) {
    const json first = told_to_clerk(issue());
    const http::Response opened = open(first["link"], first["code"]);
    ASSERT_EQ(opened.status, 200) << opened.body;
    EXPECT_EQ(json::parse(opened.body)["push_key"].get<std::string>().size(), 87U);
    const http::Headers session = {{"Cookie", cookie_of(opened)}};
    const std::string subscription = fakes::read_file(subscription_file_);
    EXPECT_EQ(ask("POST", "/api/v1/inbox/push", {}, subscription).status, 403);
    EXPECT_EQ(ask("POST", "/api/v1/inbox/push", session, R"({"endpoint":"http://x"})").status, 400);
    ASSERT_EQ(ask("POST", "/api/v1/inbox/push", session, subscription).status, 204);

    const json second = issue();
    ASSERT_TRUE(fakes::wait_in_folder(folder_.path(), [&] { return !messages().empty(); }));
    const json message = messages().at(0);
    ASSERT_TRUE(message.contains("message")) << message;
    EXPECT_EQ(message["message"]["what"], "document");
    const http::Response again = open(message["message"]["open"], told_to_clerk(second)["code"]);
    ASSERT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(json::parse(again.body)["documents"].size(), 2U);

    ASSERT_EQ(ask("DELETE", "/api/v1/inbox/push", session, subscription).status, 204);
    const json third = issue();
    const json shown = json::parse(ask("GET", "/api/v1/documents/" + third["id"].get<std::string>(),
                                       {{"Authorization", "Bearer " + bearer_}})
                                       .body);
    EXPECT_EQ(shown["delivery"].dump().find("web_push"), std::string::npos) << shown["delivery"];
}

} // namespace
} // namespace songda
