// Evidence of service with the real programs: the service serves a document over the portal, seals
// its records behind, has the seal time-stamped by its own authority; songda evidence exports the
// package beside it, and songda-verify finds it whole without the service, and a flipped bit by
// name.
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

using nlohmann::json;

class EvidenceLive : public testing::Test {
protected:
    void SetUp() override {
        live::Service::Options options;
        options.portal_port = sinks_.portal_port();
        options.mail_port = sinks_.mail_port();
        service_ = std::make_unique<live::Service>(options);
        const std::string keys = fakes::sample_keys_folder();
        std::ofstream(service_->config(), std::ios::app)
            << "[evidence]\nkey = \"" << keys << "/evidence/seal.key\"\ncertificate = \"" << keys
            << "/evidence/seal.pem\"\nauthorities = [\"built-in\"]\nseal_seconds = 1\n";
        ASSERT_TRUE(service_->start()) << service_->complaint();
        client_ = std::make_unique<http::Client>(service_->client().value());
        bearer_ = service_->make_key();
    }
    json ask(const std::string& method, const std::string& path, const std::string& body = "") {
        const auto answer =
            client_->send(method, path, {{"Authorization", "Bearer " + bearer_}}, body);
        return json::parse(answer.value().body);
    }
    json serve() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json row = json::parse(line);
        row["delivery"] = {"portal"};
        row["idempotency_key"] = "evidence-1";
        row["consent"] = {
            {"form", "送达地址确认书"}, {"version", "2026-1"}, {"given_on", "2026-11-01"}};
        const json made = ask("POST", "/api/v1/documents", row.dump());
        for (int looks = 0; looks < 400; ++looks) {
            if (ask("GET", "/api/v1/documents/" +
                               made["id"].get<std::string>())["service"]["state"] == "served") {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return made;
    }
    live::CommandResult evidence(const std::string& words) {
        return live::run_songda("evidence " + words + " -c " + service_->config());
    }

    live::Sinks sinks_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
};

TEST_F(EvidenceLive, APackageIsCheckedWithoutTheService) {
    const json document = serve();
    const std::string key = document["key"];
    for (int looks = 0; looks < 400; ++looks) {
        const std::string status = evidence("status").output;
        if (status.find("尚无时间戳") == std::string::npos &&
            status.find("已封存 sealed 4") != std::string::npos) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const std::string path = service_->folder() / "evidence.zip";
    const auto exported = evidence("export " + key + " -o " + path);
    ASSERT_EQ(exported.status, 0) << exported.output << service_->complaint();
    const std::string match = "evidence match " + key + " -c " + service_->config();
    EXPECT_EQ(
        live::run_command("echo nobody | " + std::string(SONGDA_PROGRAM) + ' ' + match).status, 1);
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::string line;
    std::getline(in, line);
    const std::string recipient = json::parse(line)["recipient"]["code"];
    const auto matched =
        live::run_command("echo " + recipient + " | " + std::string(SONGDA_PROGRAM) + ' ' + match);
    EXPECT_EQ(matched.status, 0) << matched.output;
    EXPECT_EQ(matched.output.find(recipient), std::string::npos);
    ASSERT_EQ(service_->stop(), 0);
    const auto store = live::run_songda("check-store -c " + service_->config());
    EXPECT_EQ(store.status, 0) << store.output;

    const std::string trust = fakes::sample_keys_folder() + "/trust";
    const std::string verify = SONGDA_VERIFY_PROGRAM " " + path + " --trust " + trust;
    const std::string own =
        " --evidence-seal " + fakes::sample_keys_folder() + "/evidence/seal.pem";
    const auto by_whom = live::run_command(verify);
    EXPECT_EQ(by_whom.status, 3) << "whose seal it is nobody said\n" << by_whom.output;
    EXPECT_NE(by_whom.output.find("须另行确认"), std::string::npos) << by_whom.output;
    const auto verified = live::run_command(verify + own);
    EXPECT_NE(verified.output.find("证据完整，可信"), std::string::npos) << verified.output;
    EXPECT_NE(verified.output.find("portal-reached"), std::string::npos) << verified.output;
    EXPECT_NE(verified.output.find("前已封存（时间戳"), std::string::npos) << verified.output;
    EXPECT_EQ(verified.status, 0) << verified.output;
    const auto mixed = live::run_command(verify + own + " --sm2 " + path);
    EXPECT_EQ(mixed.status, 2) << "an SM2 message is about a document\n" << mixed.output;
    EXPECT_EQ(mixed.output.find("证据完整"), std::string::npos) << mixed.output;
    const auto oracle =
        live::run_command("python3 " SONGDA_SOURCE_DIR "/tests/oracles/evidence.py " + path + ' ' +
                          trust + "/root.pem");
    EXPECT_EQ(oracle.status, 0) << oracle.output;

    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-4000, std::ios::end);
    const int byte = file.get();
    file.seekp(-4000, std::ios::end);
    file.put(static_cast<char>(byte ^ 1));
    file.close();
    const auto broken = live::run_command(verify + own);
    EXPECT_EQ(broken.status, 1) << broken.output;
    EXPECT_NE(broken.output.find("证据不可信"), std::string::npos) << broken.output;
}

} // namespace
} // namespace songda
