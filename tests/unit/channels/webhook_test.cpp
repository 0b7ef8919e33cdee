// The webhook channel: against a portal that checks signatures with Python's cryptography, against
// scripted answers, and against every spelling of a private address that libcurl understands.
#include "delivery/channels/webhook_channel.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include "delivery/channels/webhook_answer.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/http_script.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/unit/channels/other_certificate.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery {
namespace {

using fakes::ScriptedHttp;
using Kind = Outcome::Kind;

std::string key_path(const std::string& name) {
    return fakes::sample_keys_folder() + "/delivery/" + name;
}

std::string sample_secret() {
    std::string text = fakes::read_file(key_path("webhook.secret"));
    text.pop_back(); // the line's end
    return text;
}

WebhookOptions options_for(const std::string& url) {
    WebhookOptions options;
    options.url = url;
    options.ed25519_key_file = key_path("webhook.key");
    options.secrets.emplace_back(sample_secret());
    options.allow_private_addresses = true;
    return options;
}

std::string plain_url(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port) + "/in";
}

Outcome send_with(const WebhookOptions& options, samples::SampleDispatch& sample) {
    auto made = WebhookChannel::make(options);
    EXPECT_TRUE(made.ok()) << made.error().detail;
    sample.now = SystemClock().now();
    return made.value()->send(sample.dispatch());
}

Outcome send_with(const WebhookOptions& options) {
    samples::SampleDispatch sample;
    return send_with(options, sample);
}

Outcome answered(const std::string& answer) {
    const ScriptedHttp server(answer);
    return send_with(options_for(plain_url(server.port())));
}

std::string answer(const std::string& status, const std::string& headers = "") {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n" + headers +
           "\r\n";
}

/// A portal of tools/portal_sink.py and what it believed.
class Portal {
public:
    explicit Portal(std::vector<std::string> options)
        : sink_("portal_sink.py", with_output(std::move(options))) {}

    [[nodiscard]] std::uint16_t port() const { return sink_.port(); }
    [[nodiscard]] std::vector<nlohmann::json> events() const {
        std::vector<nlohmann::json> events;
        std::istringstream lines(fakes::read_file(folder_.path() / "events"));
        for (std::string line; std::getline(lines, line);) {
            events.push_back(nlohmann::json::parse(line));
        }
        return events;
    }
    int end() { return sink_.end(); }

private:
    std::vector<std::string> with_output(std::vector<std::string> options) const {
        options.insert(options.end(), {"--out", folder_.path() / "events"});
        return options;
    }

    fakes::TemporaryFolder folder_;
    fakes::Sink sink_;
};

std::vector<std::string> both_checks() {
    return {"--public-key", key_path("webhook.pub"), "--secret-file", key_path("webhook.secret")};
}

TEST(Webhook, APortalThatChecksBothSignaturesBelievesTheEvent) {
    Portal portal(both_checks());
    samples::SampleDispatch sample;
    const Outcome outcome = send_with(options_for(plain_url(portal.port())), sample);
    EXPECT_EQ(outcome.kind, Kind::accepted) << outcome.trace;
    EXPECT_EQ(outcome.trace, "http 204");
    const auto events = portal.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0]["webhook_id"], "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b");
    EXPECT_EQ(events[0]["event"], nlohmann::json::parse(R"({
        "type": "document.issued", "timestamp": "2026-11-24T01:01:58.000Z",
        "data": {"document": "0193a1b2c3d47e5f8a9b0c1d2e3f0001", "key": "7R2M9K4T8WXE3HBC",
                 "number": "JY13201990000019", "title": "食品经营许可证",
                 "issuer": {"code": "11320199014138860W", "name": "示例市行政审批局"},
                 "portal_account": "zhang.san+licence@mail.example.cn",
                 "link": "https://songda.example.gov.cn/inbox/Zm9vYmFyYmF6cXV4",
                 "code": "40718253"}})"));
    EXPECT_EQ(portal.end(), 0);
}

