// Reports from the counter to the leg: kept before they are understood, in any order, early, twice,
// from strangers, over a restart; 20,000 of them shuffled.
#include "delivery/channels/provider/report_desk.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/channels/provider/sample_provider.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery::provider {
namespace {

const DepartmentCode department{"11320199014138860W"};

class World {
public:
    World() { open(); }

    void open() {
        desk.reset();
        book.reset();
        book = std::shared_ptr<ReportBook>(
            ReportBook::open(
                {folder.path() / "sms", Private<Bytes>(Bytes(32, 1)), office.clock, office.random})
                .value());
        desk = std::make_unique<ReportDesk>(
            ReportDesk::Parts{office.store, office.clock, office.registry},
            ReportDesk::About{"sms", ChannelKind::sms, *spec.callback, samples::secrets_for(spec),
                              book});
    }
    /// A leg of a channel that takes messages, in that state.
    LegId leg(LegState state) {
        const DocumentId document = office.issue(department, {ChannelKind::sms});
        const store::LegRow row = office.leg(document);
        if (state != LegState::queued) {
            store::LegUpdate update;
            update.state = static_cast<std::uint8_t>(state);
            EXPECT_TRUE(office.store.append_leg_event(row.id, row.state, update).value());
        }
        return row.id;
    }
    LegState state(const LegId& leg) {
        return *leg_state(office.store.find_leg(leg).value()->state);
    }
    int take(const std::string& body, std::string_view token = "secret-report_token") {
        return desk
            ->take({token, "", body, "203.0.113.7",
                    [](std::string_view) { return std::string_view(); }})
            .status;
    }
    void settle() {
        while (desk->step() == std::chrono::milliseconds(0)) {
        }
    }
    double counted(const std::string& outcome) {
        const std::string text = office.registry.text();
        const std::size_t at = text.find("outcome=\"" + outcome + "\"");
        return at == std::string::npos ? 0 : std::stod(text.substr(text.find("} ", at) + 2));
    }

    Spec spec = samples::shipped("aliyun-sms");
    fakes::TemporaryFolder folder;
    office::Office office;
    std::shared_ptr<ReportBook> book;
    std::unique_ptr<ReportDesk> desk;
};

std::string element(const LegId& leg, const std::string& code, const std::string& ref = "") {
    return R"({"phone_number":"13800138000","out_id":")" + to_text(leg) + R"(","biz_id":")" + ref +
           R"(","err_code":")" + code + R"(","success":)" +
           (code == "DELIVERED" ? "true" : "false") + R"(,"report_time":"2023-11-15 06:13:19"})";
}

TEST(ProviderDesk, AReportReachesItsLegAndTheAnswerIsTheProvidersOwn) {
    World world;
    const LegId leg = world.leg(LegState::accepted);
    const auto answer =
        world.desk->take({"secret-report_token", "", '[' + element(leg, "DELIVERED") + ']', "",
                          [](std::string_view) { return std::string_view(); }});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"code":0,"msg":"接收成功"})");
    EXPECT_EQ(world.state(leg), LegState::accepted) << "kept, not understood yet";
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::reached);
    const auto events = world.office.store.leg_events(leg).value();
    EXPECT_EQ(events.back().detail, "report code DELIVERED");
    EXPECT_EQ(to_china_time(events.back().happened), "2023-11-15T06:13:19+08:00");
    EXPECT_EQ(world.desk->waiting(), 0U);
}

TEST(ProviderDesk, AStrangerIsToldNothingAndNothingIsKept) {
    World world;
    const LegId leg = world.leg(LegState::accepted);
    EXPECT_EQ(world.take('[' + element(leg, "DELIVERED") + ']', "wrong"), 404);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::accepted);
    EXPECT_EQ(world.counted("refused"), 1);
}

