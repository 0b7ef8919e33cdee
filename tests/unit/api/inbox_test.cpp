// The applicant at the counter, asked without a network: link and code open the inbox, the session
// hands over its own files and nobody else's, every refusal looks the same.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/leg_state.hpp"
#include "tests/unit/api/applicant.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class InboxTest : public ApplicantTest {};

TEST_F(InboxTest, LinkAndCodeOpenTheInboxAndTheFileIsTheOneThatWasIssued) {
    const auto [token, code] = way_in(documents_[0]);
    const http::Response opened = open(token, code_body(code));
    ASSERT_EQ(opened.status, 200) << opened.body;
    const json list = json::parse(opened.body)["documents"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["number"], documents_[0]["number"]);
    EXPECT_EQ(list[0]["status"], "valid");
    EXPECT_EQ(list[0]["delivery"].size(), 2U);
    const http::Response file = download(list[0]["download"], cookie_of(opened));
    ASSERT_EQ(file.status, 200);
    EXPECT_EQ(to_hex(sha256(as_bytes(file.body))), documents_[0]["sha256"]);
}

TEST_F(InboxTest, ShowsWhatBecameOfTheDocumentAndWhyAndServesItAllTheSame) {
    const std::string head = make_key(fakes::department, {"status"}).bearer;
    const json revoked = {{"status", "revoked"}, {"reason", "骗取许可"}, {"basis", "第六十九条"}};
    ASSERT_EQ(ask("POST", "/api/v1/documents/" + documents_[0]["id"].get<std::string>() + "/status",
                  head, revoked.dump())
                  .status,
              200);
    const auto [token, code] = way_in(documents_[0]);
    const json shown = json::parse(open(token, code_body(code)).body)["documents"][0];
    EXPECT_EQ(shown["status"], "revoked");
    EXPECT_EQ(shown["changed"]["reason"], "骗取许可");
    EXPECT_EQ(shown["changed"]["basis"], "第六十九条");
    EXPECT_EQ(shown["changed"]["operation_zh"], "注销");
    EXPECT_EQ(shown["delivery"].size(), 2U) << "what served it, not what told";
    EXPECT_EQ(shown["delivery"][0]["state"], "cancelled");
    EXPECT_FALSE(
        json::parse(open(way_in(documents_[1]).first, code_body(way_in(documents_[1]).second))
                        .body)["documents"][0]
            .contains("changed"));
}

TEST_F(InboxTest, SessionIsForNoScriptAndNoOtherSite) {
    const auto [token, code] = way_in(documents_[0]);
    for (const auto& [name, value] : open(token, code_body(code)).headers) {
        if (name == "Set-Cookie") {
            EXPECT_NE(value.find("HttpOnly"), std::string::npos);
            EXPECT_NE(value.find("SameSite=Strict"), std::string::npos);
            EXPECT_NE(value.find("Path=/api/v1/inbox"), std::string::npos);
        }
    }
}

TEST_F(InboxTest, EveryRefusalLooksTheSame) {
    const auto [token, code] = way_in(documents_[0]);
    const std::string wrong = code == "00000000" ? "00000001" : "00000000";
    const http::Response refused = open(token, code_body(wrong));
    EXPECT_EQ(refused.status, 403);
    for (const auto& [other_token, body] :
         {std::pair{token, std::string("{}")}, std::pair{token, std::string("not json")},
          std::pair{token, std::string("{\"code\":12345678}")},
          std::pair{std::string(40, '0'), code_body(code)},
          std::pair{std::string("x"), code_body(code)},
          std::pair{way_in(documents_[1]).first, code_body(code)}}) {
        const http::Response other = open(other_token, body);
        EXPECT_EQ(other.status, 403);
        EXPECT_EQ(other.body, refused.body);
        EXPECT_EQ(other.headers, refused.headers);
    }
}

