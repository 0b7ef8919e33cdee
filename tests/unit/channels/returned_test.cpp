// Mails that come back, read by the caged program itself: reports of several servers, complaints,
// holiday notes and what is none of these; what each means; the answer's form; and hostile mail.
#include <gtest/gtest.h>

#include <chrono>

#include "base/child_program.hpp"
#include "delivery/channels/returned/meaning.hpp"
#include "tests/unit/channels/returned_samples.hpp"

namespace songda::delivery {
namespace {

using samples::report_mail;
using samples::Status;
using Kind = ReturnedMail::Kind;
using Means = MailReport::Kind;

constexpr std::string_view mailbox = "zhang.san+licence@mail.example.cn";
const Bytes secret(32, 0x42);
constexpr std::string_view domain = "bounce.example.gov.cn";

ReturnedMail read(std::string_view mail) {
    const auto answer = run_child({.words = {SONGDA_BINARY_DIR "/app/songda-mail-reader"},
                                   .output_bytes_max = returned_answer_bytes_max},
                                  as_bytes(mail));
    EXPECT_TRUE(answer.ok()) << answer.error().detail;
    if (!answer.ok()) {
        return {};
    }
    auto parsed = parse_returned(answer.value());
    EXPECT_TRUE(parsed.ok()) << as_text(answer.value());
    return parsed.ok() ? std::move(parsed).value() : ReturnedMail{};
}

MailReport meaning(std::string_view mail) {
    return meaning_of(read(mail), {true, mailbox}).value_or(MailReport{});
}

TEST(Returned, AReportIsReadAndItsLegProved) {
    const ReturnedMail mail = read(report_mail());
    EXPECT_EQ(mail.kind, Kind::report);
    const ReturnPath path = find_return_path(mail, secret, domain);
    EXPECT_EQ(path.kind, ReturnPath::Kind::ours);
    EXPECT_EQ(to_text(path.leg), "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b");
    EXPECT_EQ(leg_of_message_id(mail.original_id), path.leg);
    ASSERT_EQ(mail.reports.size(), 1U);
    EXPECT_EQ(mail.reports[0].status, "5.1.1");
    const MailReport report = *meaning_of(mail, {false, mailbox});
    EXPECT_EQ(report.kind, Means::failed);
    EXPECT_EQ(report.reason, Reason::address_invalid);
    EXPECT_EQ(report.trace, "dsn 5.1.1: 550 5.1.1 [mailbox] no such user");
    EXPECT_EQ(report.happened, parse_rfc3339("2026-11-24T09:30:00+08:00"));
}

TEST(Returned, OpensmtpdsOddFormIsAReportToo) {
    // multipart/mixed, no Original-Recipient, status 5.0.0 (delivery.md §4.3).
    std::string mail =
        report_mail({"failed", "5.0.0", "smtp; 555 not supported"}, "multipart/mixed");
    for (const char* cut : {"Original-Recipient: rfc822;zhang.san+licence@mail.example.cn\n",
                            "Last-Attempt-Date: Tue, 24 Nov 2026 09:30:00 +0800\n"}) {
        mail.erase(mail.find(cut), std::string_view(cut).size());
    }
    const MailReport report = meaning(mail);
    EXPECT_EQ(report.kind, Means::failed);
    EXPECT_EQ(report.happened, parse_rfc3339("2026-11-24T09:10:00+08:00")) << "when it arrived";
}

TEST(Returned, TheReasonIsTheStatusOrWhatTheServerSaid) {
    const auto reason = [](std::string status, std::string diagnostic) {
        return reason_name(
            reason_of({ReportAction::failed, std::move(status), std::move(diagnostic), {}}));
    };
    EXPECT_EQ(reason("5.1.1", ""), "address_invalid");
    EXPECT_EQ(reason("5.2.1", ""), "address_invalid");
    EXPECT_EQ(reason("5.1.2", ""), "address_unreachable");
    EXPECT_EQ(reason("5.2.2", ""), "mailbox_full");
    EXPECT_EQ(reason("4.2.2", ""), "mailbox_full");
    EXPECT_EQ(reason("4.4.7", ""), "timeout");
    EXPECT_EQ(reason("4.4.1", ""), "address_unreachable");
    EXPECT_EQ(reason("5.3.4", ""), "content_too_large");
    EXPECT_EQ(reason("5.7.1", ""), "policy_rejected");
    EXPECT_EQ(reason("5.7.26", ""), "policy_rejected");
    EXPECT_EQ(reason("5.5.0", "550 5.1.1 x"), "bounced") << "a status that says something counts";
    EXPECT_EQ(reason("5.0.0", "550 5.1.1 no such user"), "address_invalid");
    EXPECT_EQ(reason("5.0.0", "552 5.2.2 full"), "mailbox_full");
    EXPECT_EQ(reason("5.0.0", "550 no such user"), "address_invalid");
    EXPECT_EQ(reason("5.0.0", "554 spam"), "policy_rejected");
    EXPECT_EQ(reason("", "452 4.2.2 full"), "mailbox_full");
    EXPECT_EQ(reason("5.0.0", "mail system error"), "bounced");
    EXPECT_EQ(reason("", ""), "bounced");
    EXPECT_EQ(reason("5.1.1x", ""), "bounced");
    EXPECT_EQ(reason("9.9.9", "\xff\xfe"), "bounced");
}

TEST(Returned, WhatIsNoFailureIsNone) {
    EXPECT_EQ(meaning(report_mail({"delayed", "4.4.1", "smtp; 451 try later"})).kind,
              Means::delayed);
    EXPECT_EQ(meaning(report_mail({"delivered", "2.1.5", "smtp; 250 Ok"})).kind, Means::delivered);
    EXPECT_EQ(meaning(report_mail({"Delivered (to mailbox)", "2.1.5", ""})).kind, Means::delivered);
    EXPECT_EQ(meaning(report_mail({"eaten", "2.1.5", ""})).kind, Means::unclear);
    EXPECT_EQ(meaning(report_mail({"RELAYED", "2.0.0", ""})).kind, Means::passed_on);
    EXPECT_EQ(meaning(report_mail({"expanded", "2.0.0", ""})).kind, Means::passed_on);
    EXPECT_FALSE(
        meaning_of(read(report_mail({"delivered", "2.1.5", ""})), {false, mailbox})->believed);
}

TEST(Returned, OfSeveralRecipientsTheWorstCounts) {
    const std::string two = samples::recipient({"delivered", "2.1.5", "smtp; 250 Ok"}) + '\n' +
                            samples::recipient({"failed", "5.2.2", "smtp; 552 full"});
    std::string mail = report_mail();
    const std::string one = samples::recipient({});
    mail.replace(mail.find(one), one.size(), two);
    EXPECT_EQ(read(mail).reports.size(), 2U);
    EXPECT_EQ(meaning(mail).reason, Reason::mailbox_full);
}

TEST(Returned, ComplaintsHolidayNotesAndPlainTextAreTold) {
    const ReturnedMail complaint = read(samples::complaint());
    EXPECT_EQ(complaint.kind, Kind::complaint);
    EXPECT_EQ(find_return_path(complaint, secret, domain).kind, ReturnPath::Kind::ours);
    EXPECT_EQ(read(samples::holiday_note()).kind, Kind::automatic_reply);
    EXPECT_FALSE(meaning_of(read(samples::holiday_note()), {}));
    EXPECT_EQ(read(samples::plain_bounce()).kind, Kind::other);
    EXPECT_EQ(meaning(samples::plain_bounce()).kind, Means::unclear);
    std::string receipt = report_mail();
    receipt.replace(receipt.find("message/delivery-status"),
                    std::string_view("message/delivery-status").size(),
                    "message/disposition-notification");
    EXPECT_EQ(read(receipt).kind, Kind::automatic_reply) << "a receipt of having been read";
}

TEST(Returned, ForgedAndForeignAreToldApart) {
    const auto kind = [](const std::string& to) {
        std::string mail = report_mail({}, "multipart/report", to);
        const std::string path = "Return-Path: <" + std::string(samples::returned_to) + ">\n";
        mail.erase(mail.find(path), path.size()); // the returned header has the true one
        return find_return_path(read(mail), secret, domain).kind;
    };
    std::string forged(samples::returned_to);
    forged[forged.find('@') - 1] = '0';
    EXPECT_EQ(kind(forged), ReturnPath::Kind::forged);
    EXPECT_EQ(kind("postmaster@bounce.example.gov.cn"), ReturnPath::Kind::foreign);
    EXPECT_EQ(kind("<" + std::string(samples::returned_to) + ">"), ReturnPath::Kind::ours);
    EXPECT_EQ(kind("x@y.cn, " + std::string(samples::returned_to)), ReturnPath::Kind::ours);
}

TEST(Returned, EncodedAndDeepPartsAreFound) {
    std::string encoded = report_mail();
    const std::string head = "Content-Type: message/delivery-status\n\n";
    const std::size_t at = encoded.find(head) + head.size();
    const std::size_t end = encoded.find("\n--B/mx", at);
    // "Action: failed\nStatus: 5.2.2\n\n"
    encoded.replace(at, end - at, "QWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjIuMgoK");
    encoded.insert(at - 1, "Content-Transfer-Encoding: base64\n");
    EXPECT_EQ(meaning(encoded).reason, Reason::mailbox_full);
    std::string nested = "To: " + std::string(samples::returned_to) +
                         "\nContent-Type: multipart/mixed; boundary=o\n\n--o\n" +
                         report_mail().substr(report_mail().find("Content-Type: multipart")) +
                         "\n--o--\n";
    EXPECT_EQ(meaning(nested).reason, Reason::address_invalid);
}

TEST(Returned, HostileMailIsSoonDone) {
    std::string deep;
    for (int i = 0; i < 2000; ++i) {
        const std::string name = std::to_string(i);
        deep += "Content-Type: multipart/mixed; boundary=b" + name + "\n\n--b" + name + '\n';
    }
    std::string many = "Content-Type: message/delivery-status\n\n";
    for (int i = 0; i < 5000; ++i) {
        many += "Action: delayed\nStatus: 4.4.1\n\n";
    }
    std::string wide = "To: ";
    for (int i = 0; i < 5000; ++i) {
        wide += "a" + std::to_string(i) + "@b.cn, ";
    }
    const std::string whole = report_mail();
    const auto begun = std::chrono::steady_clock::now();
    for (const std::string& mail :
         {deep, many, wide + "\n\n", std::string(), std::string(1000, '\0'),
          std::string(returned_bytes_max, 'x'), std::string(returned_bytes_max, '\n'),
          "Content-Type: multipart/report; boundary=\"" + std::string(200'000, 'b')}) {
        const ReturnedMail read_back = read(mail);
        EXPECT_LE(read_back.reports.size(), reports_max);
        EXPECT_LE(read_back.addressed.size(), addressed_max);
    }
    for (std::size_t size = 0; size < whole.size(); size += 97) {
        (void)read(whole.substr(0, size));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60));
}

TEST(Returned, TheAnswerIsParsedStrictly) {
    const ReturnedMail mail{Kind::report,
                            {"a@b.cn", "c@d.cn"},
                            "<x@y.cn>",
                            {{ReportAction::failed, "5.1.1", "no | such", TimeMs{1234}},
                             {ReportAction::relayed, "", "", {}}}};
    const Bytes bytes = write_returned(mail);
    EXPECT_EQ(parse_returned(bytes).value(), mail);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto part = parse_returned(ByteView(bytes).first(size));
        EXPECT_TRUE(!part.ok() || bytes[size - 1] == '\n') << size;
    }
    const auto refused = [](const std::string& text) {
        return !parse_returned(as_bytes(text)).ok();
    };
    const std::string head = "songda-returned-mail 1 ";
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused(head + "report\n")) << "a report that reports nothing";
    EXPECT_TRUE(refused(head + "other\nreport failed - 5.1.1|x\n"));
    EXPECT_TRUE(refused(head + "other\nelse x\n"));
    EXPECT_TRUE(refused(head + "other\noriginal \n"));
    EXPECT_TRUE(refused(head + "report\nreport failed x 5.1.1|x\n"));
    EXPECT_TRUE(refused(head + "report\nreport eaten - 5.1.1|x\n"));
    EXPECT_TRUE(refused("songda-returned-mail 2 other\n"));
    std::string flood = head + "other\n";
    for (std::size_t i = 0; i <= addressed_max; ++i) {
        flood += "addressed a@b.cn\n";
    }
    EXPECT_TRUE(refused(flood));
}

} // namespace
} // namespace songda::delivery
