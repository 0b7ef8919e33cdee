// Paper copies: each print is numbered and says so, a repeated request prints nothing twice, one
// copy is revoked alone and named to whoever verifies the document, and no other department sees
// any of it.
#include "tests/unit/api/counter.hpp"

#include <fstream>

namespace songda::api {
namespace {

class PaperTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read", "status"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read", "status"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string decision;
        std::getline(in, decision);
        const http::Response issued = ask("POST", "/api/v1/documents", own_, decision);
        ASSERT_EQ(issued.status, 201) << issued.body;
        id_ = member(issued.body, "id");
        key_ = member(issued.body, "key");
    }
    static std::string member(const std::string& json, const std::string& name) {
        const std::string head = '"' + name + "\":\"";
        const std::size_t at = json.find(head) + head.size();
        return json.substr(at, json.find('"', at) - at);
    }
    http::Response
    print(const std::string& bearer, const std::string& key,
          const std::string& body = R"({"place":"示例市政务服务中心3号窗口","collector":"李四"})") {
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/documents/" + id_ + "/copies";
        request.body = body;
        request.headers = {{"Authorization", "Bearer " + bearer}, {"Idempotency-Key", key}};
        return ask(std::move(request));
    }
    [[nodiscard]] std::string copy(int number) const {
        return "/api/v1/documents/" + id_ + "/copies/" + std::to_string(number);
    }
    static bool says(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }

    std::string own_;
    std::string other_;
    std::string id_;
    std::string key_;
};

TEST_F(PaperTest, EachPrintHasItsNumberAndTheIssuedFileInIt) {
    const http::Response first = print(own_, "a");
    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_TRUE(says(first.body, R"("number":1)"));
    EXPECT_EQ(print(own_, "a").body, first.body) << "its answer was lost";
    EXPECT_TRUE(says(print(own_, "b").body, R"("number":2)"));
    const std::string issued = ask("GET", "/api/v1/documents/" + id_ + "/file", own_).body;
    const http::Response printed = ask("GET", copy(2) + "/file", own_);
    EXPECT_EQ(printed.content_type, "application/pdf");
    EXPECT_EQ(printed.body.substr(0, issued.size()), issued);
    EXPECT_GT(printed.body.size(), issued.size());
    EXPECT_EQ(ask("GET", copy(3) + "/file", own_).status, 404);
}

TEST_F(PaperTest, OneCopyIsRevokedAloneAndNamedToWhoVerifies) {
    ASSERT_EQ(print(own_, "a").status, 201);
    ASSERT_EQ(print(own_, "b").status, 201);
    EXPECT_EQ(ask("POST", copy(1) + ":revoke", own_, "{}").status, 422);
    EXPECT_EQ(ask("POST", copy(9) + ":revoke", own_, R"({"reason":"遗失"})").status, 404);
    EXPECT_EQ(ask("POST", copy(1) + ":revoke", own_, R"({"reason":"遗失"})").status, 200);
    EXPECT_EQ(ask("GET", copy(1) + "/file", own_).status, 404);
    EXPECT_EQ(ask("GET", copy(2) + "/file", own_).status, 200);
    EXPECT_TRUE(says(ask("GET", "/api/v1/verify/" + key_).body, R"("revoked_paper_copies":[1])"));
    EXPECT_TRUE(says(ask("GET", "/v/" + key_).body, "第1份"));
    EXPECT_FALSE(says(ask("GET", "/v/" + key_).body, "第2份"));
    EXPECT_FALSE(says(ask("GET", "/v/" + key_).body, "李四")) << "nobody learns who took it";
}

TEST_F(PaperTest, WhatDoesNotHoldIsNotPrinted) {
    ASSERT_EQ(
        ask("POST", "/api/v1/documents/" + id_ + "/status", own_,
            R"({"status":"suspended","reason":"核查","basis":"《中华人民共和国行政许可法》第六十一条"})")
            .status,
        200);
    EXPECT_EQ(print(own_, "a").status, 409);
    EXPECT_TRUE(
        says(ask("GET", "/api/v1/documents/" + id_ + "/copies", own_).body, R"({"copies":[]})"));
}

TEST_F(PaperTest, AnotherDepartmentSeesNoPaper) {
    ASSERT_EQ(print(own_, "a").status, 201);
    EXPECT_EQ(print(other_, "x").status, 404);
    EXPECT_EQ(ask("GET", "/api/v1/documents/" + id_ + "/copies", other_).status, 404);
    EXPECT_EQ(ask("GET", copy(1) + "/file", other_).status, 404);
    EXPECT_EQ(ask("POST", copy(1) + ":revoke", other_, R"({"reason":"x"})").status, 404);
}

TEST_F(PaperTest, PlaceAndCollectorAreNeeded) {
    EXPECT_EQ(print(own_, "a", R"({"place":"窗口"})").status, 422);
    EXPECT_EQ(print(own_, "a", R"({"collector":"李四"})").status, 422);
    EXPECT_EQ(print(own_, "a", "[]").status, 422);
    EXPECT_EQ(print(own_, "", R"({"place":"窗口","collector":"李四"})").status, 400);
}

} // namespace
} // namespace songda::api