TEST(Webhook, ARepetitionIsRecognisedByItsId) {
    const Portal portal(both_checks());
    const auto made = WebhookChannel::make(options_for(plain_url(portal.port())));
    samples::SampleDispatch sample;
    sample.now = SystemClock().now();
    EXPECT_EQ(made.value()->send(sample.dispatch()).kind, Kind::accepted);
    sample.now = sample.now + 5'000;
    EXPECT_EQ(made.value()->send(sample.dispatch()).kind, Kind::accepted);
    EXPECT_EQ(portal.events().size(), 1U);
    EXPECT_TRUE(made.value()->traits().idempotent);
}

TEST(Webhook, WrongSignaturesAreRefusedAndPauseTheChannel) {
    const Portal portal(both_checks());
    WebhookOptions options = options_for(plain_url(portal.port()));
    options.secrets = {Private<std::string>("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
    Outcome outcome = send_with(options);
    EXPECT_EQ(outcome.kind, Kind::configuration);
    EXPECT_EQ(outcome.reason, Reason::config_auth);
    options.secrets.emplace_back(sample_secret()); // as in a rotation
    EXPECT_EQ(send_with(options).kind, Kind::accepted);
    options.ed25519_key_file.clear();
    EXPECT_EQ(send_with(options).kind, Kind::configuration);
    EXPECT_EQ(portal.events().size(), 1U);
}

TEST(Webhook, AnOldTimestampIsRefused) {
    const Portal portal(both_checks());
    const auto made = WebhookChannel::make(options_for(plain_url(portal.port())));
    samples::SampleDispatch sample;
    sample.now = SystemClock().now() + -600'000;
    EXPECT_EQ(made.value()->send(sample.dispatch()).kind, Kind::configuration);
}

TEST(Webhook, TlsIsCheckedAgainstOurAuthority) {
    std::vector<std::string> checks = both_checks();
    const std::string tls = fakes::sample_keys_folder() + "/tls/";
    checks.insert(checks.end(),
                  {"--tls-cert", tls + "server.pem", "--tls-key", tls + "server.key"});
    const Portal portal(checks);
    const std::string address = std::to_string(portal.port()) + "/in";
    WebhookOptions options = options_for("https://localhost:" + address);
    EXPECT_EQ(send_with(options).reason, Reason::config_cert); // the system knows no sample root
    options.ca_file = fakes::sample_keys_folder() + "/root.pem";
    EXPECT_EQ(send_with(options).kind, Kind::accepted);
}

TEST(Webhook, ANameThatTheCertificateDoesNotHaveIsOurConfiguration) {
    const fakes::OtherCertificate other;
    std::vector<std::string> checks = both_checks();
    checks.insert(checks.end(), {"--tls-cert", other.certificate(), "--tls-key", other.key()});
    const Portal portal(checks);
    WebhookOptions options =
        options_for("https://localhost:" + std::to_string(portal.port()) + "/in");
    options.ca_file = other.certificate();
    EXPECT_EQ(send_with(options).reason, Reason::config_cert);
    EXPECT_TRUE(portal.events().empty());
}

TEST(Webhook, ManyThreadsShareOneChannel) {
    constexpr int threads = 4;
    constexpr int each = 10;
    const Portal portal(both_checks());
    const auto made = WebhookChannel::make(options_for(plain_url(portal.port())));
    std::vector<std::thread> workers;
    std::atomic<int> accepted = 0;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            samples::SampleDispatch sample;
            sample.now = SystemClock().now();
            sample.leg.id.bytes[0] = static_cast<std::uint8_t>(t);
            for (int i = 0; i < each; ++i) {
                sample.leg.id.bytes[1] = static_cast<std::uint8_t>(i);
                accepted += made.value()->send(sample.dispatch()).kind == Kind::accepted ? 1 : 0;
            }
        });
    }
    for (auto& worker : workers) {
        worker.join();
    }
    EXPECT_EQ(accepted, threads * each);
    EXPECT_EQ(portal.events().size(), static_cast<std::size_t>(threads * each));
}

