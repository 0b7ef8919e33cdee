// A document that needs more than its signature is due from its issue on; revisions come behind its
// file, which stays as it is, in one transaction with what they release; what fails is put off or
// parked, what ages is due again; all of it outlives a restart, a backup and full disks, and fsck
// finds what somebody plants.
#include <map>

#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

constexpr std::int64_t lease_ms = 1000;

class StoreLevels : public testing::Test {
protected:
    void put(std::uint64_t number) {
        files_[number] = samples::file_bytes(number, 3000);
        IssueWrite write = samples::levelled(number, files_[number]);
        LegRow leg = samples::leg(number, number, 1, std::nullopt);
        leg.state = 2;
        leg.reason = "awaits";
        write.legs = {{leg, {}}};
        ASSERT_TRUE(samples::put(*store_, write));
    }
    [[nodiscard]] DocumentRow document(std::uint64_t number) {
        return store_->find_document(samples::numbered<DocumentId>(number)).value().value();
    }
    [[nodiscard]] AugmentationRow row(std::uint64_t number) {
        return store_->find_augmentation(samples::numbered<DocumentId>(number)).value().value();
    }
    [[nodiscard]] std::vector<AugmentationRow> claim(TimeMs now, std::size_t max = 10) {
        return store_->claim_augmentations({now, max, lease_ms}).value();
    }
    /// Releases the document's legs.
    static Release releasing() {
        return [](const LevelledDocument& levelled) {
            std::vector<Aftermath::Change> changes;
            for (const LegRow& leg : levelled.legs) {
                LegUpdate update{3, levelled.at, "", 0, {}, std::nullopt, {}};
                update.events = {{"release", levelled.at, levelled.at, 3, ""}};
                changes.push_back({leg.id, update});
            }
            return changes;
        };
    }
    bool augment(const AugmentationRow& claimed, std::uint64_t number, std::uint32_t revision = 1,
                 SignatureLevel level = SignatureLevel::b_lta) {
        const Bytes file = store_->read_file(document(number)).value();
        const Bytes bytes = samples::revision_bytes(number, revision);
        RevisionWrite write = samples::revision(claimed, file, bytes, level);
        write.release = releasing();
        return store_->put_revision(write).value();
    }
    void reopen() {
        store_.reset();
        store_ = samples::open_small(directory_.path());
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
    std::map<std::uint64_t, Bytes> files_;
};

TEST_F(StoreLevels, DocumentIsDueWhenItIsIssuedAndOnlyIfItNeedsMoreThanItsSignature) {
    put(1);
    const Bytes plain = samples::file_bytes(2, 100);
    ASSERT_TRUE(samples::put(*store_, samples::issue(2, plain)));
    EXPECT_FALSE(store_->find_augmentation(samples::numbered<DocumentId>(2)).value());
    EXPECT_EQ(store_->find_level(document(1)).value(), SignatureLevel::b_b);
    EXPECT_TRUE(claim(TimeMs{1999}).empty());
    const auto claimed = claim(TimeMs{2000});
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].wanted, SignatureLevel::b_lta);
    EXPECT_EQ(claimed[0].by, document(1).level_by);
    EXPECT_TRUE(claim(TimeMs{2000 + lease_ms - 1}).empty());
    EXPECT_EQ(claim(TimeMs{2000 + lease_ms})[0].fence, claimed[0].fence + 1) << "the lease ended";
}

TEST_F(StoreLevels, ALevelAboveTheSignatureHasATimeAndNothingElseHas) {
    const Bytes file = samples::file_bytes(1, 100);
    IssueWrite write = samples::levelled(1, file);
    write.document.level_wanted = SignatureLevel::b_b;
    const Intent planned = samples::intent(1);
    ASSERT_TRUE(store_->put_intents({&planned, 1}).ok());
    EXPECT_EQ(store_->put_issues({&write, 1}).error().fault, Fault::invalid_input);
}

