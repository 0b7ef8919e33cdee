// A fax line against a device written from the standards in another language, which CUPS' own
// fax-job.test passes: what was confirmed, what a call may meet, and that nothing is sent twice.
#include "printing/fax.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/fax_device.hpp"
#include "tests/fakes/loopback_port.hpp"

namespace songda::printing {
namespace {

using Kind = FaxOutcome::Kind;
const std::string pdf = "%PDF-1.7\nthe document\n%%EOF\n";

class FaxTest : public testing::Test {
protected:
    [[nodiscard]] FaxLine line(std::chrono::milliseconds call = std::chrono::seconds(60)) const {
        FaxLine::Options options;
        options.uri = device_.uri();
        options.call = call;
        options.between = std::chrono::milliseconds(20);
        return FaxLine::make(options).value();
    }
    FaxOutcome send(const std::string& name, std::uint32_t pages = 2) const {
        return line().send({name, as_bytes(pdf), "tel:+862584567890", pages}, stop_);
    }

    /// As soon as the device has the document.
    void stop_later() {
        later_ = std::jthread([this, before = device_.calls().size()] {
            (void)fakes::wait_in_folder(device_.folder(),
                                        [&] { return device_.calls().size() > before; });
            stop_ = true;
        });
    }

    fakes::FaxDevice device_;
    std::atomic<bool> stop_{false};
    std::jthread later_;
};

TEST_F(FaxTest, WhatIsConfirmedIsTheDocumentPageByPage) {
    device_.meet("good", 2);
    const FaxOutcome outcome = send("leg-1");
    EXPECT_EQ(outcome.kind, Kind::confirmed) << outcome.reason;
    EXPECT_EQ(outcome.pages, 2U);
    const auto calls = device_.calls();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0]["name"], "leg-1-2") << "the leg and its pages";
    EXPECT_EQ(calls[0]["to"], nlohmann::json::array({"tel:+862584567890"}));
    EXPECT_EQ(calls[0]["sha256"], to_hex(sha256(as_bytes(pdf))));
}

TEST_F(FaxTest, FewerMoreOrUncountedPagesAreNoConfirmation) {
    device_.meet("short", 2);
    EXPECT_EQ(send("leg-1").kind, Kind::short_of);
    device_.meet("good", 3);
    EXPECT_EQ(send("leg-2").kind, Kind::unconfirmed);
    device_.meet("uncounted");
    EXPECT_EQ(send("leg-3").kind, Kind::unconfirmed);
}

TEST_F(FaxTest, ADeviceThatCountsNothingIsNotOneThatSentNothing) {
    device_.meet("zero");
    EXPECT_EQ(send("leg-1").kind, Kind::unconfirmed) << "job-impressions-completed 0";
    device_.meet("good", 0);
    EXPECT_EQ(send("leg-2").kind, Kind::short_of) << "images-completed 0 of the destination";
}

TEST_F(FaxTest, ACallThatEndedBadlyBehindItsLastPageMayHaveArrived) {
    for (const char* const result : {"late-abort", "late-loss"}) {
        device_.meet(result, 2);
        const FaxOutcome outcome = send(std::string("leg-") + result);
        EXPECT_EQ(outcome.kind, Kind::unconfirmed) << result;
        EXPECT_FALSE(outcome.reason.empty()) << result;
        device_.meet(result, 1);
        EXPECT_EQ(send(std::string("leg-part-") + result).kind, Kind::broken) << result;
    }
}

TEST_F(FaxTest, WhatTheDeviceSaysIsKeptOnlyIfItIsAKeyword) {
    device_.meet("talks");
    const FaxOutcome outcome = send("leg-1");
    EXPECT_EQ(outcome.kind, Kind::broken);
    EXPECT_EQ(outcome.reason, "other");
}

TEST_F(FaxTest, ARefusalIsForGoodOnlyIfItIsAboutTheOrder) {
    const std::vector<std::pair<int, Kind>> all = {
        {0x0400, Kind::refused},   {0x040A, Kind::refused},   {0x040B, Kind::refused},
        {0x040C, Kind::refused},   {0x0401, Kind::forbidden}, {0x0402, Kind::forbidden},
        {0x0403, Kind::forbidden}, {0x0406, Kind::forbidden}, {0x0404, Kind::away},
        {0x0405, Kind::away},      {0x0500, Kind::away},      {0x0501, Kind::away},
        {0x0507, Kind::away},      {0x05FF, Kind::away}};
    for (const auto& [status, kind] : all) {
        device_.meet("create-" + std::to_string(status));
        const FaxOutcome outcome = send("leg-1");
        EXPECT_EQ(outcome.kind, kind) << std::hex << status << ' ' << outcome.reason;
        EXPECT_FALSE(outcome.reason.empty()) << std::hex << status;
    }
    EXPECT_TRUE(device_.calls().empty());
}

