// The screens of a hall: let in by its token alone, shown masked names and nothing else of anybody,
// told when something changed.
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class HallsTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        parts_->halls = {
            {"hall", "示例市政务服务中心", {fakes::department}, digest(1), {"领取不收费"}},
            {"other-hall", "别处", {fakes::other_department}, digest(2), {}}};
        own_ = make_key(fakes::department, {"issue", "read", "status"}).bearer;
    }
    static Digest digest(std::uint8_t number) { return sha256(Bytes(16, number)); }
    static std::string token(const std::string& pair) {
        std::string text;
        for (int at = 0; at < 16; ++at) {
            text += pair;
        }
        return text;
    }
    http::Response screen(const std::string& place, const std::string& token,
                          http::Headers more = {}) {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/halls/" + place + "/display";
        request.peer = "192.0.2.9";
        request.headers = std::move(more);
        request.headers.emplace_back("Authorization", "Bearer " + token);
        return ask(std::move(request));
    }
    /// A document that waits at the counter.
    std::string issue() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        for (int row = 0; row < 8; ++row) { // the first whose recipient is a person
            std::getline(in, line);
        }
        json decision = json::parse(line);
        decision["delivery"] = {"counter"};
        const http::Response issued = ask("POST", "/api/v1/documents", own_, decision.dump());
        EXPECT_EQ(issued.status, 201) << issued.body;
        const std::string id = json::parse(issued.body)["id"];
        for (const store::LegRow& leg : desk_->store().legs_of(*parse_document_id(id)).value()) {
            const auto update = delivery::settle_offered(leg, clock_.now());
            EXPECT_TRUE(update &&
                        desk_->store().append_leg_event(leg.id, leg.state, *update).value());
        }
        return id;
    }
    std::string own_;
};

TEST_F(HallsTest, ShowsMaskedNamesAndTheEndOfANumber) {
    const std::string id = issue();
    const auto document = *desk_->store().find_document(*parse_document_id(id)).value();
    const http::Response shown = screen("hall", token("01"));
    ASSERT_EQ(shown.status, 200) << shown.body;
    const json body = json::parse(shown.body);
    EXPECT_EQ(body["title"], "示例市政务服务中心");
    EXPECT_EQ(body["notices"], json({"领取不收费"}));
    ASSERT_EQ(body["ready"].size(), 1U) << shown.body;
    const json& row = body["ready"][0];
    EXPECT_EQ(row, json({{"name", document.holder_masked},
                         {"number", "1"}, // …〔2026〕1号
                         {"counter", true},
                         {"kiosk", false}}));
    EXPECT_NE(row["name"].get<std::string>().find("**"), std::string::npos);
    for (const std::string& hidden : {id, document.number, document.case_number}) {
        EXPECT_EQ(shown.body.find(hidden), std::string::npos) << hidden;
    }
    EXPECT_TRUE(json::parse(screen("other-hall", token("02")).body)["ready"].empty());
}

TEST_F(HallsTest, IsLetInByItsOwnTokenAlone) {
    for (const auto& [place, shown] : {std::pair<std::string, std::string>{"hall", token("02")},
                                       {"other-hall", token("01")},
                                       {"nowhere", token("01")},
                                       {"hall", ""},
                                       {"hall", token("01") + "0"},
                                       {"hall", own_}}) {
        const http::Response answer = screen(place, shown);
        EXPECT_EQ(answer.status, 401) << place;
        EXPECT_EQ(json::parse(answer.body)["title"], json::parse(screen("x", "").body)["title"]);
    }
}

TEST_F(HallsTest, IsToldAgainOnlyWhenSomethingChanged) {
    const http::Headers follow = {{"Accept", "text/event-stream"}};
    const auto stream = screen("hall", token("01"), follow);
    EXPECT_EQ(stream.content_type, "text/event-stream");
    ASSERT_NE(stream.pieces, nullptr);
    const std::string first = stream.pieces->next().bytes;
    ASSERT_TRUE(first.starts_with("id: \"")) << first;
    EXPECT_NE(first.find("\nevent: display\ndata: {\"place\":\"hall\""), std::string::npos);
    EXPECT_TRUE(stream.pieces->next().bytes.empty());
    (void)issue();
    EXPECT_TRUE(stream.pieces->next().bytes.empty()) << "the store is looked at now and then";
    clock_.set(clock_.now() + 3000);
    const std::string second = stream.pieces->next().bytes;
    EXPECT_NE(second.find("**"), std::string::npos) << second;
    http::Headers again = follow;
    again.emplace_back("Last-Event-ID", second.substr(4, second.find('\n') - 4));
    EXPECT_TRUE(screen("hall", token("01"), again).pieces->next().bytes.empty());
}

} // namespace
} // namespace songda::api
