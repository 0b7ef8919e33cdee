// Service of documents at the departments' counter: what is to be served and by when, page by page
// and nobody else's; what a recipient agreed to, and what that changes.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class ServicesTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read"}).bearer;
    }
    json issue(std::size_t number) {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        for (std::size_t i = 0; i <= number; ++i) {
            std::getline(in, line);
        }
        return json::parse(ask("POST", "/api/v1/documents", own_, line).body);
    }
    json list(const std::string& bearer, const std::string& query = "") {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/services";
        request.query = query;
        request.headers.emplace_back("Authorization", "Bearer " + bearer);
        return json::parse(ask(std::move(request)).body);
    }
    http::Response consent(const json& document, const std::string& bearer,
                           const std::string& body) {
        return ask("POST", "/api/v1/documents/" + document["id"].get<std::string>() + "/consent",
                   bearer, body);
    }

    std::string own_;
    std::string other_;
};

TEST_F(ServicesTest, WhatIsNotServedIsListedWithItsTermToItsDepartmentAlone) {
    const json document = issue(0);
    const json open = list(own_);
    ASSERT_EQ(open["services"].size(), 1U);
    const json& one = open["services"][0];
    EXPECT_EQ(one["id"], document["id"]);
    EXPECT_EQ(one["service"]["state"], "planned");
    EXPECT_EQ(one["serve_by"], one["service"]["serve_by"]);
    EXPECT_FALSE(open.contains("next"));
    EXPECT_TRUE(list(other_)["services"].empty());
    EXPECT_TRUE(list(own_, "until=2000-01-01")["services"].empty());
    const std::string cursor =
        one["serve_by"].get<std::string>() + "." + one["id"].get<std::string>();
    EXPECT_TRUE(list(own_, "after=" + cursor)["services"].empty());
}

TEST_F(ServicesTest, ADocumentSaysHowLongItTookAndNothingThatHasNotHappened) {
    const json document = issue(0);
    const auto shown = [&] {
        return json::parse(
            ask("GET", "/api/v1/documents/" + document["id"].get<std::string>(), own_, "").body);
    };
    const json clock = shown()["clock"];
    EXPECT_EQ(clock["issued_at"], document["issued_at"]);
    EXPECT_EQ(clock["decided_on"], document["decided_on"]);
    EXPECT_TRUE(clock["decided_to_issued"]["working_days"].is_number()) << clock;
    EXPECT_FALSE(clock["decided_to_issued"].contains("seconds")) << "a decision has a day";
    EXPECT_EQ(clock["serve_by"], shown()["service"]["serve_by"]);
    EXPECT_EQ(clock["late"],
              clock["serve_by"].get<std::string>() < to_text(china_date(SystemClock().now())));
    for (const char* const yet : {"first_attempt_at", "served_at", "issued_to_first_attempt",
                                  "issued_to_served", "decided_to_served"}) {
        EXPECT_FALSE(clock.contains(yet)) << yet;
    }
}

TEST_F(ServicesTest, WrongDaysAndCursorsAreRefusedByName) {
    const json refused = list(own_, "until=2026-02-30&after=x");
    ASSERT_EQ(refused["errors"].size(), 2U) << refused.dump();
    EXPECT_EQ(refused["errors"][0]["pointer"], "/until");
    EXPECT_EQ(refused["errors"][1]["pointer"], "/after");
}

TEST_F(ServicesTest, ConsentIsRecordedOnceAndTakenBack) {
    const json document = issue(0);
    const std::string given =
        R"({"given": true, "form": "送达地址确认书", "version": "2026-1", "day": "2026-11-01"})";
    const http::Response first = consent(document, own_, given);
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(json::parse(first.body)["consent"]["version"], "2026-1");
    EXPECT_EQ(consent(document, own_, given).status, 200);
    const auto id = parse_document_id(document["id"].get<std::string>());
    EXPECT_EQ(desk_->store().consents(*id).value().size(), 1U);
    const http::Response back = consent(
        document, own_,
        R"({"given": false, "form": "送达地址确认书", "version": "2026-1", "day": "2026-11-02"})");
    EXPECT_FALSE(json::parse(back.body).contains("consent"));
    EXPECT_EQ(desk_->store().consents(*id).value().size(), 2U);
    EXPECT_EQ(consent(document, other_, given).status, 404);
}

TEST_F(ServicesTest, ConsentOfTheFutureOrWithoutItsFormIsRefused) {
    const json document = issue(0);
    const http::Response refused =
        consent(document, own_, R"({"given": "yes", "form": "", "day": "2999-01-01", "x": 1})");
    ASSERT_EQ(refused.status, 422);
    const json body = json::parse(refused.body);
    std::vector<std::string> pointers;
    for (const json& each : body["errors"]) {
        pointers.push_back(each["pointer"]);
    }
    EXPECT_EQ(pointers, (std::vector<std::string>{"/x", "/given", "/form", "/version", "/day"}));
}

} // namespace
} // namespace songda::api
