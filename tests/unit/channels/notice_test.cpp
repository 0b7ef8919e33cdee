// What goes out when a document's status changes: golden bytes of the mail, what it says to whom,
// the event to the portal, and that neither brings anything of the document itself.
#include "delivery/channels/notice_letter.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "delivery/channels/mime.hpp"
#include "delivery/channels/webhook_channel.hpp"
#include "tests/fakes/golden_file.hpp"
#include "tests/unit/channels/read_mail.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery {
namespace {

using store::DocumentStatus;
using store::Operation;

/// A licence that was revoked two days after it was issued.
struct Telling {
    Telling() {
        notice.change = {DocumentStatus::revoked, *parse_rfc3339("2026-11-26T10:30:05+08:00"),
                         "以欺骗手段取得许可",    "key:k1",
                         Operation::ended,        "《中华人民共和国行政许可法》第六十九条"};
        notice.sequence = 2;
        notice.now = DocumentStatus::revoked;
        notice.verify = "https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC";
        sample.leg.purpose = store::LegPurpose::notice;
        sample.leg.created = notice.change.at;
    }
    [[nodiscard]] Dispatch dispatch() const {
        return {sample.leg, sample.document, {}, nothing, sample.now, &notice};
    }
    [[nodiscard]] std::string body() const { return notice_body(dispatch()); }
    [[nodiscard]] bool says(const std::string& text) const {
        return body().find(text) != std::string::npos;
    }