TEST(WebhookAnswers, EveryStatusHasItsClass) {
    struct Row {
        long status;
        Kind kind;
        Reason reason;
    };
    for (const Row& row :
         std::initializer_list<Row>{{200, Kind::accepted, Reason::none},
                                    {204, Kind::accepted, Reason::none},
                                    {299, Kind::accepted, Reason::none},
                                    {301, Kind::configuration, Reason::address_unreachable},
                                    {302, Kind::configuration, Reason::address_unreachable},
                                    {308, Kind::configuration, Reason::address_unreachable},
                                    {400, Kind::permanent, Reason::policy_rejected},
                                    {401, Kind::configuration, Reason::config_auth},
                                    {403, Kind::configuration, Reason::config_auth},
                                    {404, Kind::configuration, Reason::address_unreachable},
                                    {405, Kind::configuration, Reason::address_unreachable},
                                    {408, Kind::temporary, Reason::timeout},
                                    {410, Kind::permanent, Reason::endpoint_gone},
                                    {413, Kind::permanent, Reason::policy_rejected},
                                    {422, Kind::permanent, Reason::policy_rejected},
                                    {425, Kind::temporary, Reason::provider_down},
                                    {429, Kind::temporary, Reason::rate_limited},
                                    {500, Kind::temporary, Reason::provider_down},
                                    {503, Kind::temporary, Reason::provider_down},
                                    {599, Kind::temporary, Reason::provider_down},
                                    {100, Kind::temporary, Reason::provider_down},
                                    {999, Kind::temporary, Reason::provider_down}}) {
        const Outcome outcome = classify_webhook({.status = row.status});
        EXPECT_EQ(outcome.kind, row.kind) << row.status;
        EXPECT_EQ(reason_name(outcome.reason), reason_name(row.reason)) << row.status;
    }
}

TEST(WebhookAnswers, WithoutAStatusTheWayIsToBlame) {
    const auto reason = [](int code) { return classify_webhook({.curl_code = code}).reason; };
    EXPECT_EQ(reason(CURLE_OPERATION_TIMEDOUT), Reason::timeout);
    EXPECT_EQ(reason(CURLE_COULDNT_CONNECT), Reason::provider_down);
    EXPECT_EQ(reason(CURLE_COULDNT_RESOLVE_HOST), Reason::network);
    EXPECT_EQ(reason(CURLE_GOT_NOTHING), Reason::network);
    EXPECT_EQ(reason(CURLE_PEER_FAILED_VERIFICATION), Reason::config_cert);
    for (int code = 1; code < CURL_LAST; ++code) {
        const Kind kind = classify_webhook({.curl_code = code}).kind;
        EXPECT_TRUE(kind == Kind::temporary || kind == Kind::configuration) << code;
    }
}

TEST(WebhookAnswers, RetryAfterIsReadAndClamped) {
    const TimeMs now = *parse_rfc3339("2026-11-24T01:02:03Z");
    EXPECT_EQ(parse_retry_after("0", now), 0);
    EXPECT_EQ(parse_retry_after("120", now), 120'000);
    EXPECT_EQ(parse_retry_after("31536000", now), retry_after_ms_max);
    EXPECT_EQ(parse_retry_after("99999999999999999999999999", now), retry_after_ms_max);
    EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 01:04:03 GMT", now), 120'000);
    EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 01:00:00 GMT", now), 0);
    EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), retry_after_ms_max);
    for (const char* text : {"", " ", "-1", "1.5", "1 ", "+1", "soon", "Tue, 24 Nov 2026 01:04:03",
                             "Tue, 32 Nov 2026 01:04:03 GMT", "Tue, 24 Nob 2026 01:04:03 GMT",
                             "Tue, 24 Nov 2026 01:04:03 UTC", "Tuesday, 24-Nov-26 01:04:03 GMT",
                             "Tue, 24 Nov 2026 25:04:03 GMT"}) {
        EXPECT_FALSE(parse_retry_after(text, now)) << text;
    }
}

