// How a recipient can be reached: what a decision may ask for, and what it says when it asks for
// more than this house has.
#include "issuer/decision.hpp"

#include <gtest/gtest.h>

namespace songda::issuer {
namespace {

DecisionReading read(const std::string& ways, const WaysOffered& offered = every_way()) {
    return read_decision(R"({"idempotency_key": "k", "template": "t", "case_number": "1",
        "decided_on": "2026-11-20", "fields": {},
        "recipient": {"kind": "organisation", "name": "示例市公司", "code": "91320199MA5JMH929H",
                      "email": "a@example.org", "portal_account": "j-1", "phone": "+8613800138000"},
        )" + ways + "}",
                         {2026, 11, 24}, offered);
}

std::vector<std::string> findings(const DecisionReading& reading) {
    std::vector<std::string> found;
    for (const Finding& each : reading.findings) {
        found.push_back(each.pointer + ' ' + each.rule);
    }
    return found;
}

using Words = std::vector<std::string>;

TEST(Ways, AreReadInTheRecipientsOrder) {
    const auto reading = read(R"("delivery": ["portal"], "fallback": ["email", "counter"],
        "notices": ["sms", "voice"],
        "consent": {"form": "送达地址确认书", "version": "2026-1", "given_on": "2026-11-18"})");
    ASSERT_TRUE(reading.ok()) << findings(reading).front();
    const Ways& ways = reading.decision.ways;
    EXPECT_EQ(ways.delivery, Words{"portal"});
    EXPECT_EQ(ways.fallback, (Words{"email", "counter"}));
    EXPECT_EQ(ways.notices, (Words{"sms", "voice"}));
    ASSERT_TRUE(ways.consent);
    EXPECT_EQ(ways.consent->version, "2026-1");
    EXPECT_EQ(ways.consent->given_on, (Date{2026, 11, 18}));
}

TEST(Ways, ThatOnlyTellServeNothing) {
    EXPECT_EQ(findings(read(R"("delivery": ["sms"])")), Words{"/delivery/0 choice"});
    EXPECT_EQ(findings(read(R"("delivery": ["portal"], "notices": ["email"])")),
              Words{"/notices/0 choice"});
}

TEST(Ways, ThatThisHouseHasNotAreRefusedByName) {
    const auto reading = read(R"("delivery": ["portal", "counter"])", {"portal", "email"});
    ASSERT_EQ(findings(reading), Words{"/delivery/1 offered"});
    EXPECT_EQ(reading.findings[0].message_zh, "应为本系统开通的方式：portal, email");
}

TEST(Ways, StandOnceInAllLists) {
    EXPECT_EQ(findings(read(R"("delivery": ["email"], "fallback": ["email"])")),
              Words{"/fallback/0 unique"});
}

TEST(Ways, NeedTheirAddress) {
    EXPECT_EQ(findings(read(R"("delivery": ["fax", "post"], "notices": ["wechat"])")),
              (Words{"/recipient/fax required", "/recipient/address required",
                     "/recipient/wechat required"}));
}

TEST(Ways, OneAtLeastServes) {
    EXPECT_EQ(findings(read(R"("delivery": [], "notices": ["sms"])")), Words{"/delivery required"});
    EXPECT_EQ(findings(read(R"("notices": ["sms"])")), Words{"/delivery required"});
    EXPECT_EQ(findings(read(R"("delivery": "portal")")), Words{"/delivery kind"});
}

TEST(Ways, ConsentIsOfADayThatHasBeen) {
    EXPECT_EQ(findings(read(R"("delivery": ["portal"],
                  "consent": {"form": "送达地址确认书", "given_on": "2026-11-25", "by": "x"})")),
              (Words{"/consent/version required", "/consent/given_on not_in_future",
                     "/consent/by unknown"}));
}

TEST(Ways, ATelephoneNumberIsDialled) {
    const auto reading = read_decision(R"({"idempotency_key": "k", "template": "t",
        "case_number": "1", "decided_on": "2026-11-20", "fields": {}, "delivery": ["portal"],
        "recipient": {"kind": "organisation", "name": "示例市公司", "code": "91320199MA5JMH929H",
                      "portal_account": "j-1", "phone": "138-0013\r\n", "fax": "12"}})",
                                       {2026, 11, 24});
    EXPECT_EQ(findings(reading), (Words{"/recipient/phone forbidden_character",
                                        "/recipient/phone kind", "/recipient/fax kind"}));
}

} // namespace
} // namespace songda::issuer
