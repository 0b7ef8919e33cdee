// Kiosks, tries and locks on the engine and on the store in memory: both answer the same to long
// random histories; tries are on disk before anybody knows whether they were right; a lock is taken
// once, ends by time, and its failures are counted; damage is found.
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "store/lmdb/environment.hpp"
#include "store/lmdb/keys.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

constexpr std::uint8_t gone = 3; ///< another state than that of samples::leg

KioskRow kiosk(std::uint64_t number, const std::string& serial) {
    KioskRow row;
    row.id = samples::numbered<KioskId>(number);
    row.site = "hall";
    row.serial = serial;
    row.place = "一楼自助机";
    row.types = {"ZY"};
    row.created = TimeMs{5};
    row.actor = "tester";
    row.code = sha256(samples::file_bytes(number, 8));
    row.code_until = TimeMs{900};
    return row;
}

Digest digest(std::uint64_t number) {
    return sha256(samples::file_bytes(number, 9));
}

/// Of document `number`, which has one leg; `legs` outlive it.
CollectingTake take_of(std::uint64_t number, std::span<const LegRow> legs, std::uint64_t by,
                       std::uint64_t nonce, TimeMs now) {
    return {{samples::numbered<LegId>(number), samples::numbered<KioskId>(by), digest(nonce),
             now + 100, 1, 0},
            {samples::numbered<DocumentId>(number), legs},
            now};
}

std::vector<LegRow> legs_of(Store& store, std::uint64_t number) {
    return store.legs_of(samples::numbered<DocumentId>(number)).value();
}

Collection collection_of(std::uint64_t number, std::span<const LegRow> legs, TimeMs now) {
    LegUpdate update;
    update.state = gone;
    update.events = {{"collect", now, now, gone, "x"}};
    return {samples::numbered<LegId>(number),
            {samples::numbered<DocumentId>(number), legs},
            {},
            update,
            now};
}

void put_leg(Store& store, std::uint64_t number) {
    const Bytes file = samples::file_bytes(number, 50);
    IssueWrite write = samples::issue(number, file, 1);
    write.legs = {{samples::leg(number, number, 1, std::nullopt), {}}};
    ASSERT_TRUE(samples::put(store, write));
}

template <class T>
bool same(const Result<T>& left, const Result<T>& right) {
    if (left.ok() != right.ok()) {
        return false;
    }
    return left.ok() ? left.value() == right.value() : left.error().fault == right.error().fault;
}
bool same(const Result<void>& left, const Result<void>& right) {
    return left.ok() == right.ok() && (left.ok() || left.error().fault == right.error().fault);
}

class Kiosks : public ::testing::Test {
protected:
    void SetUp() override {
        put_leg(*store_, 1);
        ASSERT_TRUE(store_->step_kiosk({}, kiosk(1, "SN-1"), {}, samples::audit_row(1)).value());
    }
    void reopen() {
        store_.reset();
        store_ = samples::open_small(directory_.path());
    }

    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());
};

