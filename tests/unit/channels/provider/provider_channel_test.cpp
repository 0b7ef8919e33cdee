// The provider channel against scripted servers: what it sends, what hostile answers do to it, one
// token for many threads, and the limits that hold a message back.
#include "delivery/channels/provider/provider_channel.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "delivery/channels/provider/limits.hpp"
#include "delivery/channels/provider/token_keeper.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/http_script.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/channels/provider/sample_provider.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery::provider {
namespace {

using fakes::ScriptedHttp;
using Kind = Outcome::Kind;

const TimeMs morning = *parse_rfc3339("2026-11-30T09:05:00+08:00");

/// A channel with what it needs, and a notice to send.
class World {
public:
    explicit World(Spec spec) : spec_(std::move(spec)) {
        sample.leg.address = Private<std::string>(std::string(samples::phone));
        sample.leg.purpose = store::LegPurpose::notice;
        notice.sequence = 1;
        notice.verify = "https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC";
        clock.set(morning);
    }
    void open(const std::string& base_url, bool private_addresses = true) {
        spec_.base_url = base_url;
        if (!book) {
            book = std::shared_ptr<ReportBook>(
                ReportBook::open(
                    {folder.path() / "book", Private<Bytes>(Bytes(32, 1)), clock, random})
                    .value());
        }
        channel = ProviderChannel::make(
                      {"test", spec_, samples::secrets_for(spec_), "", private_addresses, 2},
                      {clock, random, registry, book,
                       [this](std::chrono::milliseconds wait) { paused_ms += wait.count(); }})
                      .value();
    }
    void open(const ScriptedHttp& server) {
        open("http://127.0.0.1:" + std::to_string(server.port()));
    }
    Outcome send() {
        sample.now = clock.now();
        Dispatch dispatch = sample.dispatch();
        dispatch.notice = &notice;
        return channel->send(dispatch);
    }

