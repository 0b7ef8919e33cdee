// What waits for somebody's word: a preview writes nothing; a draft is issued once another person
// of the issuing department names its preview's hash, by nobody else and never twice; a result that
// is handed over is signed for by both departments in the case's timeline.
#include "tests/unit/api/counter.hpp"

#include <fstream>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

class DraftsTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        author_ = make_key(fakes::department, {"issue", "read", "approve"}).bearer;
        head_ = make_key(fakes::department, {"read", "approve"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read", "approve"}).bearer;
    }
    /// The first letter of the samples, for a case of its own.
    static std::string letter(const std::string& case_number = "case-1") {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        while (std::getline(in, line) && line.find("permit-decision") == std::string::npos) {
        }
        const std::string member = "\"case_number\": \"";
        const std::size_t at = line.find(member) + member.size();
        return line.replace(at, line.find('"', at) - at, case_number);
    }
    http::Response post(const std::string& path, const std::string& bearer, const std::string& body,
                        const std::string& key = {}) {
        http::Request request;
        request.method = "POST";
        request.path = path;
        request.body = body;
        request.headers = {{"Authorization", "Bearer " + bearer}};
        if (!key.empty()) {
            request.headers.emplace_back("Idempotency-Key", key);
        }
        return ask(std::move(request));
    }
    static std::string member(const std::string& json, const std::string& name) {
        const std::string head = '"' + name + "\":\"";
        const std::size_t at = json.find(head);
        return at == std::string::npos
                   ? ""
                   : json.substr(at + head.size(),
                                 json.find('"', at + head.size()) - at - head.size());
    }
    http::Response approve(const std::string& id, const std::string& bearer,
                           const std::string& digest) {
        return post("/api/v1/drafts/" + id + "/approvals", bearer,
                    R"({"digest":")" + digest + "\"}");
    }
    [[nodiscard]] std::uint64_t documents() {
        return desk_->store().statistics().value().documents;
    }
    void tell(const std::string& event, const std::string& key) {
        ASSERT_EQ(post("/api/v1/cases/case-1/events", author_,
                       R"({"event":")" + event + R"(","day":"2026-11-20"})", key)
                      .status,
                  201);
    }

    std::string author_;
    std::string head_;
    std::string other_;
};

TEST_F(DraftsTest, PreviewIsAPdfWhoseHashIsToldAndNothingIsWritten) {
    const auto numbers = desk_->store().numbers().value();
    const http::Response preview = post("/api/v1/previews", author_, letter());
    EXPECT_EQ(preview.status, 200);
    EXPECT_EQ(preview.content_type, "application/pdf");
    const std::string digest = to_hex(sha256(as_bytes(preview.body)));
    EXPECT_EQ(preview.headers.back().second, digest);
    EXPECT_EQ(desk_->store().numbers().value(), numbers);
    EXPECT_EQ(documents(), 0U);
    EXPECT_TRUE(desk_->store().open_intents().value().empty());
    EXPECT_EQ(post("/api/v1/previews", author_, "{}").status, 422);
}

TEST_F(DraftsTest, AnotherPersonApprovesAndTheDocumentIsIssuedOnce) {
    const http::Response written = post("/api/v1/drafts", author_, letter(), "draft-1");
    ASSERT_EQ(written.status, 201) << written.body;
    EXPECT_EQ(post("/api/v1/drafts", author_, letter(), "draft-1").body, written.body);
    EXPECT_EQ(post("/api/v1/drafts", author_, letter("case-2"), "draft-1").status, 422);
    EXPECT_EQ(post("/api/v1/drafts", author_, letter()).status, 400) << "without a key";
    const std::string id = member(written.body, "id");
    const std::string digest = member(written.body, "digest");
    const http::Response preview = ask("GET", "/api/v1/drafts/" + id + "/preview", head_);
    EXPECT_EQ(to_hex(sha256(as_bytes(preview.body))), digest);
    EXPECT_EQ(approve(id, author_, digest).status, 403) << "the author";
    EXPECT_EQ(approve(id, head_, std::string(64, '0')).status, 422) << "another preview";
    EXPECT_EQ(documents(), 0U);
    const http::Response issued = approve(id, head_, digest);
    EXPECT_EQ(issued.status, 201) << issued.body;
    EXPECT_EQ(member(issued.body, "state"), "issued");
    EXPECT_EQ(documents(), 1U);
    EXPECT_EQ(approve(id, head_, digest).body, issued.body) << "its answer was lost";
    EXPECT_EQ(documents(), 1U);
    EXPECT_EQ(ask("GET", "/api/v1/documents/" + member(issued.body, "document"), author_).status,
              200);
    EXPECT_EQ(ask("GET", "/api/v1/drafts/" + id + "/preview", head_).status, 409);
    EXPECT_EQ(ask("GET", "/api/v1/drafts", head_).body, R"({"drafts":[]})");
}

