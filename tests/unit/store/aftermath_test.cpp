// What follows from a change of status: asked of the document and of its copies that held, as the
// store finds them then; written with the change or not at all.
#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

class AftermathTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(samples::put(*store_, with_leg(samples::issue(1, file_))));
    }

    /// One leg, numbered as the document.
    static IssueWrite with_leg(IssueWrite write) {
        LegRow leg = samples::leg(0, 0, 1, TimeMs{10});
        std::copy(write.document.id.bytes.begin(), write.document.id.bytes.end(),
                  leg.id.bytes.begin());
        leg.document = write.document.id;
        leg.inbox = samples::numbered<InboxId>(7);
        write.legs = {{leg, {LegEvent{"queued", TimeMs{1}, TimeMs{1}, 1, ""}}}};
        return write;
    }
    void put_copy(std::uint64_t number) {
        IssueWrite write = with_leg(samples::issue(number, file_));
        write.document.relation = {RelationKind::duplicate_of, id(1)};
        ASSERT_TRUE(samples::put(*store_, write));
    }
    static DocumentId id(std::uint64_t number) { return samples::numbered<DocumentId>(number); }

    static LegWrite notice(const TouchedDocument& touched, std::uint64_t number) {
        LegWrite write;
        write.leg = samples::leg(number, 0, 1, TimeMs{20});
        write.leg.document = touched.document.id;
        write.leg.inbox = touched.legs.front().inbox;
        write.leg.purpose = LegPurpose::notice;
        write.leg.tells = ToldStatus{touched.changed.id, touched.entry.sequence};
        return write;
    }
    Result<StatusOutcome> set(std::uint64_t number, DocumentStatus status, const Follow& follow) {
        return store_->set_status(
            id(number), {{status, TimeMs{9}, "因", "who"}, samples::audit_row(1), follow});
    }
    [[nodiscard]] std::vector<LegRow> legs(std::uint64_t number) {
        return store_->legs_of(id(number)).value();
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
    Bytes file_ = samples::file_bytes(1, 10);
};

TEST_F(AftermathTest, NoticesAndStoppedLegsComeWithTheChangeAndAreDue) {
    const auto changed = set(1, DocumentStatus::revoked, [](const TouchedDocument& touched) {
        EXPECT_EQ(touched.entry.sequence, 2U);
        EXPECT_EQ(touched.entry.change.operation, Operation::ended);
        EXPECT_EQ(touched.holds, DocumentStatus::revoked);
        LegUpdate stopped{19, std::nullopt, "revoked", 0, {}, std::nullopt};
        stopped.events = {LegEvent{"cancel", TimeMs{9}, TimeMs{9}, 19, "revoked"}};
        return Aftermath{{notice(touched, 50)}, {{touched.legs.front().id, stopped}}};
    });
    ASSERT_TRUE(changed.value().changed);
    const auto found = legs(1);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].reason, "revoked");
    EXPECT_EQ(found[0].fence, 1U) << "who holds it learns that it moved";
    EXPECT_EQ(found[1].tells, (ToldStatus{id(1), 2}));
    const auto due = store_->claim_due({2, TimeMs{100}, 10, 50, {}}).value();
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].row.id, samples::numbered<LegId>(50));
    EXPECT_EQ(store_->inbox(samples::numbered<InboxId>(7)).value().size(), 1U);
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(AftermathTest, ARepeatedStepAsksNobody) {
    int asked = 0;
    const Follow follow = [&](const TouchedDocument&) {
        ++asked;
        return Aftermath{};
    };
    EXPECT_TRUE(set(1, DocumentStatus::suspended, follow).value().changed);
    EXPECT_FALSE(set(1, DocumentStatus::suspended, follow).value().changed);
    EXPECT_EQ(asked, 1);
}

