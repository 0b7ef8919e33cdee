// Packages for an outage and logs of kiosks: both stores answer the same to long random histories,
// they outlive a crash, no line is taken up twice, and damage is found.
#include <random>

#include <gtest/gtest.h>

#include "store/lmdb/environment.hpp"
#include "store/lmdb/keys.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

void put_kiosk(Store& store, std::uint64_t number) {
    KioskRow row;
    row.id = samples::numbered<KioskId>(number);
    row.serial = "SN-" + std::to_string(number);
    ASSERT_TRUE(store.step_kiosk({}, row, {}, samples::audit_row(1)).value());
}

OutageHead head(std::uint64_t kiosk, std::uint64_t lines) {
    return {samples::numbered<KioskId>(kiosk), lines, "hash-" + std::to_string(lines), Bytes(4, 1),
            TimeMs{5}};
}

TEST(OutageConformance, BothStoresAnswerTheSameToRandomHistories) {
    const samples::Directory directory;
    const auto engine = samples::open_small(directory.path());
    fakes::MemoryStore model;
    for (std::uint64_t number = 1; number <= 2; ++number) {
        put_kiosk(*engine, number);
        put_kiosk(model, number);
    }
    std::mt19937_64 random(20261201);
    const auto below = [&](std::uint64_t end) { return random() % end; };
    std::array<int, 2> stepped{};
    std::array<int, 2> appended{};
    for (int step = 0; step < 600; ++step) {
        OutagePackage after = samples::outage_package(1 + below(4), 1 + below(3));
        const auto stored = model.find_package(after.kiosk, after.id).value();
        ASSERT_EQ(stored, engine->find_package(after.kiosk, after.id).value());
        after.state = static_cast<OutageState>(1 + below(6));
        after.changed = TimeMs{step};
        const auto before = below(4) == 0 ? std::nullopt : stored;
        const auto answer = model.step_outage(before, after, samples::audit_row(1)).value();
        ASSERT_EQ(answer, engine->step_outage(before, after, samples::audit_row(1)).value());
        ++stepped.at(answer ? 1 : 0);
        const KioskId kiosk = samples::numbered<KioskId>(1 + below(3));
        ASSERT_EQ(model.packages_out(kiosk).value(), engine->packages_out(kiosk).value());
        ASSERT_EQ(model.packages_in_conflict(3).value(), engine->packages_in_conflict(3).value());

        const auto known = model.outage_head(kiosk).value();
        ASSERT_EQ(known, engine->outage_head(kiosk).value());
        const auto from = below(4) == 0 ? std::nullopt : known;
        const std::vector<OutageLineRow> lines(
            1 + below(3), {TimeMs{step}, "line " + std::to_string(step) + '\n'});
        OutageHead next = head(1, (from ? from->lines : 0) + lines.size());
        next.kiosk = kiosk;
        const auto grown = model.append_outage_log(from, next, lines).value();
        ASSERT_EQ(grown, engine->append_outage_log(from, next, lines).value());
        ++appended.at(grown ? 1 : 0);
        const std::uint64_t after_line = below(20);
        ASSERT_EQ(model.outage_lines(kiosk, after_line, 5).value(),
                  engine->outage_lines(kiosk, after_line, 5).value());
    }
    for (const int count : {stepped[0], stepped[1], appended[0], appended[1]}) {
        EXPECT_GT(count, 50);
    }
    EXPECT_TRUE(engine->fsck().value().clean());
}

TEST(Outage, LinesOutliveACrashAndAreTakenUpOnce) {
    const samples::Directory directory;
    auto store = samples::open_small(directory.path());
    put_kiosk(*store, 1);
    const std::vector<OutageLineRow> lines = {{TimeMs{5}, "a\n"}, {TimeMs{5}, "b\n"}};
    ASSERT_TRUE(store->append_outage_log({}, head(1, 2), lines).value());
    store.reset();
    store = samples::open_small(directory.path());
    EXPECT_EQ(store->outage_lines(samples::numbered<KioskId>(1), 0, 9).value(), lines);
    EXPECT_FALSE(store->append_outage_log({}, head(1, 2), lines).value());
    EXPECT_FALSE(store->append_outage_log(head(1, 2), head(1, 3), lines).ok());
}

TEST(Outage, DamageIsFound) {
    const samples::Directory directory;
    auto store = samples::open_small(directory.path());
    put_kiosk(*store, 1);
    const std::vector<OutageLineRow> lines = {{TimeMs{5}, "a\n"}};
    ASSERT_TRUE(store->append_outage_log({}, head(1, 1), lines).value());
    ASSERT_TRUE(
        store->step_outage({}, samples::outage_package(1, 1), samples::audit_row(1)).value());
    ASSERT_TRUE(store->fsck().value().clean());
    store.reset();
    {
        Environment environment;
        ASSERT_TRUE(environment.open(directory.path(), std::uint64_t{1} << 30U).ok());
        Transaction rows = environment.write();
        const OutagePackage package = samples::outage_package(1, 1);
        const auto stored = rows.get(Table::outage_package, outage_key(package));
        ASSERT_TRUE(stored);
        const Bytes moved(stored->begin(), stored->end());
        rows.erase(Table::outage_package, outage_key(package));
        rows.put(Table::outage_package, outage_key(OutageState::back, package.kiosk, package.id),
                 moved);
        rows.erase(Table::outage_line, Key().raw(package.kiosk.view()).number(std::uint64_t{1}));
        ASSERT_EQ(rows.commit(), 0);
    }
    store = samples::open_small(directory.path());
    EXPECT_EQ(store->fsck().value().findings.size(), 2U);
}

} // namespace
} // namespace songda::store
