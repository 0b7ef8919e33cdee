// The counter's record of a collection: a request in words, refused in words, once, and only by the
// department whose document it is.
#include "tests/unit/api/counter.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

#include "api/inbox_json.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class CollectionTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read", "status"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json decision = json::parse(line);
        decision["delivery"] = {"counter"};
        addressee_ = decision["recipient"]["code"];
        const http::Response issued = ask("POST", "/api/v1/documents", own_, decision.dump());
        ASSERT_EQ(issued.status, 201) << issued.body;
        id_ = json::parse(issued.body)["id"];
    }
    json record() const {
        return {
            {"collector", "agent"}, {"identity", "id_card"},       {"number", "320102199001010013"},
            {"name", "李四"},       {"checked", "chip"},           {"addressee", addressee_},
            {"mandate", "委-1"},    {"mandate_day", "2026-01-05"}, {"place", "一楼3号窗口"}};
    }
    http::Response collect(const json& body, const std::string& key = "a",
                           const std::string& bearer = {}) {
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/documents/" + id_ + "/collection";
        request.body = body.dump();
        request.headers = {{"Authorization", "Bearer " + (bearer.empty() ? own_ : bearer)},
                           {"Idempotency-Key", key}};
        return ask(std::move(request));
    }
    json shown() {
        return json::parse(ask("GET", "/api/v1/documents/" + id_, own_).body)["delivery"][0];
    }

    std::string own_;
    std::string other_;
    std::string addressee_;
    std::string id_;
};

TEST_F(CollectionTest, ServesTheDocumentOnceAndShowsWhoCame) {
    const http::Response first = collect(record());
    ASSERT_EQ(first.status, 201) << first.body;
    const json body = json::parse(first.body);
    EXPECT_EQ(body["service"]["rule"], "counter-collected");
    EXPECT_EQ(body["collected"]["name"], "李**");
    EXPECT_EQ(body["collected"]["mandate"], "委-1");
    EXPECT_EQ(first.body.find("320102199001010013"), std::string::npos);
    EXPECT_EQ(collect(record()).status, 200) << "its answer was lost";
    const http::Response twice = collect(record(), "b");
    EXPECT_EQ(twice.status, 409);
    EXPECT_EQ(json::parse(twice.body)["code"], "collected-already");
    EXPECT_EQ(shown()["state"], "acknowledged");
    EXPECT_EQ(shown()["collected"]["checked"], "chip");
}

TEST_F(CollectionTest, TheApplicantSeesWhoCameAndNoneOfTheMarksOfOthers) {
    ASSERT_EQ(collect(record(), "key-of-the-department").status, 201);
    const auto inbox = desk_->applicant_keys().inbox_of(fakes::department, addressee_);
    const std::string text = inbox_json(*parts_, collecting_->list(inbox).value());
    const json seen = json::parse(text)["documents"][0]["delivery"][0]["collected"];
    EXPECT_EQ(seen["collector"], "agent");
    EXPECT_EQ(seen["name"], "李**");
    EXPECT_EQ(seen["mandate"], "委-1");
    EXPECT_FALSE(seen.contains("person")) << text;
    EXPECT_EQ(text.find("key-of-the-department"), std::string::npos) << text;
    EXPECT_EQ(shown()["collected"]["key"], "key-of-the-department") << "its own department does";
}

TEST_F(CollectionTest, AStrangerIsRefusedInWordsAndNothingMoves) {
    json stranger = record();
    stranger["addressee"] = "91320199MA1MTQ5X0F";
    const http::Response refused = collect(stranger);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(json::parse(refused.body)["code"], "not-the-addressee");
    EXPECT_NE(json::parse(refused.body)["title"].get<std::string>().find("不一致"),
              std::string::npos);
    EXPECT_NE(shown()["state"], "acknowledged");
    EXPECT_EQ(collect(record()).status, 201) << "the refusal took nothing away";
}

TEST_F(CollectionTest, EachMissingWordIsNamed) {
    json poor = {{"collector", "agent"}, {"identity", "library_card"}, {"copy", 0}, {"x", "y"}};
    const http::Response refused = collect(poor);
    ASSERT_EQ(refused.status, 422);
    const json problem = json::parse(refused.body);
    std::vector<std::string> pointers;
    for (const json& each : problem["errors"]) {
        pointers.push_back(each["pointer"]);
    }
    EXPECT_EQ(pointers, (std::vector<std::string>{"/x", "/copy", "/identity", "/checked", "/number",
                                                  "/name", "/place", "/addressee", "/mandate"}));
    EXPECT_EQ(collect(record(), "").status, 400) << "no idempotency key";
    EXPECT_EQ(collect(record(), "a", other_).status, 404) << "another department's document";
    EXPECT_EQ(collect(json::array()).status, 400);
}

TEST_F(CollectionTest, PaperThatWasNeverPrintedIsAConflict) {
    json with_paper = record();
    with_paper["copy"] = 1;
    EXPECT_EQ(json::parse(collect(with_paper).body)["code"], "no-paper-copy");
}

} // namespace
} // namespace songda::api
