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

    fakes::FaxDevice device_;
    std::atomic<bool> stop_{false};
};

TEST_F(FaxTest, WhatIsConfirmedIsTheDocumentPageByPage) {
    device_.meet("good", 2);
    const FaxOutcome outcome = send("leg-1");
    EXPECT_EQ(outcome.kind, Kind::confirmed) << outcome.reason;
    EXPECT_EQ(outcome.pages, 2U);
    const auto calls = device_.calls();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0]["name"], "leg-1");
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
    EXPECT_EQ(send("leg-1").kind, Kind::left_alone);
    stop_ = false;
    std::thread later([this] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop_ = true;
    });
    const FaxOutcome again = send("leg-1");
    later.join();
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
