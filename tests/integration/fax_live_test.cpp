// A document by fax, for real: the service issues and calls, a device that nobody here's language
// wrote confirms the pages, and only then it is served; what is given up is a dead letter that an
// operator sends once more.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/fax_device.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

using nlohmann::json;

class FaxLive : public testing::Test {
protected:
    void SetUp() override {
        live::Service::Options options;
        options.portal_port = sinks_.portal_port();
        options.mail_port = sinks_.mail_port();
        options.fax_device = device_.uri();
        service_ = std::make_unique<live::Service>(options);
        ASSERT_TRUE(service_->start()) << service_->complaint();
        client_ = std::make_unique<http::Client>(service_->client().value());
        bearer_ = service_->make_key();
    }
    json ask(const std::string& method, const std::string& path, const std::string& body = {}) {
        const auto answer =
            client_->send(method, path, {{"Authorization", "Bearer " + bearer_}}, body);
        return json::parse(answer.value().body);
    }
    json issue() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json decision = json::parse(line);
        decision["recipient"]["fax"] = "02584567890";
        decision["delivery"] = {"fax"};
        decision["consent"] = {
            {"form", "送达地址确认书"}, {"version", "2026-1"}, {"given_on", "2026-11-01"}};
        return ask("POST", "/api/v1/documents", decision.dump());
    }
    json document(const json& issued) {
        return ask("GET", "/api/v1/documents/" + issued["id"].get<std::string>());
    }
    /// Looked at again each time the device has written something or a tenth of a second is over.
    bool wait_for_state(const json& issued, const std::string& state) {
        for (int looks = 0; looks < 300; ++looks) {
            if (document(issued)["delivery"][0]["state"] == state) {
                return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        ADD_FAILURE() << document(issued)["delivery"].dump();
        return false;
    }

    live::Sinks sinks_;
    fakes::FaxDevice device_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
};

TEST_F(FaxLive, ConfirmedPagesServeAndTheEvidenceHasThemWithoutTheNumber) {
    const json issued = issue();
    ASSERT_TRUE(issued.contains("id")) << issued.dump();
    ASSERT_TRUE(wait_for_state(issued, "reached"));
    EXPECT_EQ(device_.calls().at(0)["sha256"], issued["sha256"]);
    const json service = document(issued)["service"];
    EXPECT_EQ(service["state"], "served");
    EXPECT_EQ(service["rule"], "fax-confirmed");
    const std::string events = ask("GET", "/api/v1/events").dump();
    EXPECT_NE(events.find("pages 1/1"), std::string::npos) << events;
    EXPECT_EQ(events.find("84567890"), std::string::npos);
}

TEST_F(FaxLive, WhatTheDeviceRefusesIsADeadLetterThatGoesOnceMore) {
    device_.meet("refuse");
    const json issued = issue();
    ASSERT_TRUE(wait_for_state(issued, "failed"));
    EXPECT_EQ(ask("GET", "/api/v1/dead-letters")["dead_letters"].size(), 1U);
    const std::string command = "service dead -c " + service_->config();
    const auto shown = live::run_songda(command + " --channel fax");
    EXPECT_EQ(shown.status, 1) << shown.output;
    EXPECT_NE(shown.output.find("policy_rejected"), std::string::npos) << shown.output;
    EXPECT_EQ(live::run_songda(command + " --channel email").status, 0);
    EXPECT_EQ(live::run_songda(command + " --replay").status, 2) << "a reason is needed";
    device_.meet("good");
    const auto replayed = live::run_songda(command + " --channel fax --replay --reason 设备已修复");
    EXPECT_EQ(replayed.status, 0) << replayed.output;
    ASSERT_TRUE(wait_for_state(issued, "reached"));
    EXPECT_EQ(live::run_songda(command).status, 0);
    EXPECT_NE(ask("GET", "/api/v1/events").dump().find("leg.replay"), std::string::npos);
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

TEST_F(FaxLive, AServiceThatStopsInACallLeavesItUnknownWithItsJobAndCallsOnce) {
    device_.meet("slow");
    const json issued = issue();
    ASSERT_TRUE(fakes::wait_in_folder(device_.folder(), [&] { return !device_.calls().empty(); }));
    EXPECT_EQ(service_->stop(), 0) << "a call lasts minutes, a stop does not";
    ASSERT_TRUE(service_->start()) << service_->complaint();
    client_ = std::make_unique<http::Client>(service_->client().value());
    ASSERT_TRUE(wait_for_state(issued, "unknown"));
    const std::string events = ask("GET", "/api/v1/events").dump();
    EXPECT_NE(events.find("fax job 1 pages 0/1"), std::string::npos) << events;
    EXPECT_EQ(device_.calls().size(), 1U);
}

} // namespace
} // namespace songda