TEST(KiosksConformance, BothStoresAnswerTheSameToRandomHistories) {
    const samples::Directory directory;
    const auto engine = samples::open_small(directory.path());
    fakes::MemoryStore model;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        put_leg(*engine, number);
        put_leg(model, number);
    }
    std::mt19937_64 random(20261130);
    const auto below = [&](std::uint64_t end) { return random() % end; };
    std::array<int, 2> taken{};
    std::map<Collected, int> outcomes;
    TimeMs now{1000};
    for (int step = 0; step < 1500; ++step) {
        now = now + static_cast<std::int64_t>(below(60));
        const std::uint64_t id = 1 + below(4);
        const auto stored = model.find_kiosk(samples::numbered<KioskId>(id)).value();
        KioskRow after = stored.value_or(kiosk(id, "SN-" + std::to_string(below(3))));
        if (stored) {
            after.code_until.reset();
            after.revoked = below(6) == 0 ? std::optional(now) : std::nullopt;
        }
        const auto before = below(5) == 0 ? std::nullopt : stored;
        std::optional<KioskCertificate> certificate;
        if (below(3) == 0) {
            certificate = {digest(below(40)), below(9) == 0 ? KioskId{} : after.id, now, now + 500};
        }
        const auto audit = samples::audit_row(1);
        ASSERT_TRUE(same(model.step_kiosk(before, after, certificate, audit),
                         engine->step_kiosk(before, after, certificate, audit)));
        const Digest known = digest(below(40));
        ASSERT_TRUE(
            same(model.find_kiosk_certificate(known), engine->find_kiosk_certificate(known)));
        const KioskSeen seen{samples::numbered<KioskId>(below(6)), now, now, "1", "idle"};
        ASSERT_TRUE(same(model.note_kiosk(seen), engine->note_kiosk(seen)));
        const std::array tries = {TryLimit{digest(below(3)), 5, 0}, TryLimit{digest(9), 10, 300}};
        ASSERT_TRUE(same(model.count_tries(tries, now), engine->count_tries(tries, now)));
        if (below(8) == 0) {
            const std::array<Digest, 1> right = {digest(below(3))};
            const std::array<Digest, 1> back = {digest(below(10))};
            ASSERT_TRUE(same(model.end_tries(right, back), engine->end_tries(right, back)));
        }
        const std::uint64_t number = 1 + below(4);
        const DocumentId document = samples::numbered<DocumentId>(number);
        auto legs = legs_of(model, number);
        if (!legs.empty() && below(9) == 0) {
            legs[0].state = 9; // it was seen elsewhere
        }
        const CollectingTake take = take_of(number, legs, 1 + below(4), below(4), now);
        const auto answer = model.take_collecting(take);
        ASSERT_TRUE(same(answer, engine->take_collecting(take)));
        ++taken.at(answer.value() ? 1 : 0);
        const Digest nonce = digest(below(4));
        const bool failed = below(2) == 0;
        ASSERT_TRUE(same(model.end_collecting(document, nonce, failed),
                         engine->end_collecting(document, nonce, failed)));
        if (below(3) == 0) {
            Collection one = collection_of(number, legs, now);
            one.nonce = below(2) == 0 ? std::optional(digest(below(4))) : std::nullopt;
            const auto collected = model.collect(one);
            ASSERT_TRUE(same(collected, engine->collect(one)));
            ++outcomes[collected.value()];
            ASSERT_EQ(legs_of(model, number), legs_of(*engine, number));
        }
        ASSERT_TRUE(same(model.find_collecting(document), engine->find_collecting(document)));
        ASSERT_TRUE(same(model.kiosks(), engine->kiosks()));
        ASSERT_TRUE(same(model.kiosks_seen(), engine->kiosks_seen()));
    }
    EXPECT_GT(taken[0], 100);
    EXPECT_GT(taken[1], 100);
    for (const Collected each : {Collected::collected, Collected::locked, Collected::moved}) {
        EXPECT_GT(outcomes[each], 10);
    }
    EXPECT_TRUE(engine->fsck().value().clean());
}

TEST_F(Kiosks, ASerialIsHeldByOneThatWorks) {
    EXPECT_EQ(store_->step_kiosk({}, kiosk(2, "SN-1"), {}, samples::audit_row(1)).error().fault,
              Fault::conflict);
    KioskRow revoked = kiosk(1, "SN-1");
    revoked.revoked = TimeMs{9};
    ASSERT_TRUE(store_->step_kiosk(kiosk(1, "SN-1"), revoked, {}, samples::audit_row(1)).value());
    EXPECT_TRUE(store_->step_kiosk({}, kiosk(2, "SN-1"), {}, samples::audit_row(1)).value());
}

TEST_F(Kiosks, TriesOutliveACrashAndNothingIsCountedPastTheMost) {
    using Answers = std::vector<bool>;
    const std::array code = {TryLimit{digest(1), 2, 0}, TryLimit{digest(2), 99, 0}};
    EXPECT_EQ(store_->count_tries(code, TimeMs{1}).value(), (Answers{true, true}));
    EXPECT_EQ(store_->count_tries(code, TimeMs{2}).value(), (Answers{true, true}));
    reopen();
    EXPECT_EQ(store_->count_tries(code, TimeMs{3}).value(), (Answers{false, true}))
        << "no window: dead";
    const std::array<Digest, 1> back = {digest(2)};
    ASSERT_TRUE(store_->end_tries({}, back).ok());
    const std::array other = {TryLimit{digest(2), 3, 0}};
    EXPECT_EQ(store_->count_tries(other, TimeMs{4}).value(), Answers{true}) << "one taken back";
    EXPECT_EQ(store_->count_tries(other, TimeMs{4}).value(), Answers{false});
    const std::array<Digest, 1> dead = {digest(1)};
    ASSERT_TRUE(store_->end_tries(dead, {}).ok());
    EXPECT_TRUE(store_->count_tries(code, TimeMs{5}).value()[0]);
    const std::array windowed = {TryLimit{digest(3), 1, 100}};
    EXPECT_TRUE(store_->count_tries(windowed, TimeMs{10}).value()[0]);
    EXPECT_FALSE(store_->count_tries(windowed, TimeMs{109}).value()[0]);
    EXPECT_TRUE(store_->count_tries(windowed, TimeMs{110}).value()[0]);
}

