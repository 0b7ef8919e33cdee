// The counter for what happened to a letter: a clerk's hand-over, the carrier's events in any order
// and number, each with its own answer; people read them in plain words, newest first.
#include "tests/unit/api/counter.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

#include "api/inbox_json.hpp"
#include "delivery/channels/hand_post_channel.hpp"
#include "delivery/courier.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class TrackedEventsTest : public CounterTest {
protected:
    void configure(app::Config& config) override { config.delivery.post_by_hand = true; }
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        decision_ = json::parse(line);
        decision_["delivery"] = {"post"};
        decision_["recipient"]["address"] = "示例省示例市示例区示例路1号";
        id_ = issue(decision_);
    }
    std::string issue(const json& decision) {
        const http::Response issued = ask("POST", "/api/v1/documents", own_, decision.dump());
        EXPECT_EQ(issued.status, 201) << issued.body;
        return json::parse(issued.body)["id"];
    }
    http::Response tell(const std::string& body) {
        return ask("POST", "/api/v1/documents/" + id_ + "/tracked-events", own_, body);
    }
    json told(const json& body) {
        const http::Response answer = tell(body.dump());
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    }
    json event(const std::string& id, const std::string& status, std::int64_t hours) {
        return {{"id", id},
                {"occurred_at", to_china_time(clock_.now() + (hours - 100) * 3'600'000)},
                {"status", status}};
    }
    json letter() {
        return json::parse(ask("GET", "/api/v1/documents/" + id_, own_).body)["delivery"][0];
    }

    std::string own_;
    std::string id_;
    json decision_;
};

TEST_F(TrackedEventsTest, ALetterWaitsForTheClerkAndIsServedWhenItIsDelivered) {
    delivery::HandPostChannel post;
    delivery::Courier courier({desk_->store(),
                               desk_->applicant_keys(),
                               desk_->clock(),
                               desk_->random(),
                               desk_->metrics(),
                               {{delivery::ChannelKind::post, post, 1, 1}}});
    courier.run_once();
    EXPECT_EQ(letter()["reason"], "awaits_handover");
    json handed = event("h-1", "handed_over", 99);
    handed["number"] = "1200000000017";
    EXPECT_EQ(told(handed)["events"][0]["state"], "accepted");
    json delivered = event("d-1", "delivered", 100);
    delivered["received_by"] = "addressee";
    delivered["location"] = "示例市投递部";
    const json answer = told(delivered);
    EXPECT_EQ(answer["events"][0]["outcome"], "kept");
    EXPECT_EQ(answer["service"]["state"], "served");
    EXPECT_EQ(answer["service"]["rule"], "post-delivered");
    const json shown = letter()["tracked"];
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown[0]["zh"], "已投递收件人") << "newest first";
    EXPECT_EQ(shown[0]["place"], "示例市投递部");
    EXPECT_EQ(shown[1]["number"], "1200000000017");
    const auto inbox = desk_->applicant_keys().inbox_of(
        fakes::department, decision_["recipient"]["code"].get<std::string>());
    const std::string text = inbox_json(*parts_, collecting_->list(inbox).value());
    const json seen = json::parse(text)["documents"][0]["delivery"][0]["tracked"];
    EXPECT_EQ(seen[0]["zh"], "已投递收件人");
    EXPECT_FALSE(seen[0].contains("source"));
}

TEST_F(TrackedEventsTest, OneBadEventIsInNobodysWay) {
    json unknown = event("e-2", "teleported", 2);
    json bad = event("e 3", "in_transit", 3);
    bad["occurred_at"] = "yesterday";
    json vague = event("e-4", "delivered", 4); // to whom?
    const json answer = told({event("e-1", "in_transit", 1), unknown, bad, vague,
                              event("e-1", "in_transit", 1), event("e-1", "attempted", 1), 7});
    const std::vector<std::string> outcomes = {"kept",         "unknown_code", "malformed",
                                               "unknown_code", "repeated",     "contradicts",
                                               "malformed"};
    for (std::size_t at = 0; at < outcomes.size(); ++at) {
        EXPECT_EQ(answer["events"][at]["outcome"], outcomes[at]) << at;
    }
    EXPECT_EQ(answer["events"][2]["errors"].size(), 2U);
    EXPECT_EQ(answer["service"]["state"], "in_progress");
    const json shown = letter()["tracked"];
    EXPECT_EQ(shown.size(), 4U);
    bool flagged = false;
    for (const json& each : shown) {
        flagged = flagged || each.contains("contradicted");
    }
    EXPECT_TRUE(flagged);
}

TEST_F(TrackedEventsTest, LinesAreTakenTooAndALockerServesNobody) {
    json locker = event("l-2", "delivered", 5);
    locker["received_by"] = "locker";
    locker["signed"] = true;
    const http::Response answer =
        tell(event("l-1", "picked_up", 1).dump() + "\n" + locker.dump() + "\n{bad\n");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const json body = json::parse(answer.body);
    EXPECT_EQ(body["events"][1]["state"], "available");
    EXPECT_EQ(body["events"][2]["outcome"], "malformed");
    EXPECT_NE(body["service"]["state"], "served");
    EXPECT_EQ(tell("").status, 400);
}

TEST_F(TrackedEventsTest, WhatDoesNotGoByPostIsNotTracked) {
    json other = decision_;
    other["delivery"] = {"counter"};
    other["case_number"] = "another";
    other["idempotency_key"] = "another";
    id_ = issue(other);
    EXPECT_EQ(tell(event("1", "in_transit", 1).dump()).status, 409);
}

} // namespace
} // namespace songda::api
