// What becomes of a licence, asked and told through the counters: a department suspends, gives back
// and takes away its own documents and no other's; the old code answers at once; a renewed licence
// names the one that replaced it, and a copy holds as long as its main.
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class StatusTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        bearer_ = make_key(fakes::department, {"issue", "status", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/licences.jsonl");
        std::string body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/documents:batch";
        request.headers = {{"Authorization", "Bearer " + bearer_}};
        request.body = body;
        std::istringstream lines(ask(std::move(request)).body);
        for (std::string line; std::getline(lines, line);) {
            const json row = json::parse(line);
            ASSERT_EQ(row["status"], 201) << line;
            documents_.push_back(row["document"]);
        }
        ASSERT_EQ(documents_.size(), 11U);
    }
    /// Of samples/licences.jsonl, counted from 1.
    std::string text(int row, const char* member) {
        return documents_[static_cast<std::size_t>(row - 1)][member];
    }
    http::Response set(int row, const json& body, const std::string& bearer = {}) {
        return ask("POST", "/api/v1/documents/" + text(row, "id") + "/status",
                   bearer.empty() ? bearer_ : bearer, body.dump());
    }
    json answer(int row) {
        return json::parse(ask("GET", "/api/v1/verify/" + text(row, "key")).body);
    }
    std::string status(int row) { return answer(row)["status"]["reason"]; }
    std::string page(int row) { return ask("GET", "/v/" + text(row, "key")).body; }

    std::string bearer_;
    std::vector<json> documents_;
};

const json taken = {{"status", "revoked"}, {"reason", "骗取许可"}, {"basis", "第六十九条"}};

TEST_F(StatusTest, TheOldCodeAnswersAtOnceWithItsStatusCode) {
    EXPECT_EQ(answer(1)["status"]["code"], "01");
    const auto suspended =
        set(1, {{"status", "suspended"}, {"reason", "整改"}, {"basis", "第六十一条"}});
    ASSERT_EQ(suspended.status, 200) << suspended.body;
    const json last = json::parse(suspended.body)["status"][1];
    EXPECT_EQ(last["code"], "02");
    EXPECT_EQ(last["operation"], "03");
    EXPECT_EQ(last["operation_zh"], "暂扣");
    EXPECT_EQ(last["basis"], "第六十一条");
    EXPECT_EQ(answer(1)["status"]["code"], "02");
    EXPECT_NE(page(1).find("已被暂扣"), std::string::npos);
    EXPECT_EQ(set(1, {{"status", "valid"}, {"reason", "整改合格"}, {"basis", "第六十一条"}}).status,
              200);
    EXPECT_EQ(answer(1)["status"]["reason"], "valid");
    EXPECT_EQ(set(1, taken).status, 200);
    EXPECT_EQ(answer(1)["status"]["code"], "03");
    const json shown = json::parse(ask("GET", "/api/v1/documents/" + text(1, "id"), bearer_).body);
    EXPECT_EQ(shown["status"].size(), 4U);
    EXPECT_EQ(shown["status"][0]["operation"], "01");
    EXPECT_EQ(shown["status"][2]["operation"], "06");
    EXPECT_EQ(shown["holds"]["status"], "revoked");
}

TEST_F(StatusTest, OtherStatusesNeedTheirDescriptionAndShowIt) {
    json other = {{"status", "other"}, {"reason", "法院冻结"}, {"basis", "第五条"}};
    EXPECT_EQ(set(1, other).status, 422);
    other["description"] = "经法院裁定冻结";
    EXPECT_EQ(set(1, other).status, 200);
    EXPECT_EQ(answer(1)["status"]["code"], "99");
    EXPECT_EQ(answer(1)["status"]["note"], "经法院裁定冻结");
    EXPECT_NE(page(1).find("经法院裁定冻结"), std::string::npos);
    json forfeited = taken;
    forfeited["status"] = "forfeited";
    EXPECT_EQ(set(1, forfeited).status, 200);
    EXPECT_EQ(answer(1)["status"]["code"], "07");
}

