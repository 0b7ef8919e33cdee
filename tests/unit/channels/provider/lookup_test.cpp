// What became of a message whose answer was lost: the provider is asked for it, only what it says
// of this very message counts, absence only where it is promised, and hostile answers decide
// nothing.
#include "delivery/channels/provider/lookup.hpp"

#include <algorithm>
#include <atomic>

#include <gtest/gtest.h>

#include "delivery/channels/provider/provider_channel.hpp"
#include "tests/fakes/http_script.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/channels/provider/sample_provider.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery::provider {
namespace {

using Kind = Found::Kind;

const TimeMs morning = *parse_rfc3339("2026-11-30T09:05:00+08:00");
const std::string details = samples::fixture("aliyun-details.json");

std::string with(std::string text, const std::string& old, const std::string& fresh) {
    const std::size_t at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(std::min(at, text.size()), old.size(), fresh);
}

LookupAnswer read(const std::string& body, std::string_view leg = samples::leg_text,
                  bool complete = true, long status = 200) {
    HttpReply reply;
    reply.status = status;
    reply.sent = true;
    reply.body = body;
    return read_lookup(samples::shipped("aliyun-sms"), reply, {leg, "", samples::phone, complete});
}

TEST(Lookup, OursIsWhatHasOurIdAndSaysWhatBecameOfItAndWhen) {
    const Found reached = read(details).found;
    EXPECT_EQ(reached.kind, Kind::reached);
    EXPECT_EQ(reached.happened, *parse_rfc3339("2026-11-30T09:05:09+08:00"));
    EXPECT_EQ(reached.trace, "http 200 code 3");
    const Found failed = read(details, "0193a1b2c3d47e5f8a9b0c1d2e3f4a5c").found;
    EXPECT_EQ(failed.kind, Kind::failed);
    EXPECT_EQ(failed.reason, Reason::blocked_by_user) << "as its report would say";
    EXPECT_EQ(failed.trace, "http 200 code 2 MOBILE_IN_BLACK");
    const Found taken = read(details, "0193a1b2c3d47e5f8a9b0c1d2e3f4a5d").found;
    EXPECT_EQ(taken.kind, Kind::taken);
    EXPECT_FALSE(taken.happened);
}

TEST(Lookup, AbsentIsWhatIsInNoWholeListOnceTheProvidersTimeIsOver) {
    const std::string other(32, '9');
    EXPECT_EQ(read(details, other).found.kind, Kind::absent);
    EXPECT_EQ(read(details, other, false).found.kind, Kind::unsure) << "too early";
    EXPECT_EQ(read(with(details, "\"TotalCount\":3", "\"TotalCount\":51"), other).found.kind,
              Kind::unsure)
        << "a page of several";
    EXPECT_EQ(
        read(with(details, R"("OutId":"0193a1b2c3d47e5f8a9b0c1d2e3f4a5b",)", ""), other).found.kind,
        Kind::unsure)
        << "who is that for?";
    const std::string empty =
        R"({"TotalCount":N,"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}})";
    EXPECT_EQ(read(with(empty, "N", "0")).found.kind, Kind::absent);
    EXPECT_EQ(read(with(empty, "N", "2")).found.kind, Kind::unsure)
        << "it counts what it does not list (aliyun/alibabacloud-java-sdk #42)";
}

TEST(Lookup, WhatIsNoAnswerDecidesNothing) {
    const std::vector<std::string> bodies = {
        "",
        "[]",
        "null",
        "<html>",
        details.substr(0, details.size() - 1),
        "{}",
        with(details, "\"Code\":\"OK\"", "\"Code\":\"isv.LIMIT\""),
        with(details, "\"SmsSendDetailDTO\":[", "\"Other\":["),
        R"({"TotalCount":0,"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":{}}})",
        R"({"TotalCount":0,"Code":"OK","SmsSendDetailDTOs":[]})"};
    for (const std::string& body : bodies) {
        EXPECT_EQ(read(body).found.kind, Kind::unsure) << body;
    }
    for (const long status : {0L, 302L, 403L, 404L, 500L}) {
        EXPECT_EQ(read(details, samples::leg_text, true, status).found.kind, Kind::unsure);
    }
    for (std::size_t size = 0; size < details.size(); ++size) {
        EXPECT_EQ(read(details.substr(0, size)).found.kind, Kind::unsure) << size;
    }
    const LookupAnswer strange = read(with(details, "\"SendStatus\":3", "\"SendStatus\":7"));
    EXPECT_EQ(strange.found.kind, Kind::unsure);
    EXPECT_TRUE(strange.unknown_code);
}