TEST_F(AftermathTest, CopiesThatHoldAreAskedAboutAndThoseThatDoNotAreNot) {
    put_copy(2);
    put_copy(3);
    ASSERT_TRUE(set(3, DocumentStatus::revoked, {}).value().changed);
    std::vector<std::pair<DocumentId, DocumentStatus>> asked;
    const Follow follow = [&](const TouchedDocument& touched) {
        EXPECT_EQ(touched.legs.size(), 1U);
        EXPECT_EQ(touched.legs.front().document, touched.document.id);
        asked.emplace_back(touched.document.id, touched.holds);
        return Aftermath{};
    };
    ASSERT_TRUE(set(1, DocumentStatus::suspended, follow).value().changed);
    EXPECT_EQ(asked, (std::vector<std::pair<DocumentId, DocumentStatus>>{
                         {id(1), DocumentStatus::suspended}, {id(2), DocumentStatus::suspended}}));
    asked.clear();
    // A copy that is given back holds no better than its main.
    ASSERT_TRUE(set(2, DocumentStatus::suspended, {}).value().changed);
    ASSERT_TRUE(set(2, DocumentStatus::valid, follow).value().changed);
    EXPECT_EQ(asked, (std::vector<std::pair<DocumentId, DocumentStatus>>{
                         {id(2), DocumentStatus::suspended}}));
}

TEST_F(AftermathTest, WhatCannotBeWrittenStopsTheChange) {
    const auto refused = [&](const Follow& follow) {
        const auto answer = set(1, DocumentStatus::revoked, follow);
        EXPECT_EQ(store_->status_history(id(1)).value().size(), 1U);
        EXPECT_EQ(legs(1).size(), 1U);
        return answer.error().fault;
    };
    EXPECT_EQ(refused([](const TouchedDocument& touched) {
                  return Aftermath{{notice(touched, 1)}, {}};
              }),
              Fault::conflict)
        << "the id of another leg";
    EXPECT_EQ(refused([](const TouchedDocument& touched) {
                  LegWrite silent = notice(touched, 50);
                  silent.leg.tells.reset();
                  return Aftermath{{silent}, {}};
              }),
              Fault::invalid_input);
    EXPECT_EQ(refused([](const TouchedDocument& touched) {
                  LegWrite foreign = notice(touched, 50);
                  foreign.leg.document = id(9);
                  return Aftermath{{foreign}, {}};
              }),
              Fault::invalid_input);
    EXPECT_EQ(refused([](const TouchedDocument&) {
                  return Aftermath{{}, {{samples::numbered<LegId>(77), {}}}};
              }),
              Fault::invalid_input);
    EXPECT_EQ(refused([](const TouchedDocument& touched) {
                  LegUpdate long_one;
                  long_one.reason = std::string(3000, 'x');
                  return Aftermath{{notice(touched, 50)}, {{touched.legs.front().id, long_one}}};
              }),
              Fault::invalid_input)
        << "and the notice beside it is not written either";
}

TEST_F(AftermathTest, ARenewalBringsTheNoticesOfWhatItEnds) {
    IssueWrite later = with_leg(samples::issue(2, file_));
    later.document.relation = {RelationKind::renews, id(1)};
    later.supersede = {{DocumentStatus::superseded, TimeMs{9}, "延续", "who", Operation::renewed},
                       samples::audit_row(2),
                       [](const TouchedDocument& touched) {
                           EXPECT_EQ(touched.entry.change.operation, Operation::renewed);
                           return Aftermath{{notice(touched, 50)}, {}};
                       }};
    ASSERT_TRUE(samples::put(*store_, later));
    EXPECT_EQ(legs(1).size(), 2U);
    EXPECT_EQ(legs(2).size(), 1U);
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(AftermathTest, WhatGoesToASupervisorOpensNoInbox) {
    IssueWrite write = samples::issue(2, file_);
    LegRow copy = samples::leg(60, 2, 1, TimeMs{10});
    copy.purpose = LegPurpose::supervision;
    copy.tells = ToldStatus{id(2), 1};
    copy.inbox = samples::numbered<InboxId>(9);
    write.legs = {{copy, {}}};
    ASSERT_TRUE(samples::put(*store_, write));
    EXPECT_TRUE(store_->inbox(samples::numbered<InboxId>(9)).value().empty());
    copy.id = samples::numbered<LegId>(61);
    ASSERT_TRUE(store_->add_leg({copy, {}}).ok());
    EXPECT_TRUE(store_->inbox(samples::numbered<InboxId>(9)).value().empty());
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(AftermathTest, FsckFindsANoticeOfWhatIsNotInTheHistory) {
    LegRow notice = samples::leg(60, 1, 1, TimeMs{10});
    notice.inbox = samples::numbered<InboxId>(7);
    notice.purpose = LegPurpose::notice;
    notice.tells = ToldStatus{id(1), 2};
    ASSERT_TRUE(store_->add_leg({notice, {}}).ok());
    EXPECT_FALSE(store_->fsck().value().clean());
}

} // namespace
} // namespace songda::store
