// Dead letters at the departments' counter: their own, filtered, page by page, and nobody's
// address.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "delivery/settle.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class DeadLettersTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        document_ = json::parse(ask("POST", "/api/v1/documents", own_, line).body);
    }
    /// As a courier does.
    void give_up(delivery::ChannelKind channel, delivery::Reason reason) {
        const TimeMs now = SystemClock().now();
        store::Store& store = desk_->store();
        const auto claimed = store.claim_due(
            {static_cast<std::uint8_t>(channel), now, 1, 60'000, delivery::states_on_claim()});
        ASSERT_EQ(claimed.value().size(), 1U);
        const store::ClaimedLeg& leg = claimed.value()[0];
        const auto update = delivery::settle_outcome(
            leg.row, {delivery::Outcome::Kind::permanent, reason, "", 0}, {now, 0.5});
        const store::LegFinish finish{leg.row.id, leg.fence, update};
        ASSERT_TRUE(store.finish_legs({&finish, 1}).value()[0]);
    }
    json list(const std::string& bearer, const std::string& query = "") {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/dead-letters";
        request.query = query;
        request.headers.emplace_back("Authorization", "Bearer " + bearer);
        return json::parse(ask(std::move(request)).body);
    }

    std::string own_;
    std::string other_;
    json document_;
};

TEST_F(DeadLettersTest, AreListedToTheirDepartmentAloneAndWithoutAddresses) {
    EXPECT_TRUE(list(own_)["dead_letters"].empty());
    give_up(delivery::ChannelKind::email, delivery::Reason::address_invalid);
    const json found = list(own_);
    ASSERT_EQ(found["dead_letters"].size(), 1U) << found.dump();
    const json& one = found["dead_letters"][0];
    EXPECT_EQ(one["document"], document_["id"]);
    EXPECT_EQ(one["channel"], "email");
    EXPECT_EQ(one["reason"], "address_invalid");
    EXPECT_FALSE(one["reason_zh"].get<std::string>().empty());
    EXPECT_EQ(one["may_replay"], true);
    EXPECT_FALSE(found.contains("next"));
    EXPECT_EQ(found.dump().find("@example.org"), std::string::npos);
    EXPECT_TRUE(list(other_)["dead_letters"].empty());
}

TEST_F(DeadLettersTest, AreAskedForByChannelReasonAndAgeAndGoOnBehindACursor) {
    give_up(delivery::ChannelKind::email, delivery::Reason::address_invalid);
    give_up(delivery::ChannelKind::portal, delivery::Reason::endpoint_gone);
    const json all = list(own_)["dead_letters"];
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(list(own_, "channel=portal")["dead_letters"], json::array({all[1]}));
    EXPECT_EQ(list(own_, "reason=address_invalid")["dead_letters"], json::array({all[0]}));
    EXPECT_TRUE(list(own_, "before=2000-01-01")["dead_letters"].empty());
    EXPECT_EQ(list(own_, "before=9999-01-01")["dead_letters"].size(), 2U);
    const auto leg = desk_->store().find_leg(*parse_leg_id(all[0]["leg"].get<std::string>()));
    const std::string cursor =
        std::to_string(leg.value()->dead_since->value) + '.' + all[0]["leg"].get<std::string>();
    EXPECT_EQ(list(own_, "after=" + cursor)["dead_letters"], json::array({all[1]}));
}

TEST_F(DeadLettersTest, WrongQuestionsAreRefusedByName) {
    const json refused = list(own_, "after=x&channel=pigeon&before=2026-02-30");
    ASSERT_EQ(refused["errors"].size(), 3U) << refused.dump();
    EXPECT_EQ(refused["errors"][0]["pointer"], "/after");
    EXPECT_EQ(refused["errors"][1]["pointer"], "/channel");
    EXPECT_EQ(refused["errors"][2]["pointer"], "/before");
}

} // namespace
} // namespace songda::api