TEST_F(FaxTest, ADeviceThatDoesNotListItsJobsIsNotCalledThrough) {
    device_.meet("slow");
    stop_later();
    EXPECT_EQ(send("leg-1").kind, Kind::left_alone);
    stop_ = false;
    for (const int status : {0x0507, 0x0500, 0x0403}) { // busy, a fault of its own, not for us
        device_.meet("jobs-" + std::to_string(status));
        EXPECT_EQ(send("leg-1").kind, Kind::away) << std::hex << status;
        EXPECT_EQ(line().find("leg-1").kind, Kind::unknown) << std::hex << status;
    }
    EXPECT_EQ(device_.calls().size(), 1U);
}

TEST_F(FaxTest, ADoorThatStaysShutIsSetWrongAndNotADeviceThatIsAway) {
    for (const auto& [status, kind] : std::vector<std::pair<int, Kind>>{{401, Kind::forbidden},
                                                                        {402, Kind::forbidden},
                                                                        {403, Kind::forbidden},
                                                                        {404, Kind::forbidden},
                                                                        {400, Kind::away},
                                                                        {500, Kind::away},
                                                                        {503, Kind::away}}) {
        device_.meet_all({{"http", status}});
        EXPECT_EQ(send("leg-1").kind, kind) << status;
        EXPECT_EQ(line().find("leg-1").kind, Kind::unknown) << status;
    }
    EXPECT_TRUE(device_.calls().empty());
}

TEST_F(FaxTest, AJobThatIsOverSaysWhenByTheDevicesClock) {
    constexpr std::int64_t completed = 1'795'450'267;
    device_.meet_all({{"result", "slow"}, {"completed", completed}});
    stop_later();
    EXPECT_FALSE(send("leg-1").completed) << "it goes on";
    EXPECT_FALSE(line().find("leg-1").completed);
    stop_ = false;
    device_.meet_all({{"result", "good"}, {"pages", 2}, {"completed", completed}});
    EXPECT_EQ(send("leg-2").completed, TimeMs{completed * 1000});
    EXPECT_EQ(line().find("leg-2").completed, TimeMs{completed * 1000});
    device_.meet("good", 2);
    EXPECT_FALSE(send("leg-3").completed) << "not every device has a clock";
}

TEST_F(FaxTest, OfSeveralJobsTheOneThatGoesOnIsFollowedElseTheNewest) {
    device_.meet("busy");
    EXPECT_EQ(send("leg-1").kind, Kind::busy);
    device_.meet("good", 2);
    EXPECT_EQ(send("leg-1").kind, Kind::confirmed);
    device_.meet("all-jobs");
    const FaxOutcome newest = send("leg-1");
    EXPECT_EQ(newest.kind, Kind::confirmed);
    EXPECT_EQ(newest.job, 2);

    device_.meet("busy");
    EXPECT_EQ(send("leg-2").kind, Kind::busy);
    device_.meet("slow");
    stop_later();
    EXPECT_EQ(send("leg-2").kind, Kind::left_alone);
    device_.meet("all-jobs");
    const FaxOutcome living = send("leg-2");
    EXPECT_EQ(living.kind, Kind::left_alone);
    EXPECT_EQ(living.job, 4);
    EXPECT_EQ(device_.calls().size(), 4U);
}

TEST_F(FaxTest, WhatMayHaveArrivedGoesAgainOnlyWhenSomebodyFoundItAbsent) {
    device_.meet("uncounted");
    EXPECT_EQ(send("leg-1").kind, Kind::unconfirmed);
    EXPECT_EQ(send("leg-1").kind, Kind::unconfirmed) << "a lost lease";
    EXPECT_EQ(device_.calls().size(), 1U);
    device_.meet("good", 2);
    const FaxOrder again{"leg-1", as_bytes(pdf), "tel:+862584567890", 2, true};
    EXPECT_EQ(line().send(again, stop_).kind, Kind::confirmed);
    EXPECT_EQ(device_.calls().size(), 2U);
    EXPECT_EQ(line().send(again, stop_).job, 2) << "that one was confirmed";
    EXPECT_EQ(device_.calls().size(), 2U);
}

