// The channel of Web Push against a push service and a browser of Python's cryptography
// (tools/push_sink.py): what the browser reads, what each answer of its service means for the leg
// and for the subscription.
#include "delivery/channels/push/push_channel.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text_codec.hpp"
#include "delivery/channels/push/sealed_push.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery::push {
namespace {

using nlohmann::json;

class PushChannelTest : public testing::Test {
protected:
    void SetUp() override {
        notice_.change.status = store::DocumentStatus::valid;
        notice_.sequence = 1;
        notice_.verify = "https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC";
        sample_.leg.purpose = store::LegPurpose::notice;
        sample_.leg.deadline = sample_.now + 3'600'000;
        sample_.now = SystemClock().now(); // what the token's receiver compares with
        sample_.leg.deadline = sample_.now + 3'600'000;
        auto made = PushChannel::make({keys_ + "/delivery/web-push.key", "mailto:a@example.org",
                                       keys_ + "/tls/client-authority.pem", true},
                                      store_, random_);
        ASSERT_TRUE(made.ok()) << made.error().detail;
        channel_ = std::move(made).value();
    }
    [[nodiscard]] Dispatch dispatch() const {
        return {sample_.leg, sample_.document, {}, sample_.collection, sample_.now, &notice_};
    }
    /// A push service, and its one browser subscribed to the leg's inbox.
    std::unique_ptr<fakes::Sink> subscribe(const std::string& name,
                                           std::vector<std::string> more = {}) {
        const std::string file = folder_.path() / (name + ".json");
        std::vector<std::string> words = {"--tls-cert",     keys_ + "/tls/server.pem",
                                          "--tls-key",      keys_ + "/tls/server.key",
                                          "--out",          folder_.path() / (name + ".jsonl"),
                                          "--subscription", file};
        words.insert(words.end(), more.begin(), more.end());
        auto sink = std::make_unique<fakes::Sink>("push_sink.py", words);
        const json told = json::parse(fakes::read_file(file));
        const auto secret = from_base64url(told["secret"].get<std::string>()).value();
        const store::PushSubscription one{sample_.leg.inbox, Private<std::string>(told["endpoint"]),
                                          from_base64url(told["key"].get<std::string>()).value(),
                                          Private(std::string(as_text(secret))), TimeMs{++came_}};
        EXPECT_TRUE(is_subscription(one));
        EXPECT_TRUE(store_.put_push(one).ok());
        return sink;
    }
    std::vector<json> seen(const std::string& name) {
        std::vector<json> lines;
        std::istringstream in(fakes::read_file(folder_.path() / (name + ".jsonl")));
        for (std::string line; std::getline(in, line);) {
            lines.push_back(json::parse(line));
        }
        return lines;
    }

    const std::string keys_ = fakes::sample_keys_folder();
    fakes::TemporaryFolder folder_;
    fakes::MemoryStore store_;
    fakes::SeededRandom random_{1};
    samples::SampleDispatch sample_;
    Notice notice_;
    std::int64_t came_ = 0;
    std::unique_ptr<PushChannel> channel_;
};

TEST_F(PushChannelTest, BrowserReadsWhatHappenedAndNothingPersonal) {
    const auto sink = subscribe("phone");
    const Outcome outcome = channel_->send(dispatch());
    EXPECT_EQ(outcome.kind, Outcome::Kind::accepted) << outcome.trace;
    const auto lines = seen("phone");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["message"], (json{{"v", 1},
                                         {"what", "document"},
                                         {"tag", to_text(sample_.leg.id)},
                                         {"open", sample_.collection.link}}))
        << lines[0];
    EXPECT_EQ(lines[0]["ttl"], 3600);
    const std::string all = lines[0].dump();
    for (const std::string& secret :
         {sample_.collection.code.reveal(), sample_.document.number, sample_.document.title}) {
        EXPECT_EQ(all.find(secret), std::string::npos) << secret;
    }
}

TEST_F(PushChannelTest, SentAgainItTakesThePlaceOfTheOneBefore) {
    const auto sink = subscribe("phone");
    EXPECT_EQ(channel_->send(dispatch()).kind, Outcome::Kind::accepted);
    EXPECT_EQ(channel_->send(dispatch()).kind, Outcome::Kind::accepted);
    const auto lines = seen("phone");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0]["topic"], lines[1]["topic"]);
    EXPECT_EQ(lines[0]["topic"].get<std::string>().size(), 32U);
    EXPECT_TRUE(channel_->traits().idempotent);
}

TEST_F(PushChannelTest, ChangeOfStatusOpensTheDocumentsPage) {
    const auto sink = subscribe("phone");
    notice_.sequence = 2;
    notice_.change.status = store::DocumentStatus::revoked;
    EXPECT_EQ(channel_->send(dispatch()).kind, Outcome::Kind::accepted);
    EXPECT_EQ(seen("phone").at(0)["message"]["what"], "status");
    EXPECT_EQ(seen("phone").at(0)["message"]["open"], notice_.verify);
}