TEST(Lookup, OfSeveralThatAreOursTheOneThatSaysMostCounts) {
    std::string twice = with(details, "4a5c", "4a5b");
    EXPECT_EQ(read(twice).found.kind, Kind::reached);
    twice = with(twice, "\"SendStatus\":3", "\"SendStatus\":1");
    EXPECT_EQ(read(twice).found.kind, Kind::taken) << "the other one failed";
}

TEST(Lookup, ThePhoneNumberIsInNoTrace) {
    const std::string body = with(details, "MOBILE_IN_BLACK", "NO 13800138000");
    EXPECT_EQ(read(body, "0193a1b2c3d47e5f8a9b0c1d2e3f4a5c").found.trace.find(samples::phone),
              std::string::npos);
}

TEST(Lookup, AsksAliyunByNumberAndDayAndSignsIt) {
    const Spec spec = samples::shipped("aliyun-sms");
    const Secrets secrets = samples::secrets_for(spec);
    const HttpCall call =
        build_lookup(spec, {Private<std::string>("13800138000"), "leg", "", Date{2026, 11, 30}},
                     {morning, std::string(32, 'a'), secrets, ""});
    EXPECT_EQ(call.url, "https://dysmsapi.aliyuncs.com/?CurrentPage=1&PageSize=50&PhoneNumber="
                        "13800138000&SendDate=20261130");
    const auto has = [&](const std::string& name, const std::string& begin) {
        return std::any_of(call.headers.begin(), call.headers.end(), [&](const auto& each) {
            return each.first == name && each.second.starts_with(begin);
        });
    };
    EXPECT_TRUE(has("x-acs-action", "QuerySendDetails"));
    EXPECT_TRUE(has("Authorization", "ACS3-HMAC-SHA256 ") ||
                has("authorization", "ACS3-HMAC-SHA256 "));
}

TEST(Lookup, AFileThatAsksWithoutSayingWhatIsOursIsRefused) {
    const auto refused = [](const std::string& old, const std::string& fresh) {
        const auto spec = samples::shipped_with("aliyun-sms", old, fresh);
        return spec.ok() ? std::string() : spec.error().detail;
    };
    EXPECT_NE(refused("leg = \"/OutId\"\n", "").find("leg"), std::string::npos);
    EXPECT_NE(refused("{date_compact}", "{text}").find("text"), std::string::npos);
    EXPECT_NE(refused("\"3\" = \"reached\"", "\"3\" = \"acknowledged\"").find("taken, reached"),
              std::string::npos);
    EXPECT_FALSE(samples::shipped("voice").lookup) << "it is asked by an id that is lost too";
    EXPECT_FALSE(samples::shipped("wechat-template").lookup);
}

