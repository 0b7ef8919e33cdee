// Carriers' files, numbers and reports: what a report says is kept whole, and what is not known is
// never taken for a move.
#include "postal-adapter/carrier.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "delivery/tracking_words.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::postal {
namespace {

Carrier shipped(const std::string& name) {
    auto carrier = read_carrier(SONGDA_SOURCE_DIR "/config/carriers/" + name + ".toml");
    EXPECT_TRUE(carrier.ok()) << carrier.error().detail;
    return std::move(carrier).value();
}

TEST(Carrier, EachThatShipsSaysOnlyWhatDeliveryKnows) {
    for (const std::string name : {"emsevt", "ems", "aggregator"}) {
        const Carrier carrier = shipped(name);
        EXPECT_EQ(carrier.name, name);
        EXPECT_FALSE(carrier.codes.empty());
        for (const auto& [code, meaning] : carrier.codes) {
            EXPECT_TRUE(delivery::meaning_of_word(meaning.status,
                                                  {meaning.received_by, meaning.signed_for, false}))
                << name << ' ' << code;
        }
    }
}

/// Every row of UPU's list that has one meaning (EMSEVT V3); EXX has two, so a person decides.
TEST(Carrier, EveryEventOfEmsevtHasItsMeaning) {
    const Carrier carrier = shipped("emsevt");
    const std::map<std::string, std::string> rows = {
        {"EMA", "picked_up"},  {"EMB", "in_transit"},       {"EMC", "in_transit"},
        {"EXA", "customs"},    {"EXB", "on_hold"},          {"EXC", "customs"},
        {"EXD", "on_hold"},    {"EMJ", "in_transit"},       {"EMK", "in_transit"},
        {"EMD", "in_transit"}, {"EMF", "in_transit"},       {"EDA", "on_hold"},
        {"EDB", "customs"},    {"EME", "customs"},          {"EDC", "customs"},
        {"EDD", "in_transit"}, {"EDE", "in_transit"},       {"EMG", "in_transit"},
        {"EDF", "on_hold"},    {"EDG", "out_for_delivery"}, {"EMH", "attempted"},
        {"EDH", "available"},  {"EMI", "delivered"},        {"EDX", "returning"},
        {"EMX", "in_transit"}};
    for (const auto& [code, status] : rows) {
        ASSERT_TRUE(carrier.codes.contains(code)) << code;
        EXPECT_EQ(carrier.codes.at(code).status, status) << code;
    }
    EXPECT_FALSE(carrier.codes.contains("EXX"));
}

TEST(Carrier, NumbersAreHeldAgainstTheCarriersOwnPatterns) {
    const Carrier ems = shipped("ems");
    EXPECT_TRUE(is_number_of(ems, "1234567890123"));
    EXPECT_TRUE(is_number_of(ems, "XA12345678901"));
    EXPECT_TRUE(is_number_of(ems, "LZ123456785CN"));
    EXPECT_FALSE(is_number_of(ems, "LZ123456784CN")) << "its check digit";
    EXPECT_FALSE(is_number_of(ems, "123456789012"));
    EXPECT_FALSE(is_number_of(ems, ""));
}

TEST(Carrier, AReportOfEmsIsReadEventByEvent) {
    const auto events = read_report(shipped("ems"), R"({"responseItems":[
        {"traceNo":"1234567890123","opTime":"2026-11-24 09:02:03","opCode":"203","opDesc":"已收寄",
         "opOrgProvName":"江苏省","opOrgCity":"南京市","opOrgCode":"21000001","opOrgName":"建邺揽投部"},
        {"traceNo":"1234567890123","opTime":"2026-11-25 10:00:00","opCode":"704","opDesc":"已妥投",
         "deliverCode":"10"},
        {"traceNo":"1234567890123","opTime":"soon","opCode":"999"},
        {}]})");
    ASSERT_TRUE(events.ok()) << events.error().detail;
    ASSERT_EQ(events.value().size(), 4U) << "nothing is dropped";
    const CarrierEvent& first = events.value()[0];
    EXPECT_EQ(first.number, "1234567890123");
    EXPECT_EQ(first.meaning, CodeMeaning{"picked_up"});
    EXPECT_EQ(first.occurred, parse_rfc3339("2026-11-24T09:02:03+08:00"));
    EXPECT_EQ(first.place.reveal(), "江苏省 南京市 建邺揽投部");
    EXPECT_EQ(events.value()[1].code, "704 10");
    EXPECT_FALSE(events.value()[1].meaning) << "to whom, nobody knows";
    EXPECT_FALSE(events.value()[2].meaning);
    EXPECT_FALSE(events.value()[2].occurred);
    EXPECT_EQ(events.value()[2].said_at, "soon");
    EXPECT_TRUE(events.value()[3].number.empty());
    std::set<std::string> ids;
    for (const CarrierEvent& each : events.value()) {
        ids.insert(each.id);
    }
    EXPECT_EQ(ids.size(), 4U);
}

TEST(Carrier, ASecondCodeSaysToWhomAndTheReportsNumberIsItsEvents) {
    const auto events = read_report(shipped("emsevt"), R"({"events":[
        {"itemId":"LZ123456785CN","eventCode":"EMH","reasonCode":"refused","eventDateTime":"2026-11-24T09:02:03+08:00"},
        {"itemId":"LZ123456785CN","eventCode":"EMI","reasonCode":"sender","eventDateTime":"2026-11-25T09:02:03+08:00"}]})");
    ASSERT_TRUE(events.ok());
    EXPECT_EQ(events.value()[0].meaning->status, "refused");
    EXPECT_EQ(events.value()[1].meaning->received_by, "sender");
    EXPECT_EQ(events.value()[0].id, "LZ123456785CN/EMH/2026-11-24T09:02:03+08:00");
    const auto pushed =
        read_report(shipped("aggregator"), R"({"lastResult":{"nu":"1234567890123","data":[
        {"ftime":"2026-11-24 09:02:03","context":"x","statusCode":"304"}]}})");
    ASSERT_TRUE(pushed.ok());
    EXPECT_EQ(events.value().size(), 2U);
    EXPECT_EQ(pushed.value()[0].meaning->received_by, "locker");
}

TEST(Carrier, WhatIsNoReportIsRefused) {
    const Carrier ems = shipped("ems");
    for (const auto* bad : {"", "[]", "{}", "{\"responseItems\":1}", "{\"responseItems\":[}"}) {
        EXPECT_FALSE(read_report(ems, bad).ok()) << bad;
    }
    EXPECT_TRUE(read_report(ems, "{\"responseItems\":[]}").value().empty());
}

TEST(Carrier, AWrongFileIsToldWithLineAndKey) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "bad.toml";
    std::ofstream(path) << "name = \"x\"\ntitle = \"x\"\nnumbers = []\nsurprise = 1\n[report]\n"
                           "number = \"/n\"\ncode = \"/c\"\ntime = \"/t\"\n[codes]\n"
                           "A = \"delivered\"\nB = \"attempted a b\"\n";
    const auto read = read_carrier(path);
    ASSERT_FALSE(read.ok());
    for (const auto* told : {"surprise", "codes.A", "codes.B", ":10", ":11"}) {
        EXPECT_NE(read.error().detail.find(told), std::string::npos) << told << '\n'
                                                                     << read.error().detail;
    }
}

} // namespace
} // namespace songda::postal
