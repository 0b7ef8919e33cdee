// What a document is to an earlier one: the earlier one's status changes in the transaction of the
// later one or not at all, and only what holds, of the same department, can be related to.
#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

class RelationTest : public ::testing::Test {
protected:
    IssueWrite later(std::uint64_t number, RelationKind kind, std::uint64_t earlier) {
        IssueWrite write = samples::issue(number, file_);
        write.document.relation = {kind, samples::numbered<DocumentId>(earlier)};
        if (supersedes(kind)) {
            write.supersede = {{DocumentStatus::superseded, TimeMs{3000}, "延续", "tester",
                                Operation::renewed, "第五十条"},
                               samples::audit_row(number)};
        }
        return write;
    }
    IssueOutcome::Kind put(const IssueWrite& write) {
        Intent planned = samples::intent(0);
        planned.id = write.document.id;
        planned.department = write.document.department;
        SONGDA_CHECK(store_->put_intents({&planned, 1}).ok());
        return store_->put_issues({&write, 1}).value().at(0).kind;
    }
    DocumentStatus status(std::uint64_t number) {
        return store_->status_history(samples::numbered<DocumentId>(number))
            .value()
            .back()
            .change.status;
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
    Bytes file_ = samples::file_bytes(1, 10);
    using Kind = IssueOutcome::Kind;
};

TEST_F(RelationTest, RenewalEndsTheEarlierDocumentInItsOwnTransaction) {
    ASSERT_EQ(put(samples::issue(1, file_)), Kind::created);
    ASSERT_EQ(put(later(2, RelationKind::renews, 1)), Kind::created);
    const auto history = store_->status_history(samples::numbered<DocumentId>(1)).value();
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[1].change.status, DocumentStatus::superseded);
    EXPECT_EQ(history[1].change.operation, Operation::renewed);
    EXPECT_EQ(history[1].change.basis, "第五十条");
    EXPECT_EQ(
        store_->related_to(samples::numbered<DocumentId>(1)).value(),
        (std::vector<RelatedDocument>{{RelationKind::renews, samples::numbered<DocumentId>(2)}}));
    EXPECT_EQ(put(later(3, RelationKind::changes, 1)), Kind::relation_void) << "replaced already";
    EXPECT_FALSE(store_->find_document(samples::numbered<DocumentId>(3)).value());
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(RelationTest, OfTwoRenewalsInOneCallOneIsIssued) {
    ASSERT_EQ(put(samples::issue(1, file_)), Kind::created);
    std::vector<Intent> planned;
    for (const std::uint64_t number : {2U, 3U}) {
        planned.push_back(samples::intent(number));
    }
    ASSERT_TRUE(store_->put_intents(planned).ok());
    const std::vector<IssueWrite> both = {later(2, RelationKind::renews, 1),
                                          later(3, RelationKind::renews, 1)};
    const auto outcomes = store_->put_issues(both).value();
    EXPECT_EQ(outcomes[0].kind, Kind::created);
    EXPECT_EQ(outcomes[1], (IssueOutcome{Kind::relation_void, samples::numbered<DocumentId>(1)}));
    EXPECT_EQ(store_->status_history(samples::numbered<DocumentId>(1)).value().size(), 2U);
}

TEST_F(RelationTest, DuplicatesLeaveTheEarlierDocumentInForce) {
    ASSERT_EQ(put(samples::issue(1, file_)), Kind::created);
    EXPECT_EQ(put(later(2, RelationKind::duplicate_of, 1)), Kind::created);
    EXPECT_EQ(put(later(3, RelationKind::annotates, 1)), Kind::created);
    EXPECT_EQ(status(1), DocumentStatus::valid);
    EXPECT_EQ(store_->related_to(samples::numbered<DocumentId>(1)).value().size(), 2U);
}

TEST_F(RelationTest, CopiesHoldAsLongAsBothDo) {
    ASSERT_EQ(put(samples::issue(1, file_)), Kind::created);
    ASSERT_EQ(put(later(2, RelationKind::duplicate_of, 1)), Kind::created);
    ASSERT_EQ(put(later(3, RelationKind::annotates, 1)), Kind::created);
    const auto holds = [&](std::uint64_t number) {
        const auto row = store_->find_document(samples::numbered<DocumentId>(number)).value();
        return store_->find_status(*row).value().change.status;
    };
    const auto set = [&](std::uint64_t number, DocumentStatus status) {
        return store_
            ->set_status(samples::numbered<DocumentId>(number),
                         {{status, TimeMs{9}, "因", "who"}, samples::audit_row(1)})
            .value()
            .changed;
    };
    ASSERT_TRUE(set(3, DocumentStatus::revoked)) << "a copy alone";
    EXPECT_EQ(holds(3), DocumentStatus::revoked);
    EXPECT_EQ(holds(2), DocumentStatus::valid);
    ASSERT_TRUE(set(1, DocumentStatus::suspended));
    EXPECT_EQ(holds(2), DocumentStatus::suspended) << "with its main";
    ASSERT_TRUE(set(1, DocumentStatus::valid));
    EXPECT_EQ(holds(2), DocumentStatus::valid);
    ASSERT_TRUE(set(1, DocumentStatus::cancelled));
    EXPECT_EQ(holds(2), DocumentStatus::cancelled);
    EXPECT_EQ(holds(3), DocumentStatus::revoked);
    EXPECT_EQ(status(2), DocumentStatus::valid) << "its own history is its own";
}

TEST_F(RelationTest, OnlyWhatHoldsAndIsTheDepartmentsOwnCanBeRelatedTo) {
    ASSERT_EQ(put(samples::issue(1, file_, 2)), Kind::created);
    EXPECT_EQ(put(later(2, RelationKind::duplicate_of, 1)), Kind::relation_void)
        << "another department's";
    EXPECT_EQ(put(later(3, RelationKind::renews, 9)), Kind::relation_void) << "not there";
    ASSERT_EQ(put(samples::issue(4, file_)), Kind::created);
    ASSERT_TRUE(store_
                    ->set_status(samples::numbered<DocumentId>(4),
                                 {{DocumentStatus::suspended, TimeMs{1}, "查", "who"},
                                  samples::audit_row(1)})
                    .ok());
    EXPECT_EQ(put(later(5, RelationKind::renews, 4)), Kind::relation_void) << "suspended";
    EXPECT_EQ(status(4), DocumentStatus::suspended);
}

TEST_F(RelationTest, WhatSupersedesSaysSoAndNothingElseDoes) {
    ASSERT_EQ(put(samples::issue(1, file_)), Kind::created);
    IssueWrite silent = later(2, RelationKind::renews, 1);
    silent.supersede.reset();
    EXPECT_EQ(store_->put_issues({&silent, 1}).error().fault, Fault::invalid_input);
    IssueWrite loud = later(2, RelationKind::duplicate_of, 1);
    loud.supersede = later(2, RelationKind::renews, 1).supersede;
    EXPECT_EQ(store_->put_issues({&loud, 1}).error().fault, Fault::invalid_input);
    IssueWrite itself = later(2, RelationKind::duplicate_of, 2);
    EXPECT_EQ(store_->put_issues({&itself, 1}).error().fault, Fault::invalid_input);
}

} // namespace
} // namespace songda::store