TEST_F(Kiosks, ADocumentIsLockedOnceAndItsFailuresStay) {
    const auto legs = legs_of(*store_, 1);
    const auto take = [&](std::uint64_t nonce, std::int64_t now) {
        return store_->take_collecting(take_of(1, legs, 1, nonce, TimeMs{now})).value();
    };
    EXPECT_TRUE(take(7, 10));
    EXPECT_FALSE(take(8, 109));
    EXPECT_TRUE(take(8, 110)) << "it is over";
    const DocumentId document = samples::numbered<DocumentId>(1);
    EXPECT_FALSE(store_->end_collecting(document, digest(7), true).value()) << "the lock before";
    EXPECT_TRUE(store_->end_collecting(document, digest(8), true).value());
    EXPECT_TRUE(take(9, 111));
    EXPECT_EQ(store_->find_collecting(document).value()->failures, 1);
    EXPECT_TRUE(store_->end_collecting(document, digest(9), false).value());
    EXPECT_EQ(store_->find_collecting(document).value()->failures, 1) << "counted, and it stays";
    EXPECT_TRUE(take(9, 112)) << "free at once";
    EXPECT_TRUE(store_->end_collecting(document, digest(9), false).value());
    auto elsewhere = legs;
    elsewhere[0].state = 9;
    EXPECT_FALSE(store_->take_collecting(take_of(1, elsewhere, 1, 5, TimeMs{200})).value());
}

TEST_F(Kiosks, ADocumentIsCollectedOnceWhicheverLegAndByNobodyWhileItIsLocked) {
    ASSERT_TRUE(store_->add_leg({samples::leg(2, 1, 1, std::nullopt), {}}).ok());
    const auto legs = legs_of(*store_, 1);
    ASSERT_EQ(legs.size(), 2U);
    ASSERT_TRUE(store_->take_collecting(take_of(1, legs, 1, 7, TimeMs{10})).value());
    Collection counter = collection_of(1, legs, TimeMs{20});
    counter.leg = legs[1].id;
    EXPECT_EQ(store_->collect(counter).value(), Collected::locked);
    Collection kiosk_one = collection_of(1, legs, TimeMs{20});
    kiosk_one.nonce = digest(8);
    EXPECT_EQ(store_->collect(kiosk_one).value(), Collected::locked) << "another's lock";
    kiosk_one.nonce = digest(7);
    EXPECT_EQ(store_->collect(kiosk_one).value(), Collected::collected);
    EXPECT_FALSE(store_->find_collecting(samples::numbered<DocumentId>(1)).value());
    EXPECT_EQ(store_->collect(counter).value(), Collected::moved) << "it saw what is no more";
    reopen();
    EXPECT_EQ(legs_of(*store_, 1)[0].state, gone);
    EXPECT_EQ(store_->leg_events(legs[0].id).value().back().kind, "collect");
    counter.seen.legs = {};
    EXPECT_EQ(store_->collect(counter).value(), Collected::moved) << "whoever saw no leg";
}

TEST_F(Kiosks, DamageIsFound) {
    ASSERT_TRUE(store_->note_kiosk({samples::numbered<KioskId>(1), {}, {}, "1", "idle"}).ok());
    const auto legs = legs_of(*store_, 1);
    ASSERT_TRUE(store_->take_collecting(take_of(1, legs, 1, 7, TimeMs{10})).value());
    ASSERT_TRUE(store_->fsck().value().clean());
    store_.reset();
    {
        Environment environment;
        ASSERT_TRUE(environment.open(directory_.path(), std::uint64_t{1} << 30U).ok());
        Transaction rows = environment.write();
        rows.erase(Table::kiosk, samples::numbered<KioskId>(1).view());
        ASSERT_EQ(rows.commit(), 0);
    }
    store_ = samples::open_small(directory_.path());
    EXPECT_EQ(store_->fsck().value().findings.size(), 2U);
}

} // namespace
} // namespace songda::store
