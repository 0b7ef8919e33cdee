// Ratings at the counter: an applicant rates a case that was served, once; its department sees a
// low one with its day and puts it right; who praised stays unnamed.
#include "tests/unit/api/applicant.hpp"

namespace songda::api {
namespace {

class RatingsTest : public ApplicantTest {
protected:
    http::Response rate(const std::string& cookie, const json& document, json said) {
        said["document"] = document["id"];
        return ask_in(cookie, "POST", "/api/v1/inbox/ratings", said.dump());
    }
    json listed(const std::string& path) { return json::parse(ask("GET", path, bearer_).body); }
};

TEST_F(RatingsTest, CaseIsRatedOnceAndOnlyWhenServed) {
    const auto [token, code] = way_in(documents_[0]);
    const std::string early = cookie_of(open(token, code_body(code)));
    EXPECT_EQ(json::parse(rate(early, documents_[0], {{"level", 5}}).body)["code"], "not-served");
    const std::string cookie = collect(documents_[0]);
    const http::Response opened = open(token, code_body(code));
    EXPECT_TRUE(json::parse(opened.body)["documents"][0]["rating"].is_null()) << opened.body;
    const http::Response rated = rate(cookie, documents_[0], {{"level", 5}, {"words", "很快"}});
    ASSERT_EQ(rated.status, 201) << rated.body;
    EXPECT_EQ(json::parse(rated.body)["level_zh"], "非常满意");
    EXPECT_FALSE(json::parse(rated.body).contains("due"));
    EXPECT_EQ(
        json::parse(rate(cookie, documents_[0], {{"level", 1}, {"words", "慢"}}).body)["code"],
        "rated-already");
    EXPECT_EQ(json::parse(open(token, code_body(code)).body)["documents"][0]["rating"]["level"], 5);
}

TEST_F(RatingsTest, NobodyRatesForAnother) {
    const std::string cookie = collect(documents_[0]);
    EXPECT_EQ(rate(cookie, documents_[1], {{"level", 1}, {"words", "慢"}}).status, 404);
    EXPECT_EQ(rate("songda_inbox=forged", documents_[0], {{"level", 5}}).status, 403);
}

TEST_F(RatingsTest, AnotherOfTheSameCaseLearnsOnlyThatItWasRated) {
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::string first;
    std::string third;
    std::getline(in, first);
    std::getline(in, third);
    std::getline(in, third);
    const std::string cookie = collect(documents_[0]);
    ASSERT_EQ(rate(cookie, documents_[0], {{"level", 2}, {"words", "只告诉部门"}}).status, 201);
    auto rating =
        desk_->store()
            .find_rating(fakes::department, json::parse(first)["case_number"].get<std::string>())
            .value();
    ASSERT_TRUE(rating);
    rating->case_key = json::parse(third)["case_number"].get<std::string>();
    ASSERT_TRUE(desk_->store().step_rating(std::nullopt, *rating, {}).value());
    collect(documents_[2]);
    const auto [token, code] = way_in(documents_[2]);
    const std::string shown = open(token, code_body(code)).body;
    EXPECT_EQ(json::parse(shown)["documents"][0]["rating"], (json{{"by_another", true}})) << shown;
    EXPECT_EQ(shown.find("只告诉部门"), std::string::npos);
}

TEST_F(RatingsTest, WhatIsWrongIsNamed) {
    const std::string cookie = collect(documents_[0]);
    const auto pointers = [&](const json& said) {
        const json answer = json::parse(rate(cookie, documents_[0], said).body);
        std::vector<std::string> found;
        for (const json& each : answer.value("errors", json::array())) {
            found.push_back(each["pointer"]);
        }
        return found;
    };
    using Found = std::vector<std::string>;
    EXPECT_EQ(pointers({{"level", 6}}), Found{"/level"});
    EXPECT_EQ(pointers({{"level", "5"}}), Found{"/level"});
    EXPECT_EQ(pointers({{"level", 2}}), Found{"/reasons"});
    EXPECT_EQ(pointers({{"level", 2}, {"reasons", {"weather"}}, {"words", "x"}}),
              Found{"/reasons"});
    EXPECT_EQ(pointers({{"level", 4}, {"words", std::string(301, 'x')}}), Found{"/words"});
    EXPECT_EQ(pointers({{"level", 4}, {"name", "x"}}), Found{"/name"});
}

TEST_F(RatingsTest, LowOneIsDueUntilThePersonWasCalledBack) {
    const std::string head = make_key(fakes::department, {"status"}).bearer;
    const std::string path =
        "/api/v1/documents/" + documents_[0]["id"].get<std::string>() + "/rating";
    const auto step = [&](const std::string& word, const std::string& note = "已联系申请人") {
        return ask("POST", path, head, json{{"step", word}, {"note", note}}.dump());
    };
    EXPECT_EQ(step("rectify").status, 404) << "nothing was rated yet";
    const std::string cookie = collect(documents_[0]);
    const http::Response rated =
        rate(cookie, documents_[0], {{"level", 1}, {"reasons", {"speed"}}, {"words", "等了很久"}});
    ASSERT_EQ(rated.status, 201) << rated.body;
    const json open = listed("/api/v1/ratings/open")["ratings"];
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0]["document"], documents_[0]["id"]);
    EXPECT_EQ(open[0]["due"], json::parse(rated.body)["due"]);
    EXPECT_EQ(step("call_back").status, 409);
    EXPECT_EQ(step("rectify", "").status, 422);
    ASSERT_EQ(step("rectify").status, 200);
    EXPECT_EQ(listed("/api/v1/ratings/open")["ratings"].size(), 1U);
    ASSERT_EQ(step("call_back").status, 200);
    EXPECT_TRUE(listed("/api/v1/ratings/open")["ratings"].empty());
    EXPECT_EQ(listed("/api/v1/ratings")["counts"][0]["level"], 1);
}

TEST_F(RatingsTest, OneThatWasAMistakeIsTakenOutOfTheCount) {
    const std::string head = make_key(fakes::department, {"status"}).bearer;
    ASSERT_EQ(
        rate(collect(documents_[0]), documents_[0], {{"level", 1}, {"words", "点错了"}}).status,
        201);
    ASSERT_EQ(ask("POST", "/api/v1/documents/" + documents_[0]["id"].get<std::string>() + "/rating",
                  head, json{{"step", "exclude"}, {"note", "申请人说明系误点"}}.dump())
                  .status,
              200);
    EXPECT_TRUE(listed("/api/v1/ratings")["counts"].empty());
    EXPECT_TRUE(listed("/api/v1/ratings/open")["ratings"].empty());
}

TEST_F(RatingsTest, WhoPraisedIsCountedAndNotNamedAndAnotherDepartmentSeesNothing) {
    ASSERT_EQ(rate(collect(documents_[0]), documents_[0], {{"level", 4}}).status, 201);
    const std::string own = ask("GET", "/api/v1/ratings", bearer_).body;
    EXPECT_EQ(json::parse(own)["counts"][0]["count"], 1);
    EXPECT_EQ(own.find(documents_[0]["id"].get<std::string>()), std::string::npos);
    const std::string other = make_key(fakes::other_department, {"read"}).bearer;
    EXPECT_TRUE(json::parse(ask("GET", "/api/v1/ratings", other).body)["counts"].empty());
}

} // namespace
} // namespace songda::api
