// The files that ship, and what a file may say: each is read, what each provider answers and
// reports (tests/fixtures/provider) means what the table of delivery.md §6.1 says, and a wrong file
// is told with line, key and what was expected.
#include "delivery/channels/provider/spec.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include <curl/curl.h>

#include "delivery/channels/provider/acs3.hpp"
#include "delivery/channels/provider/answer.hpp"
#include "delivery/channels/provider/request.hpp"
#include "tests/unit/channels/provider/sample_provider.hpp"

namespace songda::delivery::provider {
namespace {

using Kind = Outcome::Kind;
using nlohmann::json;
using samples::fixture;
using samples::shipped;

const TimeMs now = *parse_rfc3339("2026-11-30T09:05:00+08:00");
const std::string nonce(32, 'a');

HttpReply replied(long status, const std::string& body) {
    HttpReply reply;
    reply.status = status;
    reply.sent = true;
    reply.body = body;
    return reply;
}

HttpReply broken(int curl_code, bool sent) {
    HttpReply reply;
    reply.curl_code = curl_code;
    reply.sent = sent;
    return reply;
}

Answer answered(const Spec& spec, long status, const std::string& file) {
    return read_answer(spec, replied(status, fixture(file)), samples::phone);
}

HttpCall submitted(const Spec& spec, const MessageFacts& facts, const Secrets& secrets) {
    return build_submit(spec, spec.messages.at(facts.occasion), facts,
                        {now, nonce, secrets, "TOKEN"});
}

/// The value of a parameter of a URL, decoded by libcurl.
std::string parameter(const std::string& url, const std::string& name) {
    const std::size_t at = url.find(name + '=');
    EXPECT_NE(at, std::string::npos) << name;
    const std::string value =
        url.substr(at + name.size() + 1, url.find('&', at) - at - name.size() - 1);
    int size = 0;
    char* const decoded =
        curl_easy_unescape(nullptr, value.c_str(), static_cast<int>(value.size()), &size);
    std::string text(decoded, static_cast<std::size_t>(size));
    curl_free(decoded);
    return text;
}

std::string header(const HttpCall& call, const std::string& name) {
    for (const auto& [known, value] : call.headers) {
        if (known == name) {
            return value;
        }
    }
    return {};
}

TEST(ProviderFile, EachThatShipsIsRead) {
    for (const char* name : {"aliyun-sms", "wechat-template", "voice"}) {
        const auto spec = read_spec(samples::shipped_path(name));
        ASSERT_TRUE(spec.ok()) << spec.error().detail;
        EXPECT_TRUE(spec.value().callback);
        EXPECT_EQ(spec.value().messages.size(), 2U);
        EXPECT_FALSE(spec.value().limits.quiet.empty());
    }
}

TEST(ProviderFile, WhatIsWrongIsToldWithLineKeyAndWhatWasExpected) {
    struct Row {
        std::string old;
        std::string fresh;
        std::string told;
    };
    for (const Row& row : std::vector<Row>{
             {"timeout_ms = 5000", "timeout = 5", "timeout: is not a known key"},
             {"kind = \"aliyun_v3\"", "kind = \"acs\"",
              "auth.kind: must be one of header, query, hmac, oauth2, wechat_token, aliyun_v3"},
             {"PhoneNumbers = \"{to}\"", "PhoneNumbers = \"{phone}\"",
              "submit.query.PhoneNumbers: {phone} is not known here"},
             {"key = \"{secret.access_key_secret}\"", "key = \"{to}\"",
              "auth.key: {to} is not known here"},
             {"\"isv.DAY_LIMIT_CONTROL\" = \"temporary quota\"",
              "\"isv.DAY_LIMIT_CONTROL\" = \"later\"",
              "answer.codes.isv.DAY_LIMIT_CONTROL: must be one of temporary, permanent"},
             {"temporary quota", "temporary boredom", "\"boredom\" is no reason; known are"},
             {"DELIVERED = \"reached\"", "DELIVERED = \"arrived\"",
              "callback.status.DELIVERED: must be one of moving, failed, reached"},
             {"notice = \"21:00-08:00\"", "notice = \"21-8\"",
              "limits.quiet.notice: must be hours in China, like 21:00-08:00"},
             {"success = \"/Code\"", "success = \"Code\"", "must be a JSON pointer"},
             {"token = \"{link_tail}\"", "token = \"{code}\"", "{code} is not known here"},
             {"x-acs-action = \"SendSms\"", "x-acs-action = \"Send\\r\\nSms\"",
              "submit.headers.x-acs-action: must be one line"},
             {"method = \"POST\"", "method = \"GET\"\nform = { a = \"b\" }",
              "submit.method: a GET has no json and no form"},
             {"base_url = \"https://dysmsapi.aliyuncs.com\"", "base_url = \"dysmsapi\"",
              "base_url: must be like https://api.example.com"},
         }) {
        const auto spec = samples::shipped_with("aliyun-sms", row.old, row.fresh);
        ASSERT_FALSE(spec.ok()) << row.fresh;
        EXPECT_EQ(spec.error().fault, Fault::invalid_input);
        EXPECT_TRUE(spec.error().detail.starts_with("aliyun-sms.toml:")) << spec.error().detail;
        EXPECT_NE(spec.error().detail.find(row.told), std::string::npos) << spec.error().detail;
    }
    const auto bare =
        samples::shipped_with("wechat-template", "\"url\":\"{link}\"", "\"url\":{link}");
    ASSERT_FALSE(bare.ok());
    EXPECT_NE(bare.error().detail.find("{link} must stand inside quotes"), std::string::npos);
    EXPECT_FALSE(samples::shipped_with("wechat-template", "\"url\":", "\"url\"").ok());
}

TEST(ProviderRequest, AliyunsOwnExampleOfItsSignatureIsMet) {
    // help.aliyun.com, "V3版本请求体&签名机制", 固定参数示例.
    const auto headers =
        acs3_headers({"POST",
                      "ecs.cn-shanghai.aliyuncs.com",
                      "/",
                      {{"RegionId", "cn-shanghai"},
                       {"ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}},
                      {{"x-acs-action", "RunInstances"}, {"x-acs-version", "2014-05-26"}},
                      ""},
                     {"2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d"},
                     "YourAccessKeyId", "YourAccessKeySecret");
    EXPECT_EQ(headers.back().first, "Authorization");
    EXPECT_EQ(headers.back().second,
              "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
              "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
              "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
}

TEST(ProviderRequest, AnSmsOfAliyunIsWhatItsInterfaceAsksFor) {
    const Spec spec = shipped("aliyun-sms");
    const Secrets secrets = samples::secrets_for(spec);
    const HttpCall call = submitted(spec, samples::sample_facts(), secrets);
    EXPECT_EQ(call.method, "POST");
    EXPECT_TRUE(call.url.starts_with("https://dysmsapi.aliyuncs.com/?")) << call.url;
    EXPECT_EQ(parameter(call.url, "PhoneNumbers"), samples::phone);
    EXPECT_EQ(parameter(call.url, "SignName"), "示例市行政审批局");
    EXPECT_EQ(parameter(call.url, "TemplateCode"), "SMS_000000001");
    EXPECT_EQ(parameter(call.url, "OutId"), samples::leg_text);
    EXPECT_EQ(json::parse(parameter(call.url, "TemplateParam")),
              json({{"token", "Zm9vYmFyYmF6cXV4"}}));
    EXPECT_EQ(header(call, "x-acs-date"), "2026-11-30T01:05:00Z");
    EXPECT_TRUE(header(call, "Authorization")
                    .starts_with("ACS3-HMAC-SHA256 Credential=secret-access_key_id,"));
    for (const auto& [name, value] : call.headers) {
        EXPECT_EQ(value.find("secret-access_key_secret"), std::string::npos) << name;
    }
}

TEST(ProviderRequest, AWechatMessageHasItsParametersAsItsInterfaceAsksFor) {
    const Spec spec = shipped("wechat-template");
    const Secrets secrets = samples::secrets_for(spec);
    const HttpCall call = submitted(spec, samples::sample_facts(Occasion::status), secrets);
    EXPECT_EQ(call.url,
              "https://api.weixin.qq.com/cgi-bin/message/template/send?access_token=TOKEN");
    const json body = json::parse(call.body);
    EXPECT_EQ(body["touser"], samples::phone);
    EXPECT_EQ(body["data"]["thing1"], json({{"value", "食品经营许可证"}}));
    EXPECT_EQ(body["data"]["phrase3"]["value"], "撤销");
    const HttpCall token = build_token_call(spec, secrets);
    EXPECT_EQ(token.method, "GET");
    EXPECT_EQ(token.url, "https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&"
                         "appid=secret-app_id&secret=secret-app_secret");
}

/// One file with every place that a value can stand in.
Spec every_place() {
    auto spec = parse_spec(R"(
channel = "voice"
base_url = "https://api.example.com"
[auth]
kind = "hmac"
header = "X-Signature"
key = "{secret.key}"
text = "{method}\n{path}\n{query}\n{timestamp}\n{nonce}\n{body}"
[submit]
path = "/calls/{to}/{title}"
json = '{"to":"{to}","title":"a {title} b","params":{params},"as_text":"{params}"}'
[submit.query]
"title&x" = "{title}"
[submit.headers]
X-Title = "{title}"
X-Time = "{timestamp}"
[answer]
success = "/ok"
is = "true"
[message.issued]
template = "T"
[message.issued.params]
title = "{title}"
)",
                           "every.toml");
    return spec.ok() ? std::move(spec).value() : throw std::runtime_error(spec.error().detail);
}

RC_GTEST_PROP(ProviderRequest, NoValueEndsWhatItStandsIn, (std::string title)) {
    const Spec spec = every_place();
    const Secrets secrets = samples::secrets_for(spec);
    MessageFacts facts = samples::sample_facts();
    facts.title = title + *rc::gen::elementOf(std::vector<std::string>{
                              "", "\"", "\\", "\r\nX-Evil: 1", "&a=b", "/../", "{leg}",
                              "\xE2\x80\xA8", "\xFF", "%00", "\",\"to\":\"x"});
    const HttpCall call = submitted(spec, facts, secrets);
    const json body = json::parse(call.body);
    RC_ASSERT(body.size() == 4U);
    RC_ASSERT(body["to"] == std::string(samples::phone));
    RC_ASSERT(body["params"].size() == 1U);
    RC_ASSERT(json::parse(body["as_text"].get<std::string>()) == body["params"]);
    RC_ASSERT(
        body["params"]["title"].get<std::string>() ==
        body["title"].get<std::string>().substr(2, body["title"].get<std::string>().size() - 4));
    for (const auto& [name, value] : call.headers) {
        for (const char c : value) {
            RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
        }
    }
    // One path of three segments, one parameter.
    const std::string rest = call.url.substr(std::string("https://api.example.com").size());
    RC_ASSERT(std::count(rest.begin(), rest.end(), '?') == 1);
    RC_ASSERT(std::count(rest.begin(), rest.begin() + static_cast<long>(rest.find('?')), '/') == 3);
    RC_ASSERT(rest.find('&') == std::string::npos);
    RC_ASSERT(rest.find("title%26x=") != std::string::npos);
}

TEST(ProviderAnswer, AliyunsFixturesMeanWhatTheTableSays) {
    const Spec spec = shipped("aliyun-sms");
    const Answer good = answered(spec, 200, "aliyun-accepted.json");
    EXPECT_EQ(good.outcome.kind, Kind::accepted);
    EXPECT_EQ(good.ref, "900619746936498440^0");
    EXPECT_EQ(good.outcome.trace, "http 200 code OK ref 900619746936498440^0");
    const Answer number = answered(spec, 200, "aliyun-number-illegal.json");
    EXPECT_EQ(number.outcome.kind, Kind::permanent) << "HTTP 200 lies";
    EXPECT_EQ(number.outcome.reason, Reason::address_invalid);
    EXPECT_EQ(answered(spec, 200, "aliyun-throttled.json").outcome.reason, Reason::rate_limited);
    EXPECT_EQ(answered(spec, 200, "aliyun-throttled.json").outcome.kind, Kind::temporary);
    const Answer signature = answered(spec, 400, "aliyun-bad-signature.json");
    EXPECT_EQ(signature.outcome.kind, Kind::configuration) << "not 400's permanent";
    EXPECT_EQ(signature.outcome.reason, Reason::config_auth);
    const Answer unknown = answered(spec, 200, "aliyun-unknown-code.json");
    EXPECT_EQ(unknown.outcome.kind, Kind::temporary);
    EXPECT_TRUE(unknown.unknown_code);
    const Answer shape = answered(spec, 200, "aliyun-wrong-shape.html");
    EXPECT_EQ(shape.outcome.kind, Kind::ambiguous) << "it may have been sent";
    EXPECT_EQ(shape.outcome.reason, Reason::outcome_unknown);
}

TEST(ProviderAnswer, WechatsFixturesMeanWhatTheTableSays) {
    const Spec spec = shipped("wechat-template");
    EXPECT_EQ(answered(spec, 200, "wechat-accepted.json").ref, "200228332");
    const Answer expired = answered(spec, 200, "wechat-token-expired.json");
    EXPECT_TRUE(expired.token_refused);
    EXPECT_EQ(expired.outcome.kind, Kind::configuration);
    const Answer refused = answered(spec, 200, "wechat-user-refused.json");
    EXPECT_EQ(refused.outcome.kind, Kind::permanent);
    EXPECT_EQ(refused.outcome.reason, Reason::blocked_by_user);
    EXPECT_EQ(read_token(replied(200, fixture("wechat-token.json")))->lives_ms, 7'200'000);
    const HttpReply no_token = replied(200, fixture("wechat-token-refused.json"));
    EXPECT_FALSE(read_token(no_token));
    EXPECT_EQ(token_failure(no_token).kind, Kind::configuration);
    EXPECT_EQ(token_failure(no_token).trace, "token http 200 code 40125 curl 0");
    EXPECT_EQ(token_failure(replied(200, R"({"errcode":-1})")).kind, Kind::temporary);
}

TEST(ProviderAnswer, EveryStatusHasItsClass) {
    const Spec spec = shipped("aliyun-sms");
    struct Row {
        long status;
        Kind kind;
        Reason reason;
    };
    for (const Row& row :
         std::initializer_list<Row>{{409, Kind::accepted, Reason::none},
                                    {400, Kind::permanent, Reason::policy_rejected},
                                    {404, Kind::permanent, Reason::policy_rejected},
                                    {413, Kind::permanent, Reason::content_too_large},
                                    {422, Kind::permanent, Reason::policy_rejected},
                                    {401, Kind::configuration, Reason::config_auth},
                                    {403, Kind::configuration, Reason::config_auth},
                                    {301, Kind::configuration, Reason::address_unreachable},
                                    {408, Kind::temporary, Reason::timeout},
                                    {425, Kind::temporary, Reason::provider_down},
                                    {429, Kind::temporary, Reason::rate_limited},
                                    {500, Kind::temporary, Reason::provider_down},
                                    {503, Kind::temporary, Reason::provider_down},
                                    {200, Kind::ambiguous, Reason::outcome_unknown},
                                    {204, Kind::ambiguous, Reason::outcome_unknown},
                                    {100, Kind::ambiguous, Reason::outcome_unknown}}) {
        const Outcome outcome = read_answer(spec, replied(row.status, "?"), {}).outcome;
        EXPECT_EQ(outcome.kind, row.kind) << row.status;
        EXPECT_EQ(reason_name(outcome.reason), reason_name(row.reason)) << row.status;
    }
    HttpReply cut = replied(500, "?");
    cut.curl_code = CURLE_PARTIAL_FILE;
    EXPECT_EQ(read_answer(spec, cut, {}).outcome.kind, Kind::ambiguous) << "not a whole answer";
}

TEST(ProviderAnswer, BeforeTheFirstByteNothingWasSentAndAfterItNobodyKnows) {
    const auto spec =
        samples::shipped_with("aliyun-sms", "idempotent = false", "idempotent = true");
    ASSERT_TRUE(spec.ok());
    const Spec once = shipped("aliyun-sms");
    for (const int code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
                           CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR}) {
        EXPECT_EQ(read_answer(once, broken(code, false), {}).outcome.kind, Kind::temporary) << code;
    }
    EXPECT_EQ(read_answer(once, broken(CURLE_PEER_FAILED_VERIFICATION, false), {}).outcome.reason,
              Reason::config_cert);
    for (const int code : {CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR, CURLE_GOT_NOTHING}) {
        EXPECT_EQ(read_answer(once, broken(code, true), {}).outcome.kind, Kind::ambiguous) << code;
        EXPECT_EQ(read_answer(spec.value(), broken(code, true), {}).outcome.kind, Kind::temporary)
            << code;
    }
}

TEST(ProviderAnswer, TheTraceHoldsNoNumberAndNothingUnprintable) {
    const Spec spec = shipped("aliyun-sms");
    const Answer answer = read_answer(
        spec, replied(200, R"({"Code":"13800138000\n bad","BizId":"x13800138000y\u0007"})"),
        samples::phone);
    EXPECT_EQ(answer.outcome.trace, "http 200 code *??bad ref x*y?");
}

TEST(ProviderLength, CountsUtf16UnitsAndParts) {
    const auto length = [](std::size_t characters) {
        std::string text;
        for (std::size_t i = 0; i < characters; ++i) {
            text += "字";
        }
        return sms_length(text);
    };
    EXPECT_EQ(length(70).parts, 1U);
    EXPECT_EQ(length(71).parts, 2U);
    EXPECT_EQ(length(134).parts, 2U);
    EXPECT_EQ(length(135).parts, 3U);
    EXPECT_EQ(sms_length("𠮷").units, 2U) << "a rare surname takes two places";
}

} // namespace
} // namespace songda::delivery::provider
