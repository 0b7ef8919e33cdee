// The walk that tells what expired: where it begins, goes on after a restart and ends, what it is
// asked about and what it passes over. Kills: tests/fault/store_crash_test.cpp; every order of
// verbs: conformance_test.cpp.
#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

class ExpiryTest : public ::testing::Test {
protected:
    static DocumentId id(std::uint64_t number) { return samples::numbered<DocumentId>(number); }
    static TimeMs at(const char* text) { return *parse_rfc3339(text); }

    void SetUp() override { EXPECT_TRUE(told("2026-11-24T08:00:00+08:00").empty()); }

    void put(std::uint64_t number, std::optional<Date> last_day,
             std::optional<Relation> relation = {}) {
        IssueWrite write = samples::issue(number, file_);
        write.document.valid_until = last_day;
        write.document.relation = relation;
        ASSERT_TRUE(samples::put(*store_, write));
    }
    void set(std::uint64_t number, DocumentStatus status) {
        ASSERT_TRUE(
            store_->set_status(id(number), {{status, TimeMs{9}, "因", "who"}, {}}).value().changed);
    }
    /// All that a round asks about, two rows a step.
    std::vector<DocumentId> told(const char* now, const Follow& follow = {}) {
        std::vector<DocumentId> asked;
        const Follow write_down = [&](const TouchedDocument& touched) {
            asked.push_back(touched.document.id);
            EXPECT_EQ(touched.holds, DocumentStatus::expired);
            EXPECT_EQ(touched.entry.sequence, expiry_sequence);
            EXPECT_EQ(touched.entry.change.at, at(now));
            return follow ? follow(touched) : Aftermath{};
        };
        for (last_ = {}; !last_.over;) {
            last_ = store_->tell_expired(at(now), 2, write_down).value();
            failed_.insert(failed_.end(), last_.failed.begin(), last_.failed.end());
        }
        return asked;
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
    Bytes file_ = samples::file_bytes(1, 10);
    ExpiryStep last_;
    std::vector<DocumentId> failed_;
};

TEST_F(ExpiryTest, InTheOrderOfLastDaysAndEachOnce) {
    put(1, Date{2027, 3, 1});
    put(2, Date{2026, 12, 31});
    put(3, Date{2026, 12, 31});
    put(4, std::nullopt);
    EXPECT_TRUE(told("2026-12-31T23:59:59+08:00").empty());
    EXPECT_EQ(told("2027-01-01T00:00:00+08:00"), (std::vector{id(2), id(3)}));
    EXPECT_EQ(told("2027-03-02T00:00:00+08:00"), (std::vector{id(1)}));
    EXPECT_TRUE(told("2040-01-01T00:00:00+08:00").empty());
}

/// Old paper that becomes electronic, while the walk is behind its last day.
TEST_F(ExpiryTest, WhatWasIssuedAfterItsLastDayIsNotTold) {
    put(1, Date{2026, 12, 1});
    EXPECT_EQ(told("2026-12-20T00:00:00+08:00"), (std::vector{id(1)}));
    IssueWrite write = samples::issue(2, file_);
    write.document.issued_at = at("2026-12-20T09:00:00+08:00");
    write.document.valid_until = Date{2026, 12, 10};
    ASSERT_TRUE(samples::put(*store_, write));
    EXPECT_TRUE(told("2026-12-20T10:00:00+08:00").empty());
}

TEST_F(ExpiryTest, GoesOnAfterARestartAndWaitsForAClockThatWasSetBack) {
    put(1, Date{2026, 12, 1});
    put(2, Date{2026, 12, 2});
    EXPECT_EQ(told("2026-12-02T00:00:00+08:00"), (std::vector{id(1)}));
    store_.reset();
    store_ = samples::open_small(directory_.path());
    EXPECT_TRUE(told("2026-11-01T00:00:00+08:00").empty());
    EXPECT_EQ(told("2026-12-03T00:00:00+08:00"), (std::vector{id(2)}));
}

TEST_F(ExpiryTest, AStoreBeginsWithTheDayThatItIs) {
    const samples::Directory other;
    const auto store = samples::open_small(other.path());
    const IssueWrite write = samples::issue(1, file_); // until 2031-11-24
    ASSERT_TRUE(samples::put(*store, write));
    const auto first = store->tell_expired(at("2031-11-25T00:00:00+08:00"), 9, {}).value();
    EXPECT_EQ(first, (ExpiryStep{0, 0, {}, true}));
}

TEST_F(ExpiryTest, WhatHoldsNoMoreAnywayIsNotTold) {
    for (std::uint64_t number = 1; number <= 3; ++number) {
        put(number, Date{2026, 12, 1});
    }
    put(4, Date{2026, 12, 1}, Relation{RelationKind::duplicate_of, id(1)});
    put(5, Date{2026, 12, 1}, Relation{RelationKind::duplicate_of, id(2)});
    set(1, DocumentStatus::revoked);
    set(2, DocumentStatus::suspended);
    EXPECT_EQ(told("2026-12-02T00:00:00+08:00"), (std::vector{id(2), id(3), id(5)}))
        << "a copy of what was revoked holds no more, what is withheld expires";
    EXPECT_EQ(store_->status_history(id(3)).value().size(), 1U) << "it is no entry";
}

TEST_F(ExpiryTest, ACopyExpiresOnItsOwnDay) {
    put(1, Date{2027, 12, 1});
    put(2, Date{2026, 12, 1}, Relation{RelationKind::annotates, id(1)});
    EXPECT_EQ(told("2026-12-02T00:00:00+08:00"), (std::vector{id(2)}));
    EXPECT_EQ(told("2027-12-02T00:00:00+08:00"), (std::vector{id(1)}));
}

TEST_F(ExpiryTest, WhatFollowsIsDueAndOneThatCannotBeWrittenSilencesNoOther) {
    for (std::uint64_t number = 1; number <= 3; ++number) {
        put(number, Date{2026, 12, 1});
    }
    const auto now = at("2026-12-02T08:00:00+08:00");
    told("2026-12-02T08:00:00+08:00", [&](const TouchedDocument& touched) {
        LegWrite write{samples::leg(touched.document.id.bytes[7] + 50U, 0, 1, now), {}};
        write.leg.document = touched.document.id;
        write.leg.purpose = LegPurpose::supervision; // has no inbox
        write.leg.tells = ToldStatus{touched.document.id, expiry_sequence};
        if (touched.document.id == id(2)) {
            write.leg.document = id(1);
        }
        return Aftermath{{write}, {}};
    });
    EXPECT_EQ(failed_, std::vector{id(2)});
    EXPECT_EQ(store_->claim_due({2, now, 10, 50, {}}).value().size(), 2U);
    EXPECT_TRUE(store_->legs_of(id(2)).value().empty());
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(ExpiryTest, ANoticeOfExpiryNeedsALastDay) {
    put(1, std::nullopt);
    LegRow notice = samples::leg(60, 1, 1, TimeMs{10});
    notice.purpose = LegPurpose::supervision;
    notice.tells = ToldStatus{id(1), expiry_sequence};
    ASSERT_TRUE(store_->add_leg({notice, {}}).ok());
    EXPECT_EQ(store_->fsck().value().findings.size(), 1U);
}

TEST_F(ExpiryTest, WithoutAnythingToTellNothingIsWritten) {
    put(1, Date{2026, 12, 1});
    told("2026-12-02T00:00:00+08:00");
    EXPECT_EQ(last_.looked_at, 1U);
    told("2026-12-02T00:00:00+08:00");
    EXPECT_EQ(last_, (ExpiryStep{0, 0, {}, true}));
}

TEST_F(ExpiryTest, OnlyTheServiceTells) {
    LmdbOptions beside = samples::small_options(directory_.path());
    beside.exclusive = false;
    store_.reset();
    const auto store = std::move(open_lmdb(beside)).value();
    EXPECT_EQ(store->tell_expired(TimeMs{day_ms}, 9, {}).error().fault, Fault::forbidden);
}

} // namespace
} // namespace songda::store