    samples::SampleDispatch sample;
    Notice notice;
    Collection nothing;
};

std::string compose_sample(const Telling& telling) {
    const std::string subject = notice_subject(telling.dispatch());
    const std::string body = telling.body();
    Mail mail;
    mail.leg = telling.sample.leg.id;
    mail.date = telling.sample.leg.created;
    mail.from_address = "songda@example.gov.cn";
    mail.from_name = "示例市电子证照送达";
    mail.to = telling.sample.leg.address.reveal();
    mail.subject = subject;
    mail.body = body;
    return compose(mail);
}

TEST(Notice, GoldenBytes) {
    EXPECT_EQ(compose_sample(Telling()), fakes::golden_file("mail/notice.eml"));
}

TEST(Notice, PythonReadsOneTextWithoutFileLinkOrCode) {
    const Telling telling;
    const auto read = fakes::read_mail(compose_sample(telling));
    EXPECT_EQ(read["type"], "text/plain");
    EXPECT_TRUE(read["files"].empty());
    EXPECT_TRUE(read["defects"].empty());
    EXPECT_EQ(read["subject"], "【告知】食品经营许可证 JY13201990000019 已被撤销");
    const std::string body = read["body"];
    EXPECT_EQ(body.find("/inbox/"), std::string::npos);
    EXPECT_EQ(body.find(telling.sample.collection.code.reveal()), std::string::npos);
}

TEST(Notice, SaysWhatHappenedWhenWhyAndOnWhatBasis) {
    const Telling telling;
    for (const char* each :
         {"𠮷*，您好", "《食品经营许可证》（编号：JY13201990000019）已被撤销，特此告知",
          "状态：撤销（代码03）", "时间：2026-11-26 10:30:05", "原因：以欺骗手段取得许可",
          "依据：《中华人民共和国行政许可法》第六十九条", "操作：05 注销",
          "办理部门：示例市行政审批局", "https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC\n",
          "仅为告知，不是送达", "has been revoked", "serves nothing", "【样本，不具法律效力】"}) {
        EXPECT_TRUE(telling.says(each)) << each;
    }
    EXPECT_FALSE(telling.says("此后")) << "it is what holds now";
    EXPECT_FALSE(telling.says("key:k1")) << "who did it is the department's own matter";
}

TEST(Notice, WhatIsHistoryByNowSaysSo) {
    Telling telling;
    telling.notice.change.status = DocumentStatus::suspended;
    telling.notice.change.operation = Operation::suspended;
    telling.notice.present = false;
    telling.notice.now = DocumentStatus::valid;
    EXPECT_TRUE(telling.says("已被暂扣"));
    EXPECT_TRUE(telling.says("此后状态又有变化，现在是：有效。"));
    EXPECT_TRUE(telling.says("now it is: valid"));
}

TEST(Notice, ExpiryIsToldWithItsLastDayAndWithoutAReason) {
    Telling telling;
    telling.sample.document.valid_until = Date{2031, 11, 24};
    const store::StatusEntry entry = store::expiry_of(Date{2031, 11, 24});
    telling.notice.change = entry.change;
    telling.notice.sequence = entry.sequence;
    telling.notice.now = entry.change.status;
    EXPECT_TRUE(notice_subject(telling.dispatch()).ends_with("JY13201990000019 已过有效期"));
    for (const char* each :
         {"已过有效期，特此告知", "状态：过期失效（代码05）", "时间：2031-11-25 00:00:00",
          "有效期至：2031年11月24日", "操作：04 过期失效", "is past its last day of validity",
          "Status: expired (code 05)", "Valid until: 2031-11-24", "Operation: 04"}) {
        EXPECT_TRUE(telling.says(each)) << each;
    }
    EXPECT_FALSE(telling.says("原因"));
    EXPECT_FALSE(telling.says("已签发"));
    const auto status = nlohmann::json::parse(webhook_body(telling.dispatch()))["data"]["status"];
    EXPECT_EQ(status, nlohmann::json::parse(R"({
        "sequence": 0, "status": "expired", "status_zh": "过期失效", "code": "05",
        "operation": "04", "operation_zh": "过期失效", "at": "2031-11-24T16:00:00.000Z"})"));
}

TEST(Notice, WhoSupervisesReadsTheSameWithoutTheHolder) {
    Telling telling;
    telling.sample.leg.purpose = store::LegPurpose::supervision;
    EXPECT_TRUE(notice_subject(telling.dispatch()).starts_with("【抄送】"));
    EXPECT_TRUE(telling.says("监管部门："));
    EXPECT_TRUE(telling.says("抄送贵部门"));
    EXPECT_TRUE(telling.says("原因：以欺骗手段取得许可"));
    EXPECT_FALSE(telling.says("𠮷"));
}

TEST(Notice, EveryStatusHasItsWords) {
    Telling telling;
    std::vector<std::string> subjects;
    for (const DocumentStatus status : store::document_statuses) {
        telling.notice.change.status = status;
        telling.notice.change.description = status == DocumentStatus::other ? "经法院裁定冻结" : "";
        subjects.push_back(notice_subject(telling.dispatch()));
    }
    EXPECT_TRUE(telling.says("说明：经法院裁定冻结"));
    telling.notice = {};
    telling.notice.sequence = 1;
    subjects.push_back(notice_subject(telling.dispatch()));
    EXPECT_TRUE(subjects.back().ends_with("已签发"));
    EXPECT_FALSE(telling.says("原因"));
    std::sort(subjects.begin(), subjects.end());
    EXPECT_EQ(std::unique(subjects.begin(), subjects.end()), subjects.end());
}

TEST(Notice, NoTextMakesALineOfItsOwn) {
    Telling telling;
    telling.notice.change.reason = "整改\n状态：有效\u2028x";
    EXPECT_TRUE(telling.says("原因：整改 状态：有效 x\n"));
}

TEST(Notice, ThePortalHearsAThinEventOfItsOwnType) {
    Telling telling;
    const auto event = nlohmann::json::parse(webhook_body(telling.dispatch()));
    EXPECT_EQ(event["type"], "document.status_changed");
    EXPECT_EQ(event["timestamp"], "2026-11-26T02:30:05.000Z");
    const auto& data = event["data"];
    EXPECT_EQ(data["audience"], "recipient");
    EXPECT_EQ(data["document"], "0193a1b2c3d47e5f8a9b0c1d2e3f0001");
    EXPECT_EQ(data["number"], "JY13201990000019");
    EXPECT_EQ(data["verify"], "https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC");
    EXPECT_EQ(data["present"], true);
    EXPECT_FALSE(data.contains("now"));
    EXPECT_FALSE(data.contains("link"));
    EXPECT_FALSE(data.contains("code"));
    EXPECT_EQ(data["status"], nlohmann::json::parse(R"({
        "sequence": 2, "status": "revoked", "status_zh": "撤销", "code": "03", "operation": "05",
        "operation_zh": "注销", "at": "2026-11-26T02:30:05.000Z", "reason": "以欺骗手段取得许可",
        "basis": "《中华人民共和国行政许可法》第六十九条"})"));
    telling.sample.leg.purpose = store::LegPurpose::supervision;
    telling.notice.present = false;
    telling.notice.now = DocumentStatus::valid;
    const auto copy = nlohmann::json::parse(webhook_body(telling.dispatch()))["data"];
    EXPECT_EQ(copy["audience"], "supervisor");
    EXPECT_EQ(copy["present"], false);
    EXPECT_EQ(copy["now"], "valid");
}

} // namespace
} // namespace songda::delivery
