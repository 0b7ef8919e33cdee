// The channel fax: reached only when every page of the document was confirmed, busy is tried again,
// and the evidence has pages and times but no number.
#include "delivery/channels/fax_channel.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "tests/fakes/fax_device.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/own_file.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery {
namespace {

using Kind = Outcome::Kind;

class FaxChannelTest : public testing::Test {
protected:
    FaxChannelTest() {
        clock_.set(sample_.now);
        sample_.leg.address = Private<std::string>("02584567890");
        sample_.file.clear();
        append(sample_.file, fakes::own_file());
        sample_.document.file.size = sample_.file.size();
    }
    std::unique_ptr<FaxChannel> channel() {
        FaxOptions options;
        options.line.uri = device_.uri();
        options.line.between = std::chrono::milliseconds(20);
        return FaxChannel::make(options, clock_).value();
    }
    Outcome send() { return channel()->send(sample_.dispatch()); }
    Found find() { return channel()->find(sample_.leg, {sample_.now, sample_.now}); }

    fakes::FaxDevice device_;
    fakes::ManualClock clock_;
    samples::SampleDispatch sample_;
};

TEST_F(FaxChannelTest, ConfirmedPagesAreTheDocumentsOrItHasNotArrived) {
    const Outcome good = send();
    EXPECT_EQ(good.kind, Kind::reached) << good.trace;
    EXPECT_EQ(good.trace, "fax job 1 pages 1/1 2026-11-24T01:05:00.000Z/2026-11-24T01:05:00.000Z");
    const auto calls = device_.calls();
    EXPECT_EQ(calls.at(0)["to"], nlohmann::json::array({"tel:02584567890;phone-context=+86"}));
    EXPECT_EQ(calls.at(0)["name"], to_text(sample_.leg.id) + "-1");
    EXPECT_EQ(calls.at(0)["bytes"], sample_.file.size());
}

TEST_F(FaxChannelTest, BusyAndMissingPagesAreTriedAgainAndOnlyARefusalIsForGood) {
    const std::vector<std::tuple<std::string, Kind, Reason>> all = {
        {"busy", Kind::temporary, Reason::line_busy},
        {"no-answer", Kind::temporary, Reason::not_answered},
        {"voice", Kind::temporary, Reason::no_fax},
        {"carrier-lost", Kind::temporary, Reason::line_failed},
        {"short", Kind::temporary, Reason::pages_missing},
        {"refuse", Kind::permanent, Reason::policy_rejected},
        {"create-1281", Kind::temporary, Reason::provider_down},
        {"create-1027", Kind::configuration, Reason::config_auth},
        {"talks", Kind::temporary, Reason::line_failed},
        {"not-accepting", Kind::temporary, Reason::provider_down}};
    for (const auto& [result, kind, reason] : all) {
        device_.meet(result);
        const Outcome outcome = send();
        EXPECT_EQ(outcome.kind, kind) << result;
        EXPECT_EQ(outcome.reason, reason) << result;
        EXPECT_EQ(outcome.trace.find("2584567890"), std::string::npos) << outcome.trace;
    }
    device_.meet("uncounted"); // last: the device keeps this one as completed
    EXPECT_EQ(send().kind, Kind::ambiguous) << "never sent again blindly";
}

TEST_F(FaxChannelTest, ACallLeftBehindByAStopIsUnknownWithItsJobAndThenAskedFor) {
    device_.meet("slow");
    const auto leaving = channel();
    const std::jthread stop([&] {
        (void)fakes::wait_in_folder(device_.folder(), [&] { return !device_.calls().empty(); });
        leaving->leave();
    });
    const Outcome left = leaving->send(sample_.dispatch());
    EXPECT_EQ(left.kind, Kind::ambiguous) << "so nobody says that nothing is left of it";
    EXPECT_TRUE(left.trace.starts_with("fax job 1 ")) << left.trace;
    EXPECT_TRUE(leaving->traits().finds);
    EXPECT_EQ(find().kind, Found::Kind::unsure) << "it goes on";
    EXPECT_EQ(device_.calls().size(), 1U);
}

TEST_F(FaxChannelTest, AStopBeforeTheCallLeavesNothing) {
    const auto leaving = channel();
    leaving->leave();
    EXPECT_EQ(leaving->send(sample_.dispatch()).kind, Kind::not_now);
    EXPECT_TRUE(device_.calls().empty());
}

TEST_F(FaxChannelTest, TheDeviceItselfSaysWhatWasTakenAndWhatCameToNothing) {
    EXPECT_EQ(find().kind, Found::Kind::unsure) << "a job that it knows no more proves nothing";
    const std::vector<std::pair<std::string, Found::Kind>> all = {
        {"busy", Found::Kind::absent},
        {"short", Found::Kind::absent},
        {"uncounted", Found::Kind::unsure},
        {"good", Found::Kind::reached}};
    for (const auto& [result, found] : all) {
        device_.meet(result);
        (void)send();
        EXPECT_EQ(find().kind, found) << result;
        EXPECT_FALSE(find().happened) << "it does not say when";
        EXPECT_EQ(find().trace.find("2584567890"), std::string::npos);
    }
    EXPECT_EQ(device_.calls().size(), all.size());
}

TEST_F(FaxChannelTest, WhenACallOfBeforeWasConfirmedIsWhatTheDeviceSays) {
    const TimeMs completed = *parse_rfc3339("2026-11-24T09:06:07+08:00");
    device_.meet_all({{"result", "good"}, {"pages", 1}, {"completed", completed.value / 1000}});
    EXPECT_FALSE(send().happened) << "we were there";
    EXPECT_EQ(find().happened, completed);
    EXPECT_EQ(find().trace, "fax job 1 pages 1");
    const Outcome again = send();
    EXPECT_EQ(again.kind, Kind::reached);
    EXPECT_EQ(again.happened, completed) << "found again";
}

TEST_F(FaxChannelTest, WhatMayHaveArrivedIsCalledAgainOnlyOnceItWasFoundAbsent) {
    device_.meet("uncounted");
    EXPECT_EQ(send().kind, Kind::ambiguous);
    device_.meet("good");
    sample_.leg.reason = reason_name(Reason::lease_lost);
    EXPECT_EQ(send().kind, Kind::ambiguous);
    EXPECT_EQ(device_.calls().size(), 1U);
    sample_.leg.reason.clear(); // as found_absent leaves it
    EXPECT_EQ(send().kind, Kind::reached);
    EXPECT_EQ(device_.calls().size(), 2U);
}

TEST_F(FaxChannelTest, WhatIsNoNumberAndWhatIsNoDocumentIsNotCalled) {
    sample_.leg.address = Private<std::string>("025-8456");
    EXPECT_EQ(send().reason, Reason::address_invalid);
    sample_.leg.address = Private<std::string>("02584567890");
    sample_.file.assign(3, 'x');
    EXPECT_EQ(send().reason, Reason::storage);
    EXPECT_TRUE(device_.calls().empty());
}

TEST(FaxNumbers, AreWrittenAsRfc3966HasThem) {
    EXPECT_EQ(tel_uri("+862584567890", "+86"), "tel:+862584567890");
    EXPECT_EQ(tel_uri("02584567890", "+86"), "tel:02584567890;phone-context=+86");
    for (const char* const wrong :
         {"", "+", "1234", "025 8456", "12345;x=1", "123456789012345678901"}) {
        EXPECT_EQ(tel_uri(wrong, "+86"), "") << wrong;
    }
}

TEST(FaxPages, AreCountedInOurOwnFilesAlone) {
    std::string file = fakes::own_file();
    EXPECT_EQ(pages_of(as_bytes(file)), 1U);
    file.replace(file.find("/Count 1"), 8, "/Count 7");
    EXPECT_EQ(pages_of(as_bytes(file)), 7U);
    for (std::size_t size = 0; size < file.size(); size += 7) {
        (void)pages_of(as_bytes(file).first(size)); // no end of it does harm
    }
    file.replace(file.find("/Type/Pages"), 11, "/Type/Cages");
    EXPECT_EQ(pages_of(as_bytes(file)), 0U);
}

} // namespace
} // namespace songda::delivery
