// The applicant's counter: link and code open the inbox, wrong ones cost an attempt, handing over
// is written down, another's document is absent.
#include "delivery/collecting.hpp"

#include <gtest/gtest.h>

#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
const DepartmentCode department{"11320199014138860W"};

class CollectingTest : public testing::Test {
protected:
    [[nodiscard]] std::pair<std::string, std::string> way_in(const DocumentId& document) {
        const Collection collection =
            office_.keys.collection_of(office_.leg(document).id, document);
        return {collection.link.substr(collection.link.rfind('/') + 1), collection.code.reveal()};
    }
    [[nodiscard]] std::optional<store::InboxId> open(const std::string& token,
                                                     const std::string& code) {
        return collecting_.open(token, code).value();
    }

    Office office_;
    Collecting collecting_{office_.store, office_.keys, office_.clock, 30LL * 86'400'000};
};

TEST_F(CollectingTest, LinkOfAMailThatWasNotSentYetOpensTheInbox) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    const auto [token, code] = way_in(document);
    const auto inbox = open(token, code);
    ASSERT_TRUE(inbox);
    const auto list = collecting_.list(*inbox).value();
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].document.id, document);
    EXPECT_EQ(list[0].legs.size(), 1U);
}

TEST_F(CollectingTest, OneRecipientsDocumentsAreTogetherOnceEachNewestFirst) {
    const DocumentId first = office_.issue(department, {ChannelKind::email, ChannelKind::portal});
    office_.clock.advance(1000);
    const DocumentId second = office_.issue(department, {ChannelKind::email});
    office_.issue(department, {ChannelKind::email}, "91320199MAPE1G9MY9");
    office_.issue({"12320199014138860X"}, {ChannelKind::email});
    const auto [token, code] = way_in(first);
    const auto list = collecting_.list(*open(token, code)).value();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].document.id, second);
    EXPECT_EQ(list[1].document.id, first);
}

TEST_F(CollectingTest, FiveWrongCodesShutTheLinkAndTheClerkOpensItAgain) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    const auto [token, code] = way_in(document);
    const std::string wrong = code == "00000000" ? "00000001" : "00000000";
    for (int attempt = 0; attempt < 5; ++attempt) {
        EXPECT_FALSE(open(token, wrong));
    }
    EXPECT_FALSE(open(token, code));
    const auto renewed = collecting_.renew(document).value();
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->collection.code.reveal(), code);
    EXPECT_TRUE(open(token, code));
    EXPECT_EQ(renewed->expires, office_.clock.now() + 30LL * 86'400'000);
    office_.clock.advance(30LL * 86'400'000);
    EXPECT_FALSE(open(token, code)) << "the renewed link has its end";
}

TEST_F(CollectingTest, LinkOfATextMessageOpensTheInboxAndAcknowledgesOnlyTheService) {
    office_.notices = {ChannelKind::sms};
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    office::ScriptedChannel sms{false};
    Courier(office_.parts({{ChannelKind::sms, sms, 1, 1}})).run_once();
    ASSERT_EQ(sms.links.size(), 1U);
    EXPECT_EQ(sms.codes[0], "") << "link and code go two ways";
    const auto [token, code] = way_in(document);
    const std::string told = sms.links[0].substr(sms.links[0].rfind('/') + 1);
    EXPECT_NE(told, token) << "each leg has a link of its own";
    const auto inbox = open(told, code);
    ASSERT_TRUE(inbox);
    EXPECT_EQ(collecting_.list(*inbox).value()[0].legs.size(), 1U) << "of service";
    ASSERT_TRUE(collecting_.hand_over(*inbox, document).value());
    for (const store::LegRow& leg : office_.store.legs_of(document).value()) {
        if (leg.purpose == store::LegPurpose::notice) {
            EXPECT_EQ(leg_state(leg.state), LegState::accepted) << "a notice serves nothing";
        }
    }
}

TEST_F(CollectingTest, AnothersCodeOpensNothing) {
    const DocumentId one = office_.issue(department, {ChannelKind::email});
    const DocumentId other = office_.issue(department, {ChannelKind::email}, "91320199MAPE1G9MY9");
    EXPECT_FALSE(open(way_in(one).first, way_in(other).second));
    EXPECT_FALSE(open("", ""));
}

TEST_F(CollectingTest, HandingOverAcknowledgesWhatHadArrived) {
    const DocumentId document =
        office_.issue(department, {ChannelKind::email, ChannelKind::portal});
    Courier courier(office_.parts());
    courier.run_once();
    const auto [token, code] = way_in(document);
    const auto inbox = open(token, code);
    office_.clock.advance(5000);
    const auto handover = collecting_.hand_over(*inbox, document).value();
    ASSERT_TRUE(handover);
    EXPECT_EQ(handover->file, (Bytes{1, 2, 3}));
    EXPECT_EQ(office_.state(document, ChannelKind::portal), LegState::acknowledged);
    EXPECT_EQ(office_.state(document, ChannelKind::email), LegState::acknowledged);
    for (const store::InboxEntry& entry : office_.store.inbox(*inbox).value()) {
        EXPECT_EQ(entry.opened, office_.clock.now());
    }
    const auto audit = office_.store.list_audit(0, 100).value();
    EXPECT_EQ(audit.back().row.action, "document_collected");
    // Once more: the file again, nothing new to write down.
    EXPECT_TRUE(collecting_.hand_over(*inbox, document).value());
    EXPECT_EQ(office_.store.list_audit(0, 100).value().size(), audit.size());
}

TEST_F(CollectingTest, DocumentOfAnotherInboxIsAbsent) {
    const DocumentId own = office_.issue(department, {ChannelKind::email});
    const DocumentId foreign =
        office_.issue(department, {ChannelKind::email}, "91320199MAPE1G9MY9");
    const auto [token, code] = way_in(own);
    const auto inbox = open(token, code);
    EXPECT_FALSE(collecting_.hand_over(*inbox, foreign).value());
    EXPECT_FALSE(collecting_.hand_over(*inbox, DocumentId{}).value());
}

TEST_F(CollectingTest, NothingIsHandedOverThatCannotBeWrittenDown) {
    const DocumentId document = office_.issue(department, {ChannelKind::email});
    Courier courier(office_.parts());
    courier.run_once();
    const auto [token, code] = way_in(document);
    const auto inbox = open(token, code);
    office_.store.set_writable(false);
    EXPECT_FALSE(collecting_.hand_over(*inbox, document).ok());
}

} // namespace
} // namespace songda::delivery
