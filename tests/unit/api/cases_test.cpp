// The counter for cases: events in order with their clocks, documents of all departments that have
// a part in the case, nothing of it for others; every write once per key; a second notice of
// missing materials for a case is told.
#include "tests/unit/api/counter.hpp"

#include <fstream>

#include "base/json.hpp"

#include <rapidjson/document.h>

namespace songda::api {
namespace {

class CasesTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read"}).bearer;
    }
    http::Response tell(const std::string& bearer, const std::string& body,
                        const std::string& key = {}) {
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/cases/" + number_ + "/events";
        request.body = body;
        request.headers = {{"Authorization", "Bearer " + bearer},
                           {"Idempotency-Key", key.empty() ? std::to_string(++keys_) : key}};
        return ask(std::move(request));
    }
    int told(const std::string& body) { return tell(own_, body).status; }
    std::string shown(const std::string& bearer) {
        return ask("GET", "/api/v1/cases/" + number_, bearer).body;
    }
    static bool says(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }
    /// One of the samples, of another department when asked, for this case.
    http::Response issue(const std::string& bearer) {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        const std::string member = "\"case_number\": \"";
        const std::size_t at = line.find(member) + member.size();
        line.replace(at, line.find('"', at) - at, number_);
        return ask("POST", "/api/v1/documents", bearer, line);
    }

    std::string number_ = "32019920261102000001";
    std::string own_;
    std::string other_;
    int keys_ = 0;
};

TEST_F(CasesTest, EventsInOrderMakeTheTimelineAndItsClocks) {
    EXPECT_EQ(told(R"({"event":"received","day":"2026-11-02"})"), 201);
    EXPECT_TRUE(says(shown(own_), R"("deadline":"supplement","deadline_zh":"一次告知补正期限")"));
    EXPECT_TRUE(says(shown(own_), R"("due":"2026-11-09")")) << shown(own_);
    EXPECT_EQ(told(R"({"event":"accepted","day":"2026-11-03","promised_days":5})"), 201);
    const std::string accepted = shown(own_);
    EXPECT_TRUE(says(accepted, R"("state":"accepted","state_zh":"办理中")")) << accepted;
    EXPECT_TRUE(says(accepted, R"("deadline":"decision_statutory")"));
    EXPECT_TRUE(says(accepted, R"("due":"2026-12-01")")) << accepted;
    EXPECT_TRUE(says(accepted, R"("due":"2026-11-10")")) << "the promised one, 5 working days";
    EXPECT_EQ(told(R"({"event":"paused","day":"2026-11-04","note":"专家评审"})"), 201);
    const std::string paused = shown(own_);
    EXPECT_TRUE(says(paused, R"("due":null)")) << "the statutory clock stands";
    EXPECT_TRUE(says(paused, R"("due":"2026-11-10")")) << "the promised one does not";
    EXPECT_EQ(told(R"({"event":"resumed","day":"2026-11-06"})"), 201);
    EXPECT_EQ(told(R"({"event":"decided","day":"2026-11-09"})"), 201);
    EXPECT_TRUE(says(shown(own_), R"("deadline":"delivery")"));
    EXPECT_EQ(told(R"({"event":"closed","day":"2026-11-09","note":"已送达"})"), 201);
    EXPECT_TRUE(says(shown(own_), R"("deadlines":[])"));
}

TEST_F(CasesTest, WhatCannotFollowIsRefusedAndNamed) {
    EXPECT_EQ(told(R"({"event":"accepted","day":"2026-11-03"})"), 422) << "nothing was received";
    ASSERT_EQ(told(R"({"event":"received","day":"2026-11-02"})"), 201);
    struct Bad {
        const char* body;
        const char* words;
    };
    for (const Bad& bad :
         {Bad{R"({"event":"accepted","day":"2026-11-01"})", "case_day"},
          Bad{R"({"event":"accepted","day":"2999-11-01"})", "not_future"},
          Bad{R"({"event":"accepted","day":"2026-02-30"})", "/day"},
          Bad{R"({"event":"decided","day":"2026-11-03"})", "已收件"},
          Bad{R"({"event":"closed","day":"2026-11-03"})", "/note"},
          Bad{R"({"event":"handed_over","day":"2026-11-03"})", "/event"},
          Bad{R"({"event":"accepted","day":"2026-11-03","promised_days":0})", "/promised_days"},
          Bad{R"({"event":"accepted","day":"2026-11-03","who":"x"})", "/who"},
          Bad{R"({"event":"referred","day":"2026-11-03","to":"1132"})", "/to"},
          Bad{R"({"event":"accepted","day":"2026-11-03","to":"11320199014138860W"})", "/to"},
          Bad{R"([])", "json"}, Bad{"{", "json"}}) {
        const http::Response response = tell(own_, bad.body);
        EXPECT_EQ(response.status, 422) << bad.body;
        EXPECT_TRUE(says(response.body, bad.words)) << bad.body << response.body;
    }
    EXPECT_TRUE(says(shown(own_), R"("state":"received")"));
}

TEST_F(CasesTest, SameKeyTellsAnEventOnce) {
    const std::string received = R"({"event":"received","day":"2026-11-02"})";
    const http::Response first = tell(own_, received, "one");
    const http::Response again = tell(own_, received, "one");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(tell(own_, R"({"event":"received","day":"2026-11-03"})", "one").status, 422);
    EXPECT_EQ(ask("POST", "/api/v1/cases/" + number_ + "/events", own_, received).status, 400);
}

TEST_F(CasesTest, OnlyDepartmentsWithAPartSeeTheCaseAndOnlyItsOwnTellsOfIt) {
    ASSERT_EQ(told(R"({"event":"received","day":"2026-11-02"})"), 201);
    ASSERT_EQ(issue(own_).status, 201);
    const std::string nothing = ask("GET", "/api/v1/cases/unknown", other_).body;
    EXPECT_EQ(ask("GET", "/api/v1/cases/" + number_, other_).status, 404);
    EXPECT_EQ(tell(other_, R"({"event":"accepted","day":"2026-11-03"})").status, 404);
    ASSERT_EQ(told(R"({"event":"referred","day":"2026-11-03","to":")" +
                   fakes::other_department.text + "\"}"),
              201);
    EXPECT_TRUE(says(shown(other_), "食品经营许可证")) << "its documents too";
    EXPECT_EQ(tell(other_, R"({"event":"accepted","day":"2026-11-03"})").status, 403);
}

TEST_F(CasesTest, OneCaseHasDocumentsOfSeveralDepartments) {
    ASSERT_EQ(issue(own_).status, 201);
    ASSERT_EQ(issue(other_).status, 201);
    EXPECT_TRUE(says(shown(own_), R"("state":"none")"));
    const auto count = [this](const std::string& bearer) {
        const auto read = parse_json(shown(bearer));
        return find_member(read.value().root(), "documents")->Size();
    };
    EXPECT_EQ(count(own_), 1U) << "who has no part in the other's case sees its own";
    ASSERT_EQ(told(R"({"event":"received","day":"2026-11-02"})"), 201);
    EXPECT_EQ(count(own_), 1U);
    ASSERT_EQ(told(R"({"event":"referred","day":"2026-11-03","to":")" +
                   fakes::other_department.text + "\"}"),
              201);
    EXPECT_EQ(count(own_), 2U);
    EXPECT_EQ(count(other_), 2U);
}

} // namespace
} // namespace songda::api