TEST_F(DraftsTest, CrashBetweenIssueAndCloseIsMendedByTheNextApproval) {
    const http::Response written = post("/api/v1/drafts", author_, letter(), "draft-1");
    const std::string digest = member(written.body, "digest");
    const auto id = parse_draft_id(member(written.body, "id")).value();
    auto draft = desk_->store().find_draft(id).value().value();
    const auto decision = desk_->store().draft_decision(draft).value();
    const issuer::Row row{as_text(decision), "draft:" + to_text(id),
                          issuer::Approval{draft.digest, 1}};
    ASSERT_EQ(desk_->issuer().issue(fakes::department, {&row, 1}).front().kind,
              issuer::Answer::Kind::issued);
    const http::Response issued = approve(to_text(id), head_, digest);
    EXPECT_EQ(member(issued.body, "state"), "issued") << issued.body;
    EXPECT_EQ(documents(), 1U);
}

TEST_F(DraftsTest, RefusedDraftIsNeverIssued) {
    const http::Response written = post("/api/v1/drafts", author_, letter(), "draft-1");
    const std::string path = "/api/v1/drafts/" + member(written.body, "id");
    EXPECT_EQ(post(path + ":refuse", head_, "{}").status, 422) << "the reason is missing";
    EXPECT_EQ(post(path + ":refuse", head_, R"({"reason":"依据引用有误"})").status, 200);
    EXPECT_EQ(member(ask("GET", path, author_).body, "reason"), "依据引用有误");
    EXPECT_EQ(approve(member(written.body, "id"), head_, member(written.body, "digest")).status,
              409);
    EXPECT_EQ(documents(), 0U);
}

TEST_F(DraftsTest, AnotherDepartmentSeesNoneOfIt) {
    const http::Response written = post("/api/v1/drafts", author_, letter(), "draft-1");
    const std::string path = "/api/v1/drafts/" + member(written.body, "id");
    EXPECT_EQ(ask("GET", path, other_).status, 404);
    EXPECT_EQ(ask("GET", path + "/preview", other_).status, 404);
    EXPECT_EQ(approve(member(written.body, "id"), other_, member(written.body, "digest")).status,
              404);
    EXPECT_EQ(post(path + ":refuse", other_, R"({"reason":"x"})").status, 404);
    EXPECT_EQ(ask("GET", "/api/v1/drafts", other_).body, R"({"drafts":[]})");
}

TEST_F(DraftsTest, OnlyWhatWasApprovedIsIssued) {
    const std::string json = letter();
    const issuer::Row row{json, "k", issuer::Approval{Digest{1}, 1}};
    const issuer::Answer answer = desk_->issuer().issue(fakes::department, {&row, 1}).front();
    EXPECT_EQ(answer.kind, issuer::Answer::Kind::refused);
    ASSERT_EQ(answer.findings.size(), 1U);
    EXPECT_EQ(answer.findings.front().rule, "approved_preview");
    EXPECT_EQ(documents(), 0U);
}

TEST_F(DraftsTest, ResultIsHandedOverAndSignedForByBoth) {
    const std::string path = "/api/v1/departments/" + fakes::other_department.text + "/drafts";
    EXPECT_EQ(post(path, author_, letter(), "early").status, 409) << "nothing was received";
    tell("received", "1");
    tell("accepted", "2");
    EXPECT_EQ(post(path, author_, letter(), "still-early").status, 409) << "nothing was decided";
    tell("decided", "3");
    const http::Response handed = post(path, author_, letter(), "hand-over");
    ASSERT_EQ(handed.status, 201) << handed.body;
    const std::string id = member(handed.body, "id");
    const std::string digest = member(handed.body, "digest");
    EXPECT_NE(ask("GET", "/api/v1/drafts", other_).body.find(id), std::string::npos);
    EXPECT_EQ(approve(id, head_, digest).status, 403) << "the other department issues";
    const http::Response taken = approve(id, other_, digest);
    ASSERT_EQ(taken.status, 201) << taken.body;
    EXPECT_EQ(ask("GET", "/api/v1/documents/" + member(taken.body, "document"), other_).status,
              200);
    const std::string shown = ask("GET", "/api/v1/cases/case-1", author_).body;
    for (const char* const words :
         {R"("event":"handed_over","event_zh":"移交")", R"("event":"taken_over","event_zh":"接收")",
          "准予行政许可决定书"}) {
        EXPECT_NE(shown.find(words), std::string::npos) << shown;
    }
    EXPECT_EQ(ask("GET", "/api/v1/cases/case-1", other_).body, shown);
}

TEST_F(DraftsTest, ResultThatIsHandedBackSaysWhyInTheCase) {
    const std::string path = "/api/v1/departments/" + fakes::other_department.text + "/drafts";
    tell("received", "1");
    tell("accepted", "2");
    tell("decided", "3");
    const std::string id = member(post(path, author_, letter(), "hand-over").body, "id");
    EXPECT_EQ(
        post("/api/v1/drafts/" + id + ":refuse", other_, R"({"reason":"名称与申请不符"})").status,
        200);
    const std::string shown = ask("GET", "/api/v1/cases/case-1", author_).body;
    EXPECT_NE(shown.find(R"("event":"handed_back")"), std::string::npos);
    EXPECT_NE(shown.find("名称与申请不符"), std::string::npos);
    EXPECT_EQ(documents(), 0U);
}

} // namespace
} // namespace songda::api