TEST_F(InboxTest, FilesNeedAnOpenSessionOfTheirOwnInbox) {
    const auto [token, code] = way_in(documents_[0]);
    const std::string cookie = cookie_of(open(token, code_body(code)));
    const std::string own = "/api/v1/inbox/files/" + documents_[0]["id"].get<std::string>();
    const std::string foreign = "/api/v1/inbox/files/" + documents_[1]["id"].get<std::string>();
    EXPECT_EQ(download(own, "").status, 403);
    EXPECT_EQ(download(own, cookie + "A").status, 403);
    EXPECT_EQ(download(own, cookie).status, 200);
    const http::Response other = download(foreign, cookie);
    EXPECT_EQ(other.status, 404);
    EXPECT_EQ(other.body, download("/api/v1/inbox/files/nonsense", cookie).body);
    clock_.set(clock_.now() + 15 * 60'000);
    EXPECT_EQ(download(own, cookie).status, 403) << "the session has ended";
}

TEST_F(InboxTest, DepartmentSeesThatItsApplicantCollected) {
    const auto [token, code] = way_in(documents_[0]);
    const std::string cookie = cookie_of(open(token, code_body(code)));
    const std::string id = documents_[0]["id"];
    const auto states = [&] {
        std::vector<std::string> found;
        const json shown = json::parse(ask("GET", "/api/v1/documents/" + id, bearer_).body);
        for (const json& leg : shown["delivery"]) {
            found.push_back(leg["state"]);
        }
        return found;
    };
    EXPECT_EQ(states(), (std::vector<std::string>{"queued", "queued"}));
    // Nothing was sent yet: opening says nothing about the channels.
    EXPECT_EQ(download("/api/v1/inbox/files/" + id, cookie).status, 200);
    EXPECT_EQ(states(), (std::vector<std::string>{"queued", "queued"}));
    const auto legs = desk_->store().legs_of(*parse_document_id(id)).value();
    store::LegUpdate taken;
    taken.state = static_cast<std::uint8_t>(delivery::LegState::accepted);
    for (const store::LegRow& leg : legs) {
        ASSERT_TRUE(desk_->store().append_leg_event(leg.id, leg.state, taken).value());
    }
    EXPECT_EQ(download("/api/v1/inbox/files/" + id, cookie).status, 200);
    EXPECT_EQ(states(), (std::vector<std::string>{"acknowledged", "acknowledged"}));
}

/// Of a department that also refuses to accept applications.
class RefusalTest : public ApplicantTest {
protected:
    void configure(app::Config& config) override {
        config.departments.front().templates.emplace_back("rejection-notice");
    }
};

TEST_F(RefusalTest, OneThatWasServedSaysUntilWhenItMayBeContested) {
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/types.jsonl");
    std::string line;
    while (std::getline(in, line) && line.find("\"type-BYSL\"") == std::string::npos) {
    }
    const http::Response issued = ask("POST", "/api/v1/documents", bearer_, line);
    ASSERT_EQ(issued.status, 201) << issued.body;
    const json refusal = json::parse(issued.body);
    const auto shown = [&](const json& document) {
        const auto [token, code] = way_in(document);
        return json::parse(open(token, code_body(code)).body)["documents"][0];
    };
    EXPECT_FALSE(shown(refusal).contains("remedies")) << "not served yet";
    collect(refusal);
    const json remedies = shown(refusal)["remedies"];
    ASSERT_TRUE(remedies.is_object()) << shown(refusal).dump();
    EXPECT_EQ(remedies["counted_from"], to_text(china_date(clock_.now())));
    // One link opens what goes by portal and by e-mail, at one moment: either may be the first.
    EXPECT_TRUE(remedies["started_by"] == "portal-opened" ||
                remedies["started_by"] == "email-opened")
        << remedies;
    EXPECT_LT(remedies["review"]["until"], remedies["lawsuit"]["until"]);
    collect(documents_[0]);
    EXPECT_FALSE(shown(documents_[0]).contains("remedies")) << "a licence grants";
}

TEST_F(InboxTest, TellingTheCodeIsOnRecord) {
    way_in(documents_[0]);
    const auto audit = desk_->store().list_audit(0, 1000).value();
    EXPECT_EQ(audit.back().row.action, "collection_code_told");
    EXPECT_EQ(audit.back().row.subject, documents_[0]["id"]);
}

TEST_F(InboxTest, PageIsTheSameForEveryToken) {
    const http::Response page = ask("GET", "/inbox/anything");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(*page.shared_body, *ask("GET", "/inbox/" + way_in(documents_[0]).first).shared_body);
}

} // namespace
} // namespace songda::api