TEST(Webhook, RetryAfterReachesTheOutcome) {
    Outcome outcome = answered(answer("429 Too Many Requests", "Retry-After: 90\r\n"));
    EXPECT_EQ(outcome.reason, Reason::rate_limited);
    EXPECT_EQ(outcome.retry_after_ms, 90'000);
    outcome = answered(answer("503 Service Unavailable", "Retry-After: 31536000\r\n"));
    EXPECT_EQ(outcome.retry_after_ms, retry_after_ms_max);
    EXPECT_EQ(answered(answer("503 No", "Retry-After: later\r\n")).retry_after_ms, 0);
}

TEST(Webhook, ARedirectIsNotFollowed) {
    ScriptedHttp target(answer("200 OK"));
    const Outcome outcome =
        answered(answer("302 Found", "Location: " + plain_url(target.port()) + "\r\n"));
    EXPECT_EQ(outcome.kind, Kind::configuration);
    EXPECT_EQ(target.connections(), 0);
}

TEST(Webhook, AnEndlessAnswerIsCutAndItsStatusCounts) {
    const std::string much(4'000'000, 'x');
    const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    const Outcome outcome = answered(head + much);
    EXPECT_EQ(outcome.kind, Kind::accepted);
    EXPECT_EQ(outcome.trace, "http 200 curl 23"); // stopped reading
}

TEST(Webhook, SilenceAfterTheRequestIsTemporarySinceTheIdTellsARepetition) {
    ScriptedHttp server("");
    WebhookOptions options = options_for(plain_url(server.port()));
    options.connect_ms = options.attempt_ms = 500;
    const Outcome outcome = send_with(options);
    EXPECT_EQ(outcome.kind, Kind::temporary);
    EXPECT_EQ(outcome.reason, Reason::timeout);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Webhook, WhatIsNoHttpIsTemporary) {
    EXPECT_EQ(answered("SSH-2.0-OpenSSH_9.2\r\n").kind, Kind::temporary);
    EXPECT_EQ(answered("HTTP/1.1 100 Continue\r\n\r\n").kind, Kind::temporary);
}

TEST(Webhook, NoProxyOfTheEnvironmentIsUsed) {
    ScriptedHttp proxy(answer("200 OK"));
    ScriptedHttp server(answer("200 OK"));
    const std::string address = "http://127.0.0.1:" + std::to_string(proxy.port());
    setenv("http_proxy", address.c_str(), 1);
    setenv("all_proxy", address.c_str(), 1);
    EXPECT_EQ(send_with(options_for(plain_url(server.port()))).kind, Kind::accepted);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    EXPECT_EQ(proxy.connections(), 0);
    EXPECT_EQ(server.connections(), 1);
}

TEST(WebhookGuard, NoSpellingOfAPrivateAddressIsReached) {
    ScriptedHttp server(answer("200 OK"));
    const std::string port = ":" + std::to_string(server.port()) + "/in";
    int denied = 0;
    for (const char* host : {"127.0.0.1",
                             "127.1",
                             "127.0.1",
                             "2130706433",
                             "0x7f000001",
                             "0x7f.1",
                             "0x7F.0.0.0x1",
                             "017700000001",
                             "0177.0.0.1",
                             "0177.1",
                             "0",
                             "0.0.0.0",
                             "127.127.127.127",
                             "localhost",
                             "LOCALHOST",
                             "localhost.",
                             "[::1]",
                             "[0:0:0:0:0:0:0:1]",
                             "[::]",
                             "[::ffff:127.0.0.1]",
                             "[::ffff:7f00:1]",
                             "[0:0:0:0:0:ffff:127.0.0.1]",
                             "[::127.0.0.1]",
                             "[64:ff9b::7f00:1]",
                             "[64:ff9b:1::7f00:1]",
                             "[2002:7f00:1::]",
                             "[2001:0:7f00:1::]",
                             "[fe80::1]",
                             "[fc00::1]",
                             "[ff02::1]",
                             "169.254.169.254",
                             "0xa9fea9fe",
                             "2852039166",
                             "10.0.0.1",
                             "172.16.0.1",
                             "192.168.0.1",
                             "100.64.0.1",
                             "198.18.0.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "１２７.0.0.1",
                             "127。0。0。1",
                             "%31%32%37.0.0.1"}) {
        WebhookOptions options = options_for("https://" + std::string(host) + port);
        options.allow_private_addresses = false;
        options.connect_ms = options.attempt_ms = 5'000;
        const auto made = WebhookChannel::make(options);
        if (!made.ok()) {
            continue; // curl itself does not take it for a URL
        }
        const samples::SampleDispatch sample;
        const Outcome outcome = made.value()->send(sample.dispatch());
        // Denied on the socket, or no address at all to curl (URL refused, name unknown).
        const bool was_denied = outcome.trace == "http no answer, address denied curl 7";
        EXPECT_TRUE(was_denied || outcome.trace == "http no answer curl 3" ||
                    outcome.trace == "http no answer curl 6")
            << host << ": " << outcome.trace;
        denied += was_denied ? 1 : 0;
    }
    EXPECT_GE(denied, 25); // every IPv4 spelling, on a host without IPv6 too
    EXPECT_EQ(server.connections(), 0);
}

TEST(WebhookGuard, DenialSaysSo) {
    WebhookOptions options = options_for("https://localhost:9/in");
    options.allow_private_addresses = false;
    const Outcome outcome = send_with(options);
    EXPECT_EQ(outcome.kind, Kind::configuration);
    EXPECT_EQ(outcome.reason, Reason::policy_rejected);
    EXPECT_EQ(outcome.trace, "http no answer, address denied curl 7");
}

TEST(WebhookGuard, PlainHttpLeavesLoopbackNever) {
    const Outcome outcome = send_with(options_for("http://10.0.0.1:9/in"));
    EXPECT_EQ(outcome.trace, "http no answer, address denied curl 7");
    EXPECT_EQ(send_with(options_for("http://8.8.8.8:9/in")).trace,
              "http no answer, address denied curl 7");
}

TEST(WebhookGuard, OnlyHttpsUrlsWithoutTricksAreTaken) {
    for (const char* url :
         {"", "http://example.cn/", "ftp://example.cn/", "file:///etc/passwd", "gopher://x/",
          "https://user@example.cn/", "https://user:pass@example.cn/", "https://example.cn/#x",
          "https://", "example.cn", "javascript:x", "https://exa mple.cn/"}) {
        WebhookOptions options = options_for(url);
        options.allow_private_addresses = false;
        const auto made = WebhookChannel::make(options);
        EXPECT_FALSE(made.ok()) << url;
    }
    WebhookOptions options = options_for("https://portal.example.gov.cn/in?tenant=1");
    options.allow_private_addresses = false;
    EXPECT_TRUE(WebhookChannel::make(options).ok());
    options.attempt_ms = 0;
    EXPECT_FALSE(WebhookChannel::make(options).ok());
}

TEST(WebhookBody, NoValueCanChangeItsShape) {
    samples::SampleDispatch sample;
    sample.document.title = "\",\"code\":\"1\r\n\xFF\xE2\x80\xA8";
    sample.leg.address = Private<std::string>("a\"\\\n");
    const std::string body = webhook_body(sample.dispatch());
    const auto read = nlohmann::json::parse(body);
    EXPECT_EQ(read["data"].size(), 8U);
    EXPECT_EQ(read["data"]["code"], "40718253");
    EXPECT_EQ(read["data"]["title"], "\",\"code\":\"1  \xEF\xBF\xBD ");
    EXPECT_EQ(body.find('\n'), std::string::npos);
}

} // namespace
} // namespace songda::delivery