TEST(ProviderDesk, AReportThatComesBeforeTheAnswerWaitsForIt) {
    World world;
    const LegId leg = world.leg(LegState::sending);
    EXPECT_EQ(world.take('[' + element(leg, "DELIVERED") + ']'), 200);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::sending);
    EXPECT_EQ(world.desk->waiting(), 1U);
    store::LegUpdate accepted;
    accepted.state = static_cast<std::uint8_t>(LegState::accepted);
    const auto sending = static_cast<std::uint8_t>(LegState::sending);
    ASSERT_TRUE(world.office.store.append_leg_event(leg, sending, accepted).value());
    world.office.clock.advance(1000);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::reached);
    EXPECT_EQ(world.desk->waiting(), 0U);
}

TEST(ProviderDesk, AReportThatNamesTheProvidersIdWaitsUntilThatIsKnown) {
    World world;
    const LegId leg = world.leg(LegState::accepted);
    EXPECT_EQ(world.take(R"([{"biz_id":"B1","err_code":"DELIVERED"}])"), 200);
    world.settle();
    EXPECT_EQ(world.desk->waiting(), 1U);
    ASSERT_TRUE(world.book->sent(leg, "B1", "hash").ok());
    world.office.clock.advance(1000);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::reached);
}

TEST(ProviderDesk, WhatNamesNothingOfOursIsTold) {
    World world;
    const LegId other = world.leg(LegState::queued);
    LegId unknown = other;
    unknown.bytes[0] ^= 1;
    EXPECT_EQ(world.take('[' + element(unknown, "DELIVERED") +
                         R"(,{"biz_id":"B9","err_code":"DELIVERED"}])"),
              200);
    world.settle();
    EXPECT_EQ(world.counted("unmatched"), 1);
    world.office.clock.advance(72LL * 3'600'000 + 1);
    world.settle();
    EXPECT_EQ(world.counted("unmatched"), 2);
    EXPECT_EQ(world.desk->waiting(), 0U);
}

TEST(ProviderDesk, AChannelsReportsTouchNoOtherChannelsLegs) {
    World world;
    const DocumentId document = world.office.issue(department, {ChannelKind::portal});
    const LegId leg = world.office.leg(document).id;
    EXPECT_EQ(world.take('[' + element(leg, "DELIVERED") + ']'), 200);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::queued);
    EXPECT_EQ(world.counted("unmatched"), 1);
}

TEST(ProviderDesk, AnUnknownCodeIsTakenAsTheFallbackSaysAndTold) {
    World world;
    const LegId leg = world.leg(LegState::accepted);
    EXPECT_EQ(world.take('[' + element(leg, "MK:0099") + ']'), 200);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::failed);
    EXPECT_EQ(world.counted("unknown_code"), 1);
}

TEST(ProviderDesk, AFailureAfterTheArrivalIsToldAndChangesNothing) {
    World world;
    const LegId leg = world.leg(LegState::accepted);
    EXPECT_EQ(world.take('[' + element(leg, "DELIVERED") + ',' + element(leg, "UNDELIV") + ',' +
                         element(leg, "DELIVERED") + ']'),
              200);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::reached);
    EXPECT_EQ(world.counted("outweighed"), 1);
    EXPECT_EQ(world.counted("repeated"), 1);
}

TEST(ProviderDesk, ALostAnswerIsSettledByItsReportAndNothingIsSentTwice) {
    World world;
    const LegId leg = world.leg(LegState::unknown);
    EXPECT_EQ(world.take('[' + element(leg, "DELIVERED") + ']'), 200);
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::reached);
    EXPECT_FALSE(world.office.store.find_leg(leg).value()->due) << "nobody will claim it";
}

