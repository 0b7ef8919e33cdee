// The receipt attests what happened and nothing else: who took a document is named only where that
// is on record, and what a person wrote must name one way of service.
#include "delivery/service_receipt.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "delivery/collector.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

const DepartmentCode department{"11320199014138860W"};
const std::string record =
    R"({"recipient":{"kind":"person","name":"张三丰","code":"320102199001010013"}})";

class ServiceReceiptTest : public testing::Test {
protected:
    Result<ReceiptDecision> decide(const DocumentId& document) {
        return decide_receipt(office_.store, *office_.store.find_document(document).value(), record,
                              office_.clock.now());
    }
    std::string field(const DocumentId& document, std::string_view name) {
        const auto decision = decide(document);
        EXPECT_TRUE(decision.ok());
        const auto json = parse_json(decision.value().json);
        return std::string(member_text(*find_member(json.value().root(), "fields"), name));
    }
    void settle(const DocumentId& document, const store::LegUpdate& update) {
        const store::LegRow leg = office_.leg(document);
        ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, update).value());
    }
    DocumentId collect(const std::string& capacity) {
        const DocumentId document = office_.issue(department, {ChannelKind::counter});
        Collector who;
        who.capacity = capacity;
        who.identity = "id_card";
        who.checked = "chip";
        who.number = Private<std::string>("320102199001010013");
        who.name = Private<std::string>("李四光");
        who.mandate = "委2026-8";
        who.mandate_day = Date{2026, 11, 20};
        who.place = "一楼3号窗口";
        settle(document,
               *settle_collected(office_.leg(document), collector_detail(who, office_.keys),
                                 office_.clock.now()));
        return document;
    }
    DocumentId serve_by_hand(const std::string& words) {
        const DocumentId document = office_.issue(department, {ChannelKind::email});
        Courier(office_.parts()).run_once();
        for (const auto& [step, detail] : {std::pair(ServiceStep::by_hand, std::string("无人应答")),
                                           std::pair(ServiceStep::served_by_hand, words)}) {
            store::ServiceWrite write;
            write.document = document;
            write.expected = office_.store.service_entries(document).value().size();
            write.entry.kind = static_cast<std::uint8_t>(step);
            write.entry.happened = write.entry.learned = office_.clock.now();
            write.entry.actor = "operator";
            write.entry.detail = detail;
            write.audit = {office_.clock.now(), "operator", "service_step", to_text(document), ""};
            EXPECT_TRUE(office_.store.append_service(write).value());
        }
        return document;
    }

    office::Office office_;
};

TEST_F(ServiceReceiptTest, WhoCameInPersonReceivedItAndAnAgentTookIt) {
    const DocumentId self = collect("self");
    EXPECT_EQ(field(self, "way"), "直接送达");
    EXPECT_EQ(field(self, "received_by"), "张三丰");
    EXPECT_EQ(field(self, "proxy"), "");
    EXPECT_EQ(field(collect("representative"), "received_by"), "张三丰");
    const DocumentId agent = collect("agent");
    EXPECT_EQ(field(agent, "received_by"), "");
    EXPECT_EQ(field(agent, "proxy"), "李**") << "masked, as it is on record";
    EXPECT_EQ(field(agent, "proxy_reason"), "受托人，授权委托书 委2026-8（2026-11-20）");
}

TEST_F(ServiceReceiptTest, NobodySignedForWhatWasNotHandedOver) {
    for (const char* const way : {"邮寄送达", "留置送达", "公告送达", "电子送达"}) {
        const DocumentId document = serve_by_hand(std::string("已") + way);
        EXPECT_EQ(field(document, "way"), way);
        EXPECT_EQ(field(document, "received_by"), "") << way;
        EXPECT_EQ(field(document, "consent"), "") << "nobody said so";
    }
    EXPECT_EQ(field(serve_by_hand("上门直接送达"), "received_by"), "张三丰");
}

TEST_F(ServiceReceiptTest, WhatAPersonWroteNamesOneWay) {
    for (const char* const words : {"已送达", "直接送达未成，改为留置送达"}) {
        const auto decision = decide(serve_by_hand(words));
        ASSERT_FALSE(decision.ok()) << words;
        EXPECT_EQ(decision.error().fault, Fault::invalid_input);
        EXPECT_NE(decision.error().detail.find("直接送达、留置送达、电子送达"), std::string::npos)
            << decision.error().detail;
    }
}

TEST_F(ServiceReceiptTest, ALetterHasItsReceiptAndASecondServiceAnother) {
    const DocumentId document = office_.issue(department, {ChannelKind::post});
    const auto tell = [&](const std::string& id, std::vector<std::string> voids) {
        office_.clock.advance(3'600'000);
        store::TrackedEvent event;
        event.source = "carrier";
        event.id = id;
        event.occurred = event.recorded = office_.clock.now();
        event.state = static_cast<std::uint8_t>(LegState::reached);
        event.voids = std::move(voids);
        const store::TrackedWrite write{office_.leg(document).id, event};
        ASSERT_TRUE(office_.store.put_tracked({&write, 1}).ok());
    };
    const auto case_number = [&] {
        const auto decision = decide(document);
        EXPECT_TRUE(decision.ok());
        const auto json = parse_json(decision.value().json);
        return std::string(member_text(json.value().root(), "case_number"));
    };
    tell("1", {});
    EXPECT_EQ(field(document, "way"), "邮寄送达");
    EXPECT_EQ(field(document, "received_by"), "") << "the post has a receipt of its own";
    EXPECT_NE(decide(document).value().json.find(R"("address":"someone@example.org")"),
              std::string::npos);
    const std::string first = case_number();
    tell("2", {"1"});
    EXPECT_EQ(case_number(), first + "/2") << "the number of a case is used once";
}

} // namespace
} // namespace songda::delivery
