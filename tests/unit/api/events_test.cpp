// The departments' stream of what happens to their documents: page by page and followed, each
// record once and in order, by document and code, and nobody else's.
#include "tests/unit/api/applicant.hpp"

namespace songda::api {
namespace {

class EventsTest : public ApplicantTest {
protected:
    http::Response events(const std::string& query = "", const http::Headers& more = {}) {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/events";
        request.query = query;
        request.headers = more;
        request.headers.emplace_back("Authorization", "Bearer " + bearer_);
        return ask(std::move(request));
    }
    std::vector<std::string> codes(const json& page) {
        std::vector<std::string> found;
        for (const json& each : page["events"]) {
            found.push_back(each["record"]["code"]);
        }
        return found;
    }
};

TEST_F(EventsTest, EachPageGoesOnWhereTheLastOneEnded) {
    EXPECT_TRUE(json::parse(events().body)["events"].empty());
    collect(documents_[0]);
    const json first = json::parse(events().body);
    ASSERT_FALSE(first["events"].empty());
    EXPECT_EQ(first["events"][0]["record"]["code"], "service.taken_in");
    EXPECT_FALSE(first["more"].get<bool>());
    const std::string next = std::to_string(first["next"].get<std::uint64_t>());
    EXPECT_TRUE(json::parse(events("after=" + next).body)["events"].empty());
    collect(documents_[1]);
    const json second = json::parse(events("after=" + next).body);
    for (const json& each : second["events"]) {
        EXPECT_GT(each["sequence"], first["next"]);
        EXPECT_EQ(each["record"]["document"]["id"], documents_[1]["id"]);
    }
}

TEST_F(EventsTest, DocumentAndCodeChoose) {
    collect(documents_[0]);
    collect(documents_[1]);
    const std::string id = documents_[1]["id"];
    for (const json& each : json::parse(events("document=" + id).body)["events"]) {
        EXPECT_EQ(each["record"]["document"]["id"], id);
    }
    const json served = json::parse(events("code=service.served").body);
    EXPECT_EQ(codes(served), (std::vector<std::string>{"service.served", "service.served"}));
    EXPECT_EQ(events("document=x&after=y").status, 422);
}

TEST_F(EventsTest, FollowedEachRecordComesOnceUnderItsSequence) {
    collect(documents_[0]);
    const auto stream = events("", {{"Accept", "text/event-stream"}});
    EXPECT_EQ(stream.content_type, "text/event-stream");
    ASSERT_NE(stream.pieces, nullptr);
    const std::string first = stream.pieces->next().bytes;
    EXPECT_TRUE(first.starts_with("id: 1\nevent: service.taken_in\ndata: {\"songda_evidence\":1"))
        << first;
    EXPECT_TRUE(stream.pieces->next().bytes.empty());
    const auto resumed =
        events("", {{"Accept", "text/event-stream"}, {"Last-Event-ID", "1"}}).pieces->next().bytes;
    EXPECT_TRUE(resumed.starts_with("id: 2\n")) << resumed;
    EXPECT_EQ(resumed, first.substr(first.find("id: 2\n")));
}

TEST_F(EventsTest, AnotherDepartmentSeesNothingOfIt) {
    collect(documents_[0]);
    bearer_ = make_key(fakes::other_department, {"read"}).bearer;
    EXPECT_TRUE(json::parse(events().body)["events"].empty());
}

TEST_F(EventsTest, OpenedInboxIsFollowedAndToldAgainOnlyWhenItChanged) {
    const std::string cookie = collect(documents_[0]);
    const auto follow = [&](const std::string& seen) {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/inbox/events";
        request.headers = {{"Cookie", cookie}, {"Last-Event-ID", seen}};
        return ask(std::move(request));
    };
    const auto stream = follow("");
    ASSERT_NE(stream.pieces, nullptr);
    const std::string first = stream.pieces->next().bytes;
    ASSERT_TRUE(first.starts_with("id: \"")) << first;
    EXPECT_NE(first.find("\nevent: inbox\ndata: {\"documents\":["), std::string::npos);
    EXPECT_TRUE(stream.pieces->next().bytes.empty());
    const std::string id = first.substr(4, first.find('\n') - 4);
    EXPECT_TRUE(follow(id).pieces->next().bytes.empty());
    const std::string head = make_key(fakes::department, {"status"}).bearer;
    const json revoked = {{"status", "revoked"}, {"reason", "骗取许可"}, {"basis", "第六十九条"}};
    ASSERT_EQ(ask("POST", "/api/v1/documents/" + documents_[0]["id"].get<std::string>() + "/status",
                  head, revoked.dump())
                  .status,
              200);
    EXPECT_NE(stream.pieces->next().bytes.find("\"status\":\"revoked\""), std::string::npos);
}

} // namespace
} // namespace songda::api
