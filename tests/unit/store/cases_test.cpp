// Cases and drafts on the engine: events are appended by who saw them all, a case's documents of
// all departments lie together, a draft and its case's event come in one commit, its decision goes
// when it waits no more, and damage to any of it is found.
#include <gtest/gtest.h>

#include "store/lmdb/environment.hpp"
#include "store/lmdb/keys.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

class Cases : public ::testing::Test {
protected:
    bool append(std::size_t expected) {
        return store_
            ->append_case_event({"CASE-1", expected, samples::case_event(expected)},
                                samples::audit_row(1))
            .value();
    }
    DraftWrite draft_write(std::uint64_t number) {
        return {samples::draft(number, 2), {}, samples::audit_row(number)};
    }
    bool put(const DraftWrite& write, std::uint64_t number) {
        return store_->put_draft(write, samples::draft_decision(number)).value();
    }
    void reopen() {
        store_.reset();
        store_ = samples::open_small(directory_.path());
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
};

TEST_F(Cases, EventIsAppendedOnlyByWhoSawAllBeforeIt) {
    EXPECT_TRUE(append(0));
    EXPECT_FALSE(append(0));
    EXPECT_FALSE(append(2));
    EXPECT_TRUE(append(1));
    reopen();
    const auto events = store_->case_events("CASE-1").value();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1], samples::case_event(1));
    EXPECT_TRUE(store_->case_events("CASE-11").value().empty()) << "another case";
    EXPECT_EQ(store_->append_case_event({"", 0, samples::case_event(1)}, samples::audit_row(1))
                  .error()
                  .fault,
              Fault::invalid_input);
}

TEST_F(Cases, DocumentsOfOneCaseLieTogetherWhoeverIssuedThem) {
    for (const std::uint64_t number : {1U, 2U, 3U}) {
        const Bytes file = samples::file_bytes(number, 50);
        IssueWrite write = samples::issue(number, file, number);
        write.document.case_number = number == 3 ? "CASE-B" : "CASE-A";
        ASSERT_TRUE(samples::put(*store_, write));
    }
    const auto found = store_->case_documents("CASE-A").value();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_NE(found[0].department, found[1].department);
    EXPECT_EQ(store_->case_documents("CASE-B").value().size(), 1U);
    EXPECT_TRUE(store_->case_documents("CASE").value().empty());
    EXPECT_TRUE(store_->case_documents("").value().empty());
}

TEST_F(Cases, DraftIsSeenByBothDepartmentsWhileItWaits) {
    ASSERT_TRUE(put(draft_write(1), 1));
    EXPECT_EQ(store_->put_draft(draft_write(1), samples::draft_decision(1)).error().fault,
              Fault::conflict);
    reopen();
    for (const std::uint64_t department : {1U, 2U}) {
        EXPECT_EQ(store_->waiting_drafts(samples::department(department), {}, 10).value().size(),
                  1U);
    }
    EXPECT_TRUE(store_->waiting_drafts(samples::department(3), {}, 10).value().empty());
    const DraftRow before = store_->find_draft(samples::numbered<DraftId>(1)).value().value();
    EXPECT_EQ(store_->draft_decision(before).value(), samples::draft_decision(1));
    DraftWrite issued = draft_write(1);
    issued.draft.state = DraftState::issued;
    issued.draft.document = samples::numbered<DocumentId>(9);
    EXPECT_TRUE(store_->change_draft(before, issued).value());
    EXPECT_FALSE(store_->change_draft(before, issued).value()) << "it is not that any more";
    EXPECT_EQ(store_->draft_decision(issued.draft).error().fault, Fault::not_found);
    EXPECT_TRUE(store_->waiting_drafts(samples::department(1), {}, 10).value().empty());
    EXPECT_EQ(store_->find_draft(before.id).value(), issued.draft);
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(Cases, DraftAndItsEventComeTogetherOrNotAtAll) {
    DraftWrite write = draft_write(1);
    write.event = CaseEventWrite{"CASE-1", 1, samples::case_event(9)};
    EXPECT_FALSE(put(write, 1)) << "the case has no event yet";
    EXPECT_FALSE(store_->find_draft(write.draft.id).value());
    ASSERT_TRUE(append(0));
    EXPECT_TRUE(put(write, 1));
    EXPECT_EQ(store_->case_events("CASE-1").value().size(), 2U);
    DraftWrite refused = write;
    refused.draft.state = DraftState::refused;
    EXPECT_FALSE(store_->change_draft(write.draft, refused).value()) << "same number of events";
    EXPECT_EQ(store_->find_draft(write.draft.id).value(), write.draft);
    refused.event->expected = 2;
    EXPECT_TRUE(store_->change_draft(write.draft, refused).value());
}

TEST_F(Cases, DecisionThatIsNotTheDraftsOwnIsRefused) {
    EXPECT_EQ(store_->put_draft(draft_write(1), samples::draft_decision(2)).error().fault,
              Fault::invalid_input);
}

TEST_F(Cases, CheckFindsADraftWithoutItsDecisionOrIndex) {
    ASSERT_TRUE(put(draft_write(1), 1));
    ASSERT_TRUE(put(draft_write(2), 2));
    store_.reset();
    {
        Environment environment;
        ASSERT_TRUE(environment.open(directory_.path(), std::uint64_t{1} << 30U).ok());
        Transaction rows = environment.write();
        rows.erase(Table::draft_decision, samples::numbered<DraftId>(1).view());
        rows.erase(
            Table::waiting_draft,
            Key().text(samples::department(2).text).raw(samples::numbered<DraftId>(2).view()));
        ASSERT_EQ(rows.commit(), 0);
    }
    store_ = samples::open_small(directory_.path());
    EXPECT_EQ(store_->fsck().value().findings.size(), 2U);
}

} // namespace
} // namespace songda::store