TEST_F(StatusTest, OnlyTheOwnDepartmentWithTheScopeMayAndAWrongStepChangesNothing) {
    EXPECT_EQ(set(1, taken, make_key(fakes::department, {"issue", "read"}).bearer).status, 401);
    EXPECT_EQ(set(1, taken, make_key(fakes::other_department, {"status"}).bearer).status, 404)
        << "as absent as an unknown one";
    EXPECT_EQ(ask("POST", "/api/v1/documents/00000000000000000000000000000000/status", bearer_,
                  taken.dump())
                  .status,
              404);
    EXPECT_EQ(status(1), "valid");
    ASSERT_EQ(set(1, taken).status, 200);
    EXPECT_EQ(set(1, taken).status, 200) << "the same words again";
    const auto back = set(1, {{"status", "valid"}, {"reason", "误"}, {"basis", "无"}});
    EXPECT_EQ(back.status, 409);
    EXPECT_EQ(json::parse(back.body)["code"], "status-step");
    const auto audit = desk_->store().status_history(*parse_document_id(text(1, "id"))).value();
    EXPECT_EQ(audit.size(), 2U);
}

TEST_F(StatusTest, EverythingWrongInTheBodyIsTold) {
    const auto refused =
        set(1, {{"status", "superseded"}, {"reason", "a\u0007"}, {"colour", "red"}});
    ASSERT_EQ(refused.status, 422);
    std::vector<std::string> told;
    const json problem = json::parse(refused.body);
    for (const json& error : problem["errors"]) {
        told.push_back(std::string(error["pointer"]) + ' ' + std::string(error["rule"]));
    }
    EXPECT_EQ(told, (std::vector<std::string>{"/colour unknown", "/status choice", "/reason kind",
                                              "/basis required"}));
    EXPECT_EQ(ask("POST", "/api/v1/documents/" + text(1, "id") + "/status", bearer_, "[1]").status,
              400);
    EXPECT_EQ(status(1), "valid");
}

/// Every way that the document went, and who supervises; a repeated request tells nobody again.
TEST_F(StatusTest, EverybodyIsToldOfAChangeAndWhatWaitedIsHeldOrStopped) {
    const auto delivery = [&](int row) {
        std::vector<std::string> found;
        const json shown =
            json::parse(ask("GET", "/api/v1/documents/" + text(row, "id"), bearer_).body);
        for (const json& leg : shown["delivery"]) {
            found.push_back(std::string(leg["purpose"]) + ' ' + std::string(leg["channel"]) + ' ' +
                            std::string(leg["state"]) + ' ' + leg.value("reason", "") +
                            (leg.contains("tells") ? leg["tells"].dump() : ""));
        }
        std::sort(found.begin(), found.end());
        return found;
    };
    const std::vector<std::string> before = delivery(1);
    ASSERT_EQ(before,
              (std::vector<std::string>{"service email queued ", "service portal queued "}));
    const json suspended = {{"status", "suspended"}, {"reason", "整改"}, {"basis", "第六十一条"}};
    ASSERT_EQ(set(1, suspended).status, 200);
    ASSERT_EQ(set(1, suspended).status, 200) << "the same words again";
    const std::vector<std::string> told = {
        "notice email queued 2",        "notice portal queued 2",
        "service email held suspended", "service portal held suspended",
        "supervision email queued 2",   "supervision portal queued 2"};
    EXPECT_EQ(delivery(1), told);
    EXPECT_EQ(delivery(2).size(), 6U) << "row 6 renewed it: in that transaction all were told";
    EXPECT_EQ(delivery(2)[2], "service email cancelled superseded");
    EXPECT_EQ(delivery(6).size(), 1U) << "what renews is delivered";
    // Row 8, its duplicate, fell with it: its own addresses are told, who supervises is not again.
    EXPECT_EQ(delivery(8)[0], "notice email queued 2");
    for (const std::string& leg : delivery(8)) {
        EXPECT_EQ(leg.find("supervision"), std::string::npos);
    }
    ASSERT_EQ(set(1, {{"status", "valid"}, {"reason", "整改合格"}, {"basis", "第六十一条"}}).status,
              200);
    EXPECT_EQ(delivery(1).size(), 10U);
    EXPECT_EQ(delivery(1)[4], "service email queued ");
    EXPECT_TRUE(desk_->store().fsck().value().clean());
}