TEST_F(FaxTest, WhatBecameOfAnOrderIsAskedForWithoutACall) {
    EXPECT_EQ(line().find("leg-1").kind, Kind::unknown) << "no job of it";
    const std::vector<std::pair<std::string, Kind>> all = {{"good", Kind::confirmed},
                                                           {"short", Kind::short_of},
                                                           {"busy", Kind::busy},
                                                           {"uncounted", Kind::unconfirmed}};
    for (const auto& [result, kind] : all) {
        device_.meet(result, 2);
        EXPECT_EQ(send("leg-" + result).kind, kind);
        EXPECT_EQ(line().find("leg-" + result).kind, kind) << "by its pages, which are in its name";
    }
    EXPECT_EQ(device_.calls().size(), all.size());
}

TEST_F(FaxTest, WhatACallMayMeetHasItsWord) {
    const std::vector<std::pair<std::string, Kind>> all = {
        {"busy", Kind::busy},      {"no-answer", Kind::no_answer},
        {"voice", Kind::no_fax},   {"carrier-lost", Kind::broken},
        {"refuse", Kind::refused}, {"not-accepting", Kind::away}};
    for (const auto& [result, kind] : all) {
        device_.meet(result);
        const FaxOutcome outcome = send("leg-" + result);
        EXPECT_EQ(outcome.kind, kind) << result << ' ' << outcome.reason;
        EXPECT_FALSE(outcome.reason.empty()) << result;
    }
}

TEST_F(FaxTest, ABusyLineIsCalledAgainByAnotherJobOfTheSameName) {
    device_.meet("busy");
    EXPECT_EQ(send("leg-1").kind, Kind::busy);
    device_.meet("good", 2);
    const FaxOutcome again = send("leg-1");
    EXPECT_EQ(again.kind, Kind::confirmed);
    EXPECT_FALSE(again.found_again);
    EXPECT_EQ(device_.calls().size(), 2U);
}

TEST_F(FaxTest, ALostAnswerIsLookedForAndNothingIsSentTwice) {
    for (const char* const lost : {"create", "send"}) {
        device_.meet("good", 2, lost);
        EXPECT_EQ(send(std::string("leg-") + lost).kind, Kind::confirmed) << lost;
    }
    EXPECT_EQ(device_.calls().size(), 2U);
    // The process died behind the call: whoever has the leg next asks for its job first.
    const FaxOutcome found = send("leg-send");
    EXPECT_EQ(found.kind, Kind::confirmed);
    EXPECT_TRUE(found.found_again);
    EXPECT_EQ(device_.calls().size(), 2U);
}

TEST_F(FaxTest, ACallThatLastsTooLongIsCancelledAndSaysSo) {
    device_.meet("slow");
    const FaxOutcome outcome = line(std::chrono::milliseconds(200))
                                   .send({"leg-1", as_bytes(pdf), "tel:+862584567890", 1}, stop_);
    EXPECT_EQ(outcome.kind, Kind::broken) << "cancelled, and ended";
    EXPECT_EQ(outcome.reason, "job-canceled-by-user");
}

TEST_F(FaxTest, WhoeverStopsLeavesTheCallToTheDeviceAndFindsItAgain) {
    device_.meet("slow");
    stop_ = true;
    EXPECT_EQ(send("leg-1").kind, Kind::not_begun);
    EXPECT_TRUE(device_.calls().empty());
    stop_ = false;
    stop_later();
    EXPECT_EQ(send("leg-1").kind, Kind::left_alone);
    EXPECT_EQ(line().find("leg-1").kind, Kind::unknown) << "it goes on";
    const FaxOutcome again = send("leg-1");
    EXPECT_EQ(again.kind, Kind::left_alone);
    EXPECT_TRUE(again.found_again);
    EXPECT_EQ(device_.calls().size(), 1U);
}

TEST_F(FaxTest, ADeviceThatIsAwayWasSentNothing) {
    device_.stop();
    EXPECT_EQ(send("leg-1").kind, Kind::away);
    EXPECT_FALSE(FaxLine::make({"http://127.0.0.1/fax"}).ok());
}

/// The counterpart is none of ours to judge by ourselves.
TEST_F(FaxTest, TheDeviceOfTheseTestsPassesTheTestOfCups) {
    const std::string test = "/usr/share/cups/ipptool/fax-job.test";
    if (!std::filesystem::exists(test)) {
        GTEST_SKIP() << "ipptool of cups-ipp-utils is not installed (tools/install.sh test)";
    }
    const auto file = device_.folder() / "page.pdf";
    std::ofstream(file) << pdf;
    EXPECT_EQ(
        std::system(("timeout 30 ipptool -q -f " + file.string() + ' ' + device_.uri() + ' ' + test)
                        .c_str()),
        0);
    EXPECT_EQ(device_.calls().size(), 1U);
}

} // namespace
} // namespace songda::printing
