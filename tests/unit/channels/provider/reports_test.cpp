// Reports as they come in: who may send them, and what each body means. Shapes are those of
// tests/fixtures/provider; signatures are computed as the providers' pages say.
#include "delivery/channels/provider/reports.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/provider/flat_xml.hpp"
#include "tests/unit/channels/provider/sample_provider.hpp"

namespace songda::delivery::provider {
namespace {

using samples::fixture;
using samples::shipped;

const TimeMs now = *parse_rfc3339("2026-11-30T09:05:00+08:00");

ReportCall call_with(std::string_view token, std::string_view query, std::string_view body,
                     std::map<std::string, std::string> headers = {},
                     std::string_view peer = "203.0.113.7") {
    return {token, query, body, peer, [headers](std::string_view name) -> std::string_view {
                static thread_local std::string found;
                const auto known = headers.find(std::string(name));
                found = known == headers.end() ? "" : known->second;
                return found;
            }};
}

std::vector<Report> reports_in(const std::string& name, const std::string& file) {
    return read_reports(*shipped(name).callback, fixture(file), now).reports;
}

TEST(ProviderReports, OneBadElementNeverStopsTheOthers) {
    const ReportBody body =
        read_reports(*shipped("aliyun-sms").callback, fixture("aliyun-reports.json"), now);
    EXPECT_EQ(body.malformed, 2U) << "a text, and one that names no message";
    ASSERT_EQ(body.reports.size(), 4U);
    EXPECT_EQ(to_text(*body.reports[0].leg), samples::leg_text);
    EXPECT_EQ(body.reports[0].what.kind, ReportKind::reached);
    EXPECT_EQ(to_china_time(body.reports[0].what.happened), "2026-11-30T09:02:09+08:00");
    EXPECT_EQ(body.reports[0].what.detail, "report code DELIVERED ref 900619746936498440^0");
    EXPECT_EQ(body.reports[1].what.kind, ReportKind::failed);
    EXPECT_EQ(body.reports[1].what.reason, Reason::blocked_by_user);
    EXPECT_TRUE(body.reports[2].unknown_code) << "a carrier's own code";
    EXPECT_EQ(body.reports[2].what.kind, ReportKind::failed) << "as `success` says";
    EXPECT_FALSE(body.reports[3].leg);
    EXPECT_EQ(body.reports[3].ref, "900619746936498443^0");
}

TEST(ProviderReports, WechatsXmlIsReadAndOtherEventsAreNoReports) {
    const auto good = reports_in("wechat-template", "wechat-report.xml");
    ASSERT_EQ(good.size(), 1U);
    EXPECT_EQ(good[0].ref, "200228332");
    EXPECT_EQ(good[0].what.kind, ReportKind::reached);
    EXPECT_EQ(good[0].what.happened.value, 1796000523000);
    const auto blocked = reports_in("wechat-template", "wechat-report-blocked.xml");
    ASSERT_EQ(blocked.size(), 1U);
    EXPECT_EQ(blocked[0].what.reason, Reason::blocked_by_user);
    const ReportBody other =
        read_reports(*shipped("wechat-template").callback, fixture("wechat-other-event.xml"), now);
    EXPECT_EQ(other.others, 1U);
    EXPECT_EQ(other.malformed, 0U);
}

TEST(ProviderReports, APressedKeyAcknowledgesACall) {
    const auto calls = reports_in("voice", "voice-reports.json");
    ASSERT_EQ(calls.size(), 3U);
    EXPECT_EQ(calls[0].what.kind, ReportKind::acknowledged);
    EXPECT_EQ(calls[1].what.reason, Reason::not_answered);
    EXPECT_EQ(calls[2].what.reason, Reason::address_unreachable);
}

TEST(ProviderReports, WhatIsNoReportAtAllIsMalformed) {
    const Callback callback = *shipped("aliyun-sms").callback;
    for (const char* body : {"", "[", "{}", "3", "null", "\"x\"", "[[]]", "[{\"out_id\":1}]"}) {
        const ReportBody read = read_reports(callback, body, now);
        EXPECT_EQ(read.malformed, 1U) << body;
        EXPECT_TRUE(read.reports.empty()) << body;
    }
    EXPECT_EQ(read_reports(callback, "[]", now).malformed, 0U);
}

TEST(ProviderReports, WordsInAnotherEncodingCostNobodyTheirReport) {
    const std::string body = "[{\"out_id\":\"" + std::string(samples::leg_text) +
                             "\",\"err_code\":\"DELIVERED\",\"err_msg\":\"\xD3\xC3\xBB\xA7\"}]";
    EXPECT_EQ(read_reports(*shipped("aliyun-sms").callback, body, now).reports.size(), 1U);
}

TEST(ProviderReports, FormDataIsReadToo) {
    auto spec = samples::shipped_with("aliyun-sms", "format = \"json\"", "format = \"form\"");
    const ReportBody body =
        read_reports(*spec.value().callback,
                     "out_id=" + std::string(samples::leg_text) +
                         "&err_code=UNDELIV&report_time=2026-11-30+09%3A02%3A03",
                     now);
    ASSERT_EQ(body.reports.size(), 1U);
    EXPECT_EQ(body.reports[0].what.kind, ReportKind::failed);
    EXPECT_EQ(to_china_time(body.reports[0].what.happened), "2026-11-30T09:02:03+08:00");
}

TEST(ProviderVerify, TheTokenOfThePathMustBeOurs) {
    const Spec spec = shipped("aliyun-sms");
    const Secrets secrets = samples::secrets_for(spec);
    const auto holds = [&](std::string_view token) {
        return is_genuine(*spec.callback, secrets, call_with(token, "", "[]"), now);
    };
    EXPECT_TRUE(holds("secret-report_token"));
    EXPECT_FALSE(holds("secret-report_tokeN"));
    EXPECT_FALSE(holds("secret-report_token1"));
    EXPECT_FALSE(holds(""));
}

TEST(ProviderVerify, WechatsSignatureIsHeldAgainstTokenTimeAndNonce) {
    const Spec spec = shipped("wechat-template");
    Secrets secrets = samples::secrets_for(spec);
    secrets["report_token"] = Private<std::string>("weixin");
    // printf '%s' 'n0nce' '1796000700' 'weixin' sorted and joined | sha1sum
    const TimeMs at{1796000700'000};
    const std::string good = "signature=SIGNATURE&timestamp=1796000700&nonce=n0nce";
    const auto with = [&](std::string signature, TimeMs time) {
        std::string query = good;
        query.replace(query.find("SIGNATURE"), 9, signature);
        return is_genuine(*spec.callback, secrets, call_with("", query, "<xml></xml>"), time);
    };
    const std::string signature = "6f97d56a5da8a334036c33d2778abfa48d6e2f1b";
    EXPECT_TRUE(with(signature, at));
    EXPECT_FALSE(with(signature, at + 301'000)) << "a repetition from yesterday";
    EXPECT_FALSE(with(std::string(40, '0'), at));
    EXPECT_FALSE(with("", at));
    std::string query = good + "&echostr=7001234567890123456";
    query.replace(query.find("SIGNATURE"), 9, signature);
    EXPECT_EQ(echo_of(*spec.callback, secrets, query), "7001234567890123456");
    EXPECT_FALSE(echo_of(*spec.callback, secrets, good + "&echostr=7001"));
    std::string markup = good + "&echostr=%3Cscript%3E";
    markup.replace(markup.find("SIGNATURE"), 9, signature);
    EXPECT_FALSE(echo_of(*spec.callback, secrets, markup));
}

TEST(ProviderVerify, AnHmacCoversBodyAndTime) {
    Callback callback;
    callback.verify.kind = VerifyKind::hmac;
    callback.verify.secret = Pattern::parse("{secret.k}", Place::plain, {"secret."}).value();
    callback.verify.header = "X-Sig";
    callback.verify.prefix = "sha256=";
    callback.verify.timestamp_header = "X-Time";
    const Secrets secrets = {{"k", Private<std::string>("key")}};
    const std::string time = std::to_string(now.value / 1000);
    const std::string mac =
        "sha256=" + to_hex(hmac_sha256(as_bytes("key"), as_bytes(time + ".body")));
    const auto holds = [&](const std::string& body, const std::string& header, TimeMs at) {
        return is_genuine(callback, secrets,
                          call_with("", "", body, {{"X-Sig", header}, {"X-Time", time}}), at);
    };
    EXPECT_TRUE(holds("body", mac, now));
    EXPECT_FALSE(holds("bodY", mac, now));
    EXPECT_FALSE(holds("body", mac.substr(7), now));
    EXPECT_FALSE(holds("body", mac, now + 301'000));
    EXPECT_FALSE(holds("body", "", now));
    callback.verify.peers = {"198.51.100.1"};
    EXPECT_FALSE(holds("body", mac, now)) << "from another address";
    callback.verify.kind = VerifyKind::peers;
    EXPECT_TRUE(is_genuine(callback, secrets, call_with("", "", "x", {}, "198.51.100.1"), now));
    EXPECT_FALSE(is_genuine(callback, secrets, call_with("", "", "x"), now));
}

TEST(ProviderXml, OnlyTheFlatShapeIsReadAndNothingExpands) {
    const auto read = read_flat_xml(
        "\n<xml><A><![CDATA[<b>&amp;]]></A>\n <B>1 &lt; 2</B><C><D>x</D></C><E></E></xml> ");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value(), (std::vector<std::pair<std::string, std::string>>{
                                {"A", "<b>&amp;"}, {"B", "1 < 2"}, {"E", ""}}));
    for (const char* bad :
         {"", "<xml>", "<xml></xm>", "<xml><A>&x;</A></xml>", "<!DOCTYPE x><xml></xml>",
          "<xml a='1'></xml>", "<xml><A></B></xml>", "<xml></xml>x", "<xml><A><![CDATA[</A></xml>",
          "<xml>text</xml>", "<xml><A>\xFF</A></xml>"}) {
        EXPECT_FALSE(read_flat_xml(bad).ok()) << bad;
    }
}

} // namespace
} // namespace songda::delivery::provider