/// Row 6 renews row 2, row 7 changes row 3.
TEST_F(StatusTest, ARenewedLicenceNamesWhatReplacedItAndTheOtherWayRound) {
    EXPECT_EQ(text(6, "number"), text(2, "number")) << "a renewal goes on with the number";
    const std::string before = text(2, "identifier");
    EXPECT_EQ(text(6, "identifier").substr(0, before.size() - 6),
              before.substr(0, before.size() - 6));
    EXPECT_EQ(text(6, "identifier").substr(before.size() - 5, 3), "002");
    const json old = answer(2);
    EXPECT_EQ(old["status"]["reason"], "superseded");
    EXPECT_EQ(old["status"]["code"], "05");
    ASSERT_EQ(old["document"]["relations"].size(), 1U);
    EXPECT_EQ(old["document"]["relations"][0]["kind"], "renewed_by");
    EXPECT_EQ(old["document"]["relations"][0]["text"],
              "已被《食品经营许可证》" + text(6, "number") +
                  "（版本002，2026年11月17日）替代（延续）");
    EXPECT_EQ(old.dump().find(text(6, "key")), std::string::npos) << "its key opens its own page";
    EXPECT_NE(page(2).find("替代（延续）"), std::string::npos);
    const json renewal = answer(6);
    EXPECT_EQ(renewal["status"]["reason"], "valid");
    EXPECT_EQ(renewal["document"]["relations"][0]["kind"], "renews");
    EXPECT_EQ(renewal["document"]["identifier"], text(6, "identifier"));
    EXPECT_EQ(answer(3)["document"]["relations"][0]["kind"], "changed_by");
    const json shown = json::parse(ask("GET", "/api/v1/documents/" + text(2, "id"), bearer_).body);
    EXPECT_EQ(shown["related"][0]["id"], text(6, "id"));
    EXPECT_EQ(shown["status"][1]["operation"], "02");
    EXPECT_EQ(shown["status"][1]["basis"], "《中华人民共和国行政许可法》第五十条");
}

/// Row 8 is the duplicate of row 1, row 10 an annotated copy of it.
TEST_F(StatusTest, CopiesFollowTheirMainAtOnce) {
    EXPECT_EQ(text(8, "identifier"), text(1, "identifier"));
    EXPECT_EQ(text(8, "number"), text(1, "number"));
    EXPECT_NE(text(8, "key"), text(1, "key"));
    EXPECT_EQ(answer(8)["document"]["relations"][0]["kind"], "duplicate_of");
    EXPECT_EQ(answer(10)["document"]["relations"][0]["kind"], "annotates");
    EXPECT_FALSE(answer(1)["document"].contains("relations"))
        << "who has copies is no one's business";
    ASSERT_EQ(set(10, taken).status, 200);
    EXPECT_EQ(status(1), "valid") << "a copy alone";
    EXPECT_EQ(status(8), "valid");
    ASSERT_EQ(set(1, taken).status, 200);
    EXPECT_EQ(status(8), "revoked");
    const json shown = json::parse(ask("GET", "/api/v1/documents/" + text(8, "id"), bearer_).body);
    EXPECT_EQ(shown["status"].size(), 1U) << "its own history";
    EXPECT_EQ(shown["holds"]["status"], "revoked");
    EXPECT_EQ(shown["relates"][0]["id"], text(1, "id"));
}

TEST_F(StatusTest, ARenewalIsReplayedAndNotIssuedTwice) {
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/licences.jsonl");
    std::string line;
    for (int row = 0; row < 6; ++row) {
        std::getline(in, line);
    }
    const auto replayed = ask("POST", "/api/v1/documents", bearer_, line);
    EXPECT_EQ(replayed.status, 201) << replayed.body;
    EXPECT_EQ(json::parse(replayed.body)["id"], text(6, "id"));
    json again = json::parse(line);
    again["idempotency_key"] = "another";
    again["case_number"] = "another";
    const auto refused = ask("POST", "/api/v1/documents", bearer_, again.dump());
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(json::parse(refused.body)["errors"][0]["rule"], "holds");
}

} // namespace
} // namespace songda::api