TEST_F(PushChannelTest, OneBrowserThatIsGoneLeavesTheOthersAndItsSubscription) {
    const auto gone = subscribe("gone", {"--gone-after", "0"});
    const auto here = subscribe("here");
    const Outcome outcome = channel_->send(dispatch());
    EXPECT_EQ(outcome.kind, Outcome::Kind::accepted);
    EXPECT_EQ(outcome.trace, "1 of 2 browsers, http 201");
    EXPECT_EQ(store_.push_subscriptions(sample_.leg.inbox).value().size(), 1U);
    EXPECT_EQ(seen("here").size(), 1U);
}

TEST_F(PushChannelTest, WithoutAnyBrowserTheLegEndsAndWithOneThatIsAwayItIsTriedAgain) {
    const Outcome none = channel_->send(dispatch());
    EXPECT_EQ(none.kind, Outcome::Kind::permanent);
    EXPECT_EQ(none.reason, Reason::endpoint_gone);
    subscribe("phone")->end();
    EXPECT_EQ(channel_->send(dispatch()).kind, Outcome::Kind::temporary);
    EXPECT_EQ(store_.push_subscriptions(sample_.leg.inbox).value().size(), 1U);
}

TEST_F(PushChannelTest, HostThatSomebodyNamedNeverStopsTheChannelForOthers) {
    const auto sink = subscribe("phone");
    // Another key than the browser's service would take: it answers 400.
    sample_.now = TimeMs{0};
    const Outcome refused = channel_->send(dispatch());
    EXPECT_EQ(refused.kind, Outcome::Kind::permanent) << refused.trace;
    EXPECT_EQ(seen("phone").at(0)["refused"].get<std::string>().find("AssertionError"), 0U);
    subscribe("away")->end();
    const Outcome away = channel_->send(dispatch());
    EXPECT_EQ(away.kind, Outcome::Kind::temporary);
    EXPECT_EQ(away.reason, Reason::rate_limited) << "not about a provider";
}

TEST_F(PushChannelTest, NeverServes) {
    notice_ = {};
    Dispatch served = dispatch();
    served.notice = nullptr;
    EXPECT_EQ(channel_->send(served).kind, Outcome::Kind::permanent);
}

TEST_F(PushChannelTest, AddressInsideOurNetworkIsRefusedAtTheSocket) {
    const auto sink = subscribe("phone");
    channel_ = PushChannel::make({keys_ + "/delivery/web-push.key", "mailto:a@example.org",
                                  keys_ + "/tls/client-authority.pem"},
                                 store_, random_)
                   .value();
    const Outcome outcome = channel_->send(dispatch());
    EXPECT_EQ(outcome.kind, Outcome::Kind::permanent) << "whoever subscribed gave the address";
    EXPECT_EQ(outcome.reason, Reason::policy_rejected);
    EXPECT_TRUE(fakes::read_file(folder_.path() / "phone.jsonl").empty());
}

TEST_F(PushChannelTest, SubscriptionIsHttpsWithoutUserAndOfTheRightKeys) {
    const Bytes point = point_of(make_sender_key().get());
    const auto fits = [&](const std::string& endpoint, const Bytes& key, std::size_t secret) {
        return is_subscription({{}, Private(endpoint), key, Private(std::string(secret, 's')), {}});
    };
    EXPECT_TRUE(fits("https://push.example/a", point, 16));
    EXPECT_TRUE(fits("https://push.example", point, 16));
    for (const char* const endpoint :
         {"http://push.example/a", "https://", "https:///a", "https://u@push.example/a",
          "https://push.example/a b", "https://push.example/a\r\nX: y", "https://push.example/a#b",
          "https://push.example\\@evil.example/"}) {
        EXPECT_FALSE(fits(endpoint, point, 16)) << endpoint;
    }
    EXPECT_FALSE(fits("https://push.example/" + std::string(1024, 'a'), point, 16));
    EXPECT_FALSE(fits("https://push.example/a", Bytes(65, 4), 16));
    EXPECT_FALSE(fits("https://push.example/a", point, 15));
}

TEST(Vapid, KeyOfAnotherKindOrNobodyToAskIsRefused) {
    const std::string secrets = fakes::sample_keys_folder() + "/delivery/";
    EXPECT_TRUE(Vapid::make(secrets + "web-push.key", "https://songda.example.org").ok());
    EXPECT_EQ(Vapid::make(secrets + "web-push.key", "postmaster").error().fault,
              Fault::invalid_input);
    for (const char* other : {"webhook.key", "dkim-rsa.key", "absent.key"}) {
        const auto made = Vapid::make(secrets + other, "mailto:a@example.org");
        ASSERT_FALSE(made.ok()) << other;
        EXPECT_NE(made.error().detail.find(other), std::string::npos) << made.error().detail;
    }
}

} // namespace
} // namespace songda::delivery::push