TEST(ProviderDesk, WhatWasKeptIsUnderstoodAfterARestart) {
    World world;
    const LegId first = world.leg(LegState::accepted);
    const LegId second = world.leg(LegState::accepted);
    ASSERT_TRUE(world.book->sent(second, "B2", "hash").ok());
    EXPECT_EQ(world.take('[' + element(first, "DELIVERED") + ']'), 200);
    EXPECT_EQ(world.take(R"([{"biz_id":"B2","err_code":"DELIVERED"}])"), 200);
    world.open(); // nothing had been understood
    EXPECT_EQ(world.desk->waiting(), 2U);
    world.settle();
    EXPECT_EQ(world.state(first), LegState::reached);
    EXPECT_EQ(world.state(second), LegState::reached) << "the provider's id was kept too";
    world.office.clock.advance(10'000);
    world.settle();
    world.open();
    EXPECT_EQ(world.desk->waiting(), 0U) << "what is settled is not looked at again";
}

TEST(ProviderDesk, TheBookTurnsItsPageAtMidnightAndReadsYesterday) {
    World world;
    const LegId leg = world.leg(LegState::accepted);
    ASSERT_TRUE(world.book->sent(leg, "B3", "hash").ok());
    world.office.clock.advance(86'400'000);
    EXPECT_EQ(world.take(R"([{"biz_id":"B3","err_code":"DELIVERED"}])"), 200);
    world.open();
    world.settle();
    EXPECT_EQ(world.state(leg), LegState::reached);
    std::size_t days = 0;
    for (const auto& entry : std::filesystem::directory_iterator(world.folder.path() / "sms")) {
        days += entry.path().extension() == ".log" ? 1U : 0U;
    }
    EXPECT_EQ(days, 2U);
}

TEST(ProviderDesk, AChangedLineOfTheBookIsFoundAndAnotherSecretOpensNothing) {
    World world;
    EXPECT_EQ(world.take("[]"), 200);
    world.desk.reset();
    world.book.reset();
    const auto open = [&](std::uint8_t secret) {
        return ReportBook::open({world.folder.path() / "sms", Private<Bytes>(Bytes(32, secret)),
                                 world.office.clock, world.office.random});
    };
    EXPECT_EQ(open(2).error().fault, Fault::corrupt);
    std::string day;
    for (const auto& entry : std::filesystem::directory_iterator(world.folder.path() / "sms")) {
        day = entry.path().extension() == ".log" ? entry.path().string() : day;
    }
    std::string text = fakes::read_file(day);
    text[text.size() - 20] ^= 1;
    std::ofstream(day, std::ios::binary) << text;
    EXPECT_EQ(open(1).error().fault, Fault::corrupt);
}

/// Each leg has a final word; every report comes three times, in bodies of one to ten, shuffled.
TEST(ProviderDesk, TwentyThousandShuffledReportsComeToTheSameEnd) {
    World world;
    constexpr std::size_t legs = 1700;
    std::vector<LegId> ids;
    std::vector<LegState> wanted;
    std::vector<std::string> elements;
    std::mt19937_64 chance(20261130);
    for (std::size_t i = 0; i < legs; ++i) {
        const LegState from = i % 5 == 0 ? LegState::unknown : LegState::accepted;
        const LegId leg = world.leg(from);
        ids.push_back(leg);
        const bool arrives = i % 3 != 0;
        wanted.push_back(arrives ? LegState::reached : LegState::failed);
        for (int copy = 0; copy < 4; ++copy) {
            elements.push_back(element(leg, "REQUEST_SUCCESS"));
            elements.push_back(element(leg, i % 2 == 0 ? "UNDELIV" : "MK:0001"));
            elements.push_back(element(leg, arrives ? "DELIVERED" : "EXPIRED"));
        }
    }
    std::shuffle(elements.begin(), elements.end(), chance);
    ASSERT_GE(elements.size(), 20'000U);
    std::vector<std::string> bodies;
    for (std::size_t at = 0; at < elements.size();) {
        std::string body = "[\"bad element\"";
        for (std::size_t end = std::min(elements.size(), at + 1 + chance() % 10); at < end; ++at) {
            body += ',' + elements[at];
        }
        bodies.push_back(body + ']');
    }
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (std::size_t at = next++; at < bodies.size(); at = next++) {
                EXPECT_EQ(world.take(bodies[at]), 200);
            }
        });
    }
    while (next < bodies.size()) {
        world.desk->step(); // understood beside the counter
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    world.settle();
    EXPECT_EQ(world.desk->waiting(), 0U);
    for (std::size_t i = 0; i < legs; ++i) {
        EXPECT_EQ(world.state(ids[i]), wanted[i]) << i;
    }
    EXPECT_EQ(world.counted("malformed"), static_cast<double>(bodies.size()));
}

} // namespace
} // namespace songda::delivery::provider