TEST_F(StoreLevels, RevisionComesBehindTheIssuedBytesWithAllThatFollowsAndOutlivesARestart) {
    put(1);
    ASSERT_TRUE(augment(claim(TimeMs{2000})[0], 1, 1, SignatureLevel::b_t));
    EXPECT_EQ(row(1).level, SignatureLevel::b_t);
    EXPECT_TRUE(is_waiting(row(1))) << "it wants more";
    ASSERT_TRUE(augment(claim(TimeMs{800'000})[0], 1, 2));
    reopen();
    Bytes whole = files_[1];
    append(whole, ByteView(samples::revision_bytes(1, 1)));
    append(whole, ByteView(samples::revision_bytes(1, 2)));
    EXPECT_EQ(store_->read_issued(document(1)).value(), files_[1]);
    EXPECT_EQ(store_->read_file(document(1)).value(), whole);
    EXPECT_EQ(document(1).file_hash, sha256(files_[1]));
    const auto revisions = store_->revisions(document(1).id).value();
    ASSERT_EQ(revisions.size(), 2U);
    EXPECT_EQ(revisions[1].file_hash, sha256(whole));
    EXPECT_EQ(revisions[1].size, whole.size());
    EXPECT_EQ(store_->find_level(document(1)).value(), SignatureLevel::b_lta);
    EXPECT_FALSE(is_waiting(row(1)));
    EXPECT_EQ(row(1).due, TimeMs{800'000}) << "of the renewal";
    const LegRow leg = store_->legs_of(document(1).id).value()[0];
    EXPECT_EQ(leg.state, 3);
    EXPECT_EQ(leg.due, TimeMs{9000});
    EXPECT_EQ(store_->leg_events(leg.id).value().size(), 2U);
    EXPECT_EQ(store_->statistics().value().revisions, 2U);
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(StoreLevels, StaleFencePutsNothing) {
    put(1);
    const auto late = claim(TimeMs{2000})[0];
    const auto held = claim(TimeMs{2000 + lease_ms})[0];
    const std::uint64_t written = store_->statistics().value().segment_bytes;
    EXPECT_FALSE(augment(late, 1));
    EXPECT_FALSE(store_->put_off_augmentation({late.document, late.fence, {}, "x"}).value());
    EXPECT_EQ(store_->statistics().value().segment_bytes, written);
    EXPECT_TRUE(augment(held, 1));
    EXPECT_FALSE(augment(held, 1)) << "once";
    EXPECT_EQ(store_->revisions(document(1).id).value().size(), 1U);
}

TEST_F(StoreLevels, WhatFailsIsPutOffWithItsReasonAndWhatIsParkedWaitsForAnOperator) {
    put(1);
    put(2);
    const auto claimed = claim(TimeMs{2000});
    ASSERT_TRUE(store_
                    ->put_off_augmentation({claimed[0].document, claimed[0].fence, TimeMs{5000},
                                            "unavailable: nobody answers"})
                    .value());
    ASSERT_TRUE(store_
                    ->put_off_augmentation({claimed[1].document, claimed[1].fence, std::nullopt,
                                            "forbidden: revoked", samples::audit_row(7)})
                    .value());
    EXPECT_EQ(row(1).attempts, 1);
    EXPECT_TRUE(is_parked(row(2)));
    const auto again = claim(TimeMs{900'000'000});
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].reason, "unavailable: nobody answers");
    ASSERT_TRUE(store_->put_off_augmentation({again[0].document, again[0].fence, TimeMs{7000}, {}})
                    .value());
    EXPECT_EQ(row(1).attempts, 1) << "given back untried";
    const AugmentationCounts counts = store_->count_augmentations(TimeMs{86'402'001}).value();
    EXPECT_EQ(counts, (AugmentationCounts{2, 2, 1, TimeMs{2000}, 0}));
    HasteStep step =
        store_->hasten_augmentations({std::nullopt, TimeMs{100}, {}, 1, samples::audit_row(8)})
            .value();
    EXPECT_EQ(step, (HasteStep{1, 1, document(1).id}));
    step =
        store_
            ->hasten_augmentations({std::nullopt, TimeMs{100}, step.next, 1, samples::audit_row(8)})
            .value();
    EXPECT_EQ(step, (HasteStep{1, 1, std::nullopt}));
    EXPECT_EQ(claim(TimeMs{100}).size(), 2U);
}

TEST_F(StoreLevels, RenewalsOfWhatIsDatedBeforeADayAreMovedForwardAndNeverBack) {
    for (std::uint64_t number = 1; number <= 3; ++number) {
        put(number);
    }
    const auto claimed = claim(TimeMs{2000}, 2);
    ASSERT_TRUE(augment(claimed[0], 1));
    ASSERT_TRUE(augment(claimed[1], 2));
    EXPECT_EQ(store_->count_augmentations(TimeMs{800'000}).value().renewals_due, 2U);
    const auto moved = [&](TimeMs before, TimeMs due) {
        return store_->hasten_augmentations({before, due, {}, 100, samples::audit_row(8)})
            .value()
            .hastened;
    };
    EXPECT_EQ(moved(TimeMs{9000}, TimeMs{100}), 0U) << "dated then, not before";
    EXPECT_EQ(moved(TimeMs{9001}, TimeMs{900'000}), 0U) << "later than they are due";
    EXPECT_EQ(moved(TimeMs{9001}, TimeMs{100}), 2U);
    EXPECT_EQ(claim(TimeMs{1999}).size(), 2U);
    EXPECT_EQ(store_->list_audit(0, 100).value().back().row, samples::audit_row(8));
}

TEST_F(StoreLevels, BackupHasTheRevisionsThatItsRowsName) {
    put(1);
    ASSERT_TRUE(augment(claim(TimeMs{2000})[0], 1));
    put(2);
    const samples::Directory copy;
    const std::string folder = copy.path() + "/copy";
    ASSERT_TRUE(store_->backup(folder, TimeMs{1}).ok());
    const auto whole = store_->read_file(document(1)).value();
    const auto restored = samples::open_small(folder);
    EXPECT_EQ(restored->read_file(document(1)).value(), whole);
    EXPECT_EQ(restored->claim_augmentations({TimeMs{800'000}, 9, 1}).value().size(), 2U);
    EXPECT_TRUE(restored->fsck().value().clean());
}

TEST_F(StoreLevels, FullDiskPutsNothingAndTheClaimEndsByItself) {
    put(1);
    store_.reset();
    LmdbOptions options = samples::small_options(directory_.path());
    std::uint64_t room = std::uint64_t{1} << 30U;
    options.free_bytes = [&room] { return room; };
    store_ = std::move(open_lmdb(options)).value();
    const auto claimed = claim(TimeMs{2000})[0];
    room = 0;
    const Bytes bytes = samples::revision_bytes(1, 1);
    const RevisionWrite write = samples::revision(claimed, files_[1], bytes);
    EXPECT_EQ(store_->put_revision(write).error().fault, Fault::no_space);
    room = std::uint64_t{1} << 30U;
    EXPECT_TRUE(store_->put_revision(write).value());
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(StoreLevels, DamagedRevisionNeverLeavesAndTheIssuedFileStillDoes) {
    put(1);
    const auto claimed = claim(TimeMs{2000})[0];
    const Bytes bytes = samples::revision_bytes(1, 1);
    RevisionWrite write = samples::revision(claimed, files_[1], bytes);
    write.file_hash[5] ^= 1U;
    ASSERT_TRUE(store_->put_revision(write).value());
    EXPECT_EQ(store_->read_file(document(1)).error().fault, Fault::corrupt);
    EXPECT_EQ(store_->read_issued(document(1)).value(), files_[1]);
    EXPECT_FALSE(store_->fsck().value().clean());
}

} // namespace
} // namespace songda::store