std::string answer(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// An SMS provider that takes a message or loses it, never answers the sending, and is asked.
class Sms final : public fakes::LineServer {
public:
    Sms() { start(); }
    ~Sms() override { finish(); }
    std::atomic<int> sent = 0;
    std::atomic<int> asked = 0;
    std::atomic<bool> loses = false;   ///< the message, not only its answer
    std::atomic<bool> answers = false; ///< from now on
    std::string status = "3";          ///< of what it took

private:
    void serve(fakes::LineConnection& connection) override {
        std::string head;
        while (const auto line = connection.line()) {
            head += *line;
            if (*line == "\r\n") {
                break;
            }
        }
        if (head.find("x-acs-action: SendSms") != std::string::npos) {
            const std::size_t at = head.find("OutId=") + 6;
            const std::string leg = head.substr(at, 32);
            ++sent;
            taken_ = loses ? taken_ : leg;
            if (answers) {
                connection.say(answer(samples::fixture("aliyun-accepted.json")));
            }
            return;
        }
        ++asked;
        const std::string element =
            "{\"OutId\":\"" + taken_ + "\",\"SendStatus\":" + status +
            ",\"ErrCode\":\"MOBILE_IN_BLACK\",\"ReceiveDate\":\"2026-11-30 09:05:01\"}";
        connection.say(
            answer("{\"Code\":\"OK\",\"TotalCount\":" + std::string(taken_.empty() ? "0" : "1") +
                   ",\"SmsSendDetailDTOs\":{\"SmsSendDetailDTO\":[" +
                   (taken_.empty() ? "" : element) + "]}}"));
    }
    std::string taken_; ///< one connection at a time
};

/// From the lost answer on, with the courier that really asks.
class LookupCourier : public testing::Test {
protected:
    void open(Spec spec, const std::string& base_url) {
        spec.base_url = base_url;
        spec.timeout_ms = 1000;
        const Secrets secrets = samples::secrets_for(spec);
        channel_ = ProviderChannel::make({"test", std::move(spec), secrets, "", true, 1},
                                         {office_.clock, office_.random, office_.registry, nullptr,
                                          [](std::chrono::milliseconds) {}})
                       .value();
        office_.clock.set(morning);
        office_.notices = {ChannelKind::sms};
        document_ = office_.issue({"11320100MB0000019G"}, {ChannelKind::email});
    }
    void open(bool promises) {
        open(promises ? samples::shipped_with("aliyun-sms", "code = \"/SendStatus\"",
                                              "code = \"/SendStatus\"\nabsent_after_s = 300")
                            .value()
                      : samples::shipped("aliyun-sms"),
             "http://127.0.0.1:" + std::to_string(sms_.port()));
    }
    /// The leg that tells.
    store::LegRow notice() {
        const auto legs = office_.store.legs_of(document_).value();
        const auto found = std::find_if(legs.begin(), legs.end(), [](const store::LegRow& each) {
            return each.channel == static_cast<std::uint8_t>(ChannelKind::sms);
        });
        SONGDA_CHECK(found != legs.end());
        return *found;
    }
    LegState after(std::int64_t minutes) {
        office_.clock.advance(minutes * 60'000);
        Courier(office_.parts({{ChannelKind::sms, *channel_, 1, 1}})).run_once();
        return *leg_state(notice().state);
    }

    Sms sms_;
    office::Office office_;
    std::unique_ptr<ProviderChannel> channel_;
    DocumentId document_;
};

TEST_F(LookupCourier, ALostAnswerIsAskedForAndFound) {
    open(false);
    EXPECT_TRUE(channel_->traits().finds);
    EXPECT_EQ(after(0), LegState::unknown);
    EXPECT_EQ(after(1), LegState::reached);
    EXPECT_EQ(sms_.sent, 1);
    EXPECT_EQ(sms_.asked, 1);
    const auto events = office_.store.leg_events(notice().id).value();
    EXPECT_EQ(events.back().happened, *parse_rfc3339("2026-11-30T09:05:01+08:00"));
    EXPECT_EQ(events.back().detail, "asked: http 200 code 3");
}

TEST_F(LookupCourier, WhatFailedThereIsNotSentAgain) {
    sms_.status = "2";
    open(false);
    EXPECT_EQ(after(0), LegState::unknown);
    EXPECT_EQ(after(1), LegState::failed);
    EXPECT_EQ(notice().reason, "blocked_by_user");
    EXPECT_EQ(sms_.sent, 1);
}

TEST_F(LookupCourier, WhatNeverCameThereIsSentOnceMoreWhereTheProviderPromisesToKnow) {
    sms_.loses = true;
    open(true);
    EXPECT_EQ(after(0), LegState::unknown);
    EXPECT_EQ(after(1), LegState::unknown) << "five minutes are not over";
    sms_.answers = true;
    sms_.loses = false;
    EXPECT_EQ(after(11), LegState::retry_wait);
    EXPECT_EQ(after(6), LegState::accepted);
    EXPECT_EQ(sms_.sent, 2);
}

TEST_F(LookupCourier, NothingFollowsFromAbsenceWhereNothingIsPromised) {
    sms_.loses = true;
    open(false);
    EXPECT_EQ(after(0), LegState::unknown);
    for (int looks = 0; looks < 6; ++looks) {
        EXPECT_EQ(after(60), LegState::unknown);
    }
    EXPECT_EQ(sms_.sent, 1);
    EXPECT_EQ(sms_.asked, 6);
}

TEST_F(LookupCourier, WhatMayHaveBeenSentBeforeMidnightIsLookedForOnBothDays) {
    open(true);
    const store::LegRow leg = notice();
    const TimeMs midnight = china_midnight(Date{2026, 12, 1});
    office_.clock.set(midnight + 3'600'000);
    EXPECT_EQ(channel_->find(leg, {midnight + -1000, midnight + 1000}).kind, Kind::absent);
    EXPECT_EQ(sms_.asked, 2);
    EXPECT_EQ(channel_->find(leg, {midnight + 1, midnight + 1000}).kind, Kind::absent);
    EXPECT_EQ(sms_.asked, 3);
    EXPECT_EQ(channel_->find(leg, {midnight + -3 * 86'400'000LL, midnight + 1000}).kind,
              Kind::unsure)
        << "days in between were not asked for";
}

TEST_F(LookupCourier, HostileAnswersEndWithTheAttemptAndDecideNothing) {
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
    const Drip drip;
    const fakes::ScriptedHttp large("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                                    std::string(10'000'000, '['));
    const fakes::ScriptedHttp silent("");
    for (const auto port : {drip.port(), large.port(), silent.port()}) {
        open(samples::shipped("aliyun-sms"), "http://127.0.0.1:" + std::to_string(port));
        const Found found = channel_->find(notice(), {morning, morning});
        EXPECT_EQ(found.kind, Kind::unsure) << found.trace;
    }
}

} // namespace
} // namespace songda::delivery::provider