    fakes::ManualClock clock;
    fakes::SeededRandom random{1};
    metrics::Registry registry;
    fakes::TemporaryFolder folder;
    std::shared_ptr<ReportBook> book;
    std::unique_ptr<ProviderChannel> channel;
    delivery::samples::SampleDispatch sample;
    Notice notice;
    std::atomic<std::int64_t> paused_ms{0};

private:
    Spec spec_;
};

std::string answer(const std::string& status, const std::string& body,
                   const std::string& headers = "") {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Outcome answered(const std::string& bytes, std::int64_t timeout_ms = 5000) {
    const ScriptedHttp server(bytes);
    Spec spec = samples::shipped("aliyun-sms");
    spec.timeout_ms = timeout_ms;
    World world(std::move(spec));
    world.open(server);
    return world.send();
}

TEST(Provider, AnAcceptedMessageIsFoundAgainByTheProvidersId) {
    ScriptedHttp server(answer("200 OK", samples::fixture("aliyun-accepted.json")));
    World world(samples::shipped("aliyun-sms"));
    world.open(server);
    const Outcome outcome = world.send();
    EXPECT_EQ(outcome.kind, Kind::accepted) << outcome.trace;
    EXPECT_EQ(world.book->leg_of("900619746936498440^0"), world.sample.leg.id);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_NE(requests[0].find("OutId=" + std::string(samples::leg_text)), std::string::npos);
    EXPECT_NE(requests[0].find("Zm9vYmFyYmF6cXV4"), std::string::npos) << "the link's last part";
    EXPECT_EQ(requests[0].find("40718253"), std::string::npos) << "the code never goes this way";
    EXPECT_FALSE(world.channel->traits().idempotent);
}

TEST(Provider, HostileAnswersAreBoundedAndNeverTakenForAcceptance) {
    const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    Outcome outcome = answered(head + std::string(10'000'000, 'x'));
    EXPECT_EQ(outcome.kind, Kind::ambiguous);
    EXPECT_EQ(outcome.trace, "http 200 curl 23") << "stopped reading";
    outcome = answered(answer("200 OK", "{\"Code\":\"OK\"") /* cut JSON */);
    EXPECT_EQ(outcome.kind, Kind::ambiguous);
    outcome = answered("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"Code\":\"OK\"}");
    EXPECT_EQ(outcome.kind, Kind::ambiguous) << "half an answer";
    outcome = answered(answer("503 Busy", "", "Retry-After: 90\r\n"));
    EXPECT_EQ(outcome.kind, Kind::temporary);
    EXPECT_EQ(outcome.retry_after_ms, 90'000);
    EXPECT_EQ(answered("SSH-2.0-OpenSSH_9.2\r\n").kind, Kind::ambiguous);
}

TEST(Provider, ASlowDripEndsWithTheAttempt) {
    class Drip final : public fakes::LineServer {
    public:
        Drip() { start(); }
        ~Drip() override { finish(); }

    private:
        void serve(fakes::LineConnection& connection) override {
            connection.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while (connection.line()) { // the request's own lines pace it
                connection.say("x");
            }
        }
    };
    const Drip server;
    Spec spec = samples::shipped("aliyun-sms");
    spec.timeout_ms = 500;
    World world(std::move(spec));
    world.open("http://127.0.0.1:" + std::to_string(server.port()));
    const Outcome outcome = world.send();
    EXPECT_EQ(outcome.kind, Kind::ambiguous);
    EXPECT_EQ(outcome.trace, "http 200 curl 28");
}

TEST(Provider, SilenceAfterTheRequestIsNeverSentAgain) {
    ScriptedHttp server("");
    Spec spec = samples::shipped("aliyun-sms");
    spec.timeout_ms = 500;
    World world(std::move(spec));
    world.open(server);
    const Outcome outcome = world.send();
    EXPECT_EQ(outcome.kind, Kind::ambiguous);
    EXPECT_EQ(outcome.reason, Reason::timeout);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Provider, AConnectionThatTheOtherSideClosesIsNotUsedTwice) {
    /// Keeps the connection, answers the first request on it and closes at the second.
    class Closer final : public fakes::LineServer {
    public:
        Closer() { start(); }
        ~Closer() override { finish(); }
        std::atomic<int> requests = 0;

    private:
        void serve(fakes::LineConnection& connection) override {
            const std::string body = samples::fixture("aliyun-accepted.json");
            while (const auto line = connection.line()) {
                if (*line == "\r\n" && ++requests == 1) {
                    connection.say("HTTP/1.1 200 OK\r\nContent-Length: " +
                                   std::to_string(body.size()) + "\r\n\r\n" + body);
                } else if (*line == "\r\n") {
                    return;
                }
            }
        }
    };
    const Closer server;
    World world(samples::shipped("aliyun-sms"));
    world.open("http://127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(world.send().kind, Kind::accepted);
    EXPECT_EQ(world.send().kind, Kind::ambiguous);
    EXPECT_EQ(server.requests, 2) << "libcurl would have sent the second one twice";
}

TEST(Provider, ARedirectIsNotFollowed) {
    ScriptedHttp target(answer("200 OK", samples::fixture("aliyun-accepted.json")));
    const Outcome outcome = answered(answer(
        "302 Found", "", "Location: http://127.0.0.1:" + std::to_string(target.port()) + "/\r\n"));
    EXPECT_EQ(outcome.kind, Kind::configuration);
    EXPECT_EQ(target.connections(), 0);
}

TEST(Provider, NoSpellingOfAPrivateAddressIsReached) {
    ScriptedHttp server(answer("200 OK", "{}"));
    for (const char* host : {"127.0.0.1", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]",
                             "localhost", "169.254.169.254"}) {
        World world(samples::shipped("aliyun-sms"));
        world.open("https://" + std::string(host) + ":" + std::to_string(server.port()), false);
        const Outcome outcome = world.send();
        EXPECT_EQ(outcome.kind, Kind::configuration) << host;
        EXPECT_EQ(outcome.trace, "http no answer, address denied curl 7") << host;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(Provider, WhatIsNoAddressOrServesIsRefusedBeforeAnythingIsAsked) {
    ScriptedHttp server(answer("200 OK", "{}"));
    World world(samples::shipped("aliyun-sms"));
    world.open(server);
    for (const char* bad :
         {"", "1380013800a", "13800138000&x=1", "+", "1234", "123456789012345678901"}) {
        world.sample.leg.address = Private<std::string>(bad);
        EXPECT_EQ(world.send().reason, Reason::address_invalid) << bad;
    }
    world.sample.leg.address = Private<std::string>("+8613800138000");
    world.sample.document.title = std::string(600, 'x');
    world.notice.sequence = 2;
    EXPECT_EQ(world.send().reason, Reason::content_too_large);
    EXPECT_EQ(world.channel->send(world.sample.dispatch()).kind, Kind::permanent) << "it serves";
    EXPECT_EQ(server.connections(), 0);
}

/// WeChat: a token, then messages; a token that was refused once is refused from then on.
class Wechat final : public fakes::LineServer {
public:
    Wechat() { start(); }
    ~Wechat() override { finish(); }
    std::atomic<int> tokens = 0;
    std::atomic<int> messages = 0;
    std::atomic<int> valid_from = 1; ///< tokens with a smaller number are refused

private:
    void serve(fakes::LineConnection& connection) override {
        std::string path;
        std::size_t length = 0;
        while (const auto line = connection.line()) {
            path = path.empty() ? line->substr(0, line->rfind(' ')) : path;
            if (line->starts_with("Content-Length: ")) {
                length = std::stoul(line->substr(16));
            }
            if (*line == "\r\n") {
                break;
            }
        }
        (void)connection.bytes(length);
        std::string body;
        if (path.find("/cgi-bin/token") != std::string::npos) {
            body = "{\"access_token\":\"T" + std::to_string(++tokens) + "\",\"expires_in\":7200}";
        } else {
            const int token = std::stoi(path.substr(path.find("access_token=T") + 14));
            const bool good = token >= valid_from;
            messages += good ? 1 : 0;
            body = good ? "{\"errcode\":0,\"msgid\":" + std::to_string(1000 + messages) + "}"
                        : "{\"errcode\":40001}";
        }
        connection.say(answer("200 OK", body));
    }
};

TEST(Provider, ManyThreadsAskForOneToken) {
    const Wechat server;
    World world(samples::shipped("wechat-template"));
    world.open("http://127.0.0.1:" + std::to_string(server.port()));
    std::vector<std::thread> threads;
    std::atomic<int> accepted = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            accepted += world.channel->try_out(samples::sample_facts()).kind == Kind::accepted;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(accepted, 8);
    EXPECT_EQ(server.tokens, 1);
    EXPECT_EQ(server.messages, 8);
    world.clock.advance(7'141'000);
    EXPECT_EQ(world.channel->try_out(samples::sample_facts()).kind, Kind::accepted);
    EXPECT_EQ(server.tokens, 2) << "59 seconds are too few";
}

TEST(Provider, ARefusedTokenIsAskedForOnceMoreAndThenPausesTheChannel) {
    Wechat server;
    World world(samples::shipped("wechat-template"));
    world.open("http://127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(world.channel->try_out(samples::sample_facts()).kind, Kind::accepted);
    server.valid_from = 2;
    EXPECT_EQ(world.channel->try_out(samples::sample_facts()).kind, Kind::accepted);
    EXPECT_EQ(server.tokens, 2);
    server.valid_from = 99;
    const Outcome outcome = world.channel->try_out(samples::sample_facts());
    EXPECT_EQ(outcome.kind, Kind::configuration);
    EXPECT_EQ(outcome.reason, Reason::config_auth);
    EXPECT_EQ(server.tokens, 3);
}

TEST(ProviderToken, AFailureIsNotAskedForAgainByEverybody) {
    int asked = 0;
    TokenKeeper keeper([&](TimeMs) -> std::variant<Token, Outcome> {
        ++asked;
        return Outcome{Kind::configuration, Reason::config_auth, "", 0};
    });
    EXPECT_TRUE(std::holds_alternative<Outcome>(keeper.get({0})));
    EXPECT_TRUE(std::holds_alternative<Outcome>(keeper.get({9'999})));
    EXPECT_EQ(asked, 1);
    (void)keeper.get({10'000});
    EXPECT_EQ(asked, 2);
}

TEST(ProviderLimits, QuietHoursHoldANoticeBackUntilMorning) {
    ScriptedHttp server(answer("200 OK", samples::fixture("aliyun-accepted.json")));
    World world(samples::shipped("aliyun-sms"));
    world.open(server);
    world.clock.set(*parse_rfc3339("2026-11-30T23:30:00+08:00"));
    const Outcome outcome = world.send();
    EXPECT_EQ(outcome.kind, Kind::not_now);
    EXPECT_EQ(outcome.reason, Reason::quiet_hours);
    EXPECT_EQ(to_china_time(world.clock.now() + outcome.retry_after_ms),
              "2026-12-01T08:00:00+08:00");
    EXPECT_EQ(server.connections(), 0);
    world.clock.advance(outcome.retry_after_ms);
    EXPECT_EQ(world.send().kind, Kind::accepted);
}

TEST(ProviderLimits, QuietHoursOverMidnightAndInsideADay) {
    const auto until = [](Quiet quiet, const char* time) {
        const auto end =
            quiet_until(quiet, *parse_rfc3339("2026-11-30T" + std::string(time) + ":00+08:00"));
        return end ? to_china_time(*end).substr(5, 11) : std::string("none");
    };
    const Quiet night{21 * 60, 8 * 60};
    EXPECT_EQ(until(night, "20:59"), "none");
    EXPECT_EQ(until(night, "21:00"), "12-01T08:00");
    EXPECT_EQ(until(night, "00:00"), "11-30T08:00");
    EXPECT_EQ(until(night, "07:59"), "11-30T08:00");
    EXPECT_EQ(until(night, "08:00"), "none");
    const Quiet noon{12 * 60, 14 * 60};
    EXPECT_EQ(until(noon, "13:00"), "11-30T14:00");
    EXPECT_EQ(until(noon, "14:00"), "none");
}

TEST(ProviderLimits, OneRecipientGetsSoManyADayAndARestartForgetsNone) {
    ScriptedHttp server(answer("200 OK", samples::fixture("aliyun-accepted.json")));
    World world(samples::shipped("aliyun-sms"));
    world.open(server);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(world.send().kind, Kind::accepted);
    }
    EXPECT_EQ(world.send().reason, Reason::quota);
    world.channel.reset();
    world.book.reset();
    world.open(server);
    const Outcome outcome = world.send();
    EXPECT_EQ(outcome.kind, Kind::not_now);
    EXPECT_EQ(to_china_time(world.clock.now() + outcome.retry_after_ms),
              "2026-12-01T00:00:00+08:00");
    world.sample.leg.address = Private<std::string>("13800138001");
    EXPECT_EQ(world.send().kind, Kind::accepted) << "another one's day is another one's";
    world.clock.advance(86'400'000);
    world.sample.leg.address = Private<std::string>(std::string(samples::phone));
    EXPECT_EQ(world.send().kind, Kind::accepted);
    for (const auto& entry : std::filesystem::directory_iterator(world.folder.path() / "book")) {
        EXPECT_EQ(fakes::read_file(entry.path()).find("13800138"), std::string::npos)
            << "the book holds no number";
    }
}

TEST(ProviderLimits, AFailureDoesNotCountForTheDay) {
    ScriptedHttp server(answer("503 Busy", ""));
    World world(samples::shipped("aliyun-sms"));
    world.open(server);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(world.send().kind, Kind::temporary);
    }
}

TEST(ProviderLimits, ThreadsShareOneRate) {
    RateBucket bucket(10);
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 15; ++i) {
        waits.push_back(bucket.take({1'000'000}));
    }
    EXPECT_EQ(waits[9], 0) << "a second's worth at once";
    EXPECT_EQ(waits[10], 100);
    EXPECT_EQ(waits[14], 500);
    EXPECT_EQ(bucket.take({1'005'000}), 0);
    EXPECT_EQ(RateBucket(0).take({0}), 0);
}

} // namespace
} // namespace songda::delivery::provider
