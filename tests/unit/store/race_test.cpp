// What single-threaded tests cannot see: no leg is claimed twice, one key issues one document, a
// status changes once, whatever the threads do at the same moment.
#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "store/lmdb/rounds.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

template <class Work>
void in_threads(int count, Work work) {
    std::vector<std::thread> threads;
    for (int number = 0; number < count; ++number) {
        threads.emplace_back([&work, number] { work(number); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

void put_legs(Store& store, std::uint64_t document, std::uint64_t department, std::uint64_t count) {
    for (std::uint64_t done = 0; done < count;) {
        const Bytes file = samples::file_bytes(document, 50);
        IssueWrite write = samples::issue(document, file, department);
        for (; write.legs.size() < 50 && done < count; ++done) {
            const std::uint64_t number = document * 1000 + write.legs.size();
            write.legs.push_back({samples::leg(number, document, department, TimeMs{100}), {}});
        }
        ASSERT_TRUE(samples::put(store, write));
        ++document;
    }
}

TEST(StoreRace, NoLegIsClaimedTwiceByFourThreads) {
    constexpr std::uint64_t legs = 3000;
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    put_legs(*store, 1, 1, legs / 2);
    put_legs(*store, 500, 2, legs / 2);
    std::mutex mutex;
    std::set<LegId> seen;
    std::atomic<int> twice = 0;
    in_threads(4, [&](int) {
        for (int empty = 0; empty < 3;) {
            const auto claimed = store->claim_due({2, TimeMs{200}, 10, 1'000'000, {}});
            ASSERT_TRUE(claimed.ok());
            empty += claimed.value().empty() ? 1 : 0;
            const std::lock_guard lock(mutex);
            for (const ClaimedLeg& leg : claimed.value()) {
                twice += seen.insert(leg.row.id).second ? 0 : 1;
            }
        }
    });
    EXPECT_EQ(twice, 0);
    EXPECT_EQ(seen.size(), legs);
}

TEST(StoreRace, OneFenceIsFinishedOnce) {
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    put_legs(*store, 1, 1, 1);
    const ClaimedLeg claim = store->claim_due({2, TimeMs{200}, 1, 1000, {}}).value().at(0);
    std::atomic<int> finished = 0;
    in_threads(8, [&](int) {
        LegUpdate update;
        update.state = 5;
        update.events = {LegEvent{"done", TimeMs{1}, TimeMs{1}, 5, ""}};
        const LegFinish finish{claim.row.id, claim.fence, update};
        finished += store->finish_legs({&finish, 1}).value()[0] ? 1 : 0;
    });
    EXPECT_EQ(finished, 1);
    EXPECT_EQ(store->leg_events(claim.row.id).value().size(), 1U);
}

TEST(StoreRace, EightThreadsWithOneKeyMakeOneDocument) {
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    for (std::uint64_t round = 0; round < 20; ++round) {
        std::atomic<int> created = 0;
        std::atomic<int> duplicates = 0;
        in_threads(8, [&](int thread) {
            const std::uint64_t number = round * 8 + static_cast<std::uint64_t>(thread) + 1;
            const Bytes file = samples::file_bytes(number, 500);
            IssueWrite write = samples::issue(number, file);
            write.idempotency_key = "round " + std::to_string(round);
            write.fingerprint = Digest{7};
            Intent intent = samples::intent(number);
            ASSERT_TRUE(store->put_intents({&intent, 1}).ok());
            const IssueOutcome outcome = store->put_issues({&write, 1}).value().at(0);
            created += outcome.kind == IssueOutcome::Kind::created ? 1 : 0;
            duplicates += outcome.kind == IssueOutcome::Kind::duplicate ? 1 : 0;
        });
        EXPECT_EQ(created, 1);
        EXPECT_EQ(duplicates, 7);
    }
    EXPECT_EQ(store->statistics().value().documents, 20U);
    EXPECT_EQ(store->open_intents().value().size(), 140U);
    EXPECT_TRUE(store->fsck().value().clean());
}

/// Files are on disk before it is known whether rows will name them: those that none names must
/// never take the place of another's, whoever commits first.
TEST(StoreRace, RefusedFilesBesideNewOnesHarmNone) {
    constexpr std::uint64_t files = 60;
    constexpr std::size_t bytes = 20'000; // segments roll many times
    const samples::Directory directory;
    auto store = samples::open_small(directory.path());
    const Bytes first = samples::file_bytes(1, bytes);
    ASSERT_TRUE(samples::put(*store, samples::issue(1, first)));
    in_threads(6, [&](int thread) {
        for (std::uint64_t at = 0; at < files; ++at) {
            const std::uint64_t number = static_cast<std::uint64_t>(thread) * 1000 + 2 + at;
            const Bytes file = samples::file_bytes(number, bytes + number % 999);
            if (thread % 2 == 0) {
                EXPECT_TRUE(samples::put(*store, samples::issue(number, file)));
                continue;
            }
            const IssueWrite again = samples::issue(1, file);
            EXPECT_EQ(store->put_issues({&again, 1}).value().at(0).kind,
                      IssueOutcome::Kind::duplicate);
        }
    });
    EXPECT_TRUE(store->fsck().value().clean());
    store.reset();
    store = samples::open_small(directory.path());
    for (std::uint64_t number = 9000; number < 9060; ++number) {
        const Bytes file = samples::file_bytes(number, bytes);
        EXPECT_TRUE(samples::put(*store, samples::issue(number, file)));
    }
    const FsckReport report = store->fsck().value();
    EXPECT_TRUE(report.clean());
    EXPECT_EQ(report.files, 1 + 3 * files + 60);
}

TEST(StoreRace, WhatWasAnsweredIsFoundByItsKeyWhileEntriesMoveToTheirPlaces) {
    constexpr std::uint64_t writers = 3;
    constexpr std::uint64_t each = 150; // generations of 16: many are settled meanwhile
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    std::array<std::atomic<std::uint64_t>, writers> answered{};
    const auto number_of = [](std::uint64_t writer, std::uint64_t count) {
        return writer * 1000 + count;
    };
    const auto key_of = [](std::uint64_t number) {
        auto key = samples::numbered<DocumentKey>(number);
        key.bytes[0] = static_cast<std::uint8_t>(number * 37);
        return key;
    };
    const auto inbox_of = [](std::uint64_t number) {
        auto inbox = samples::numbered<InboxId>(number);
        inbox.bytes[0] = static_cast<std::uint8_t>(number * 59);
        return inbox;
    };
    const auto write = [&](std::uint64_t writer) {
        for (std::uint64_t count = 1; count <= each; ++count) {
            const std::uint64_t number = number_of(writer, count);
            const Bytes file = samples::file_bytes(number, 50);
            IssueWrite issue = samples::issue(number, file);
            issue.document.key = key_of(number);
            issue.legs = {{samples::leg(number, number, 1, std::nullopt), {}}};
            issue.legs[0].leg.inbox = inbox_of(number);
            EXPECT_TRUE(samples::put(*store, issue)); // the readers wait for the last
            answered[writer] = count;
        }
    };
    const auto read = [&](std::uint64_t seed) {
        for (std::uint64_t round = seed; answered[0] < each || answered[1] < each; ++round) {
            const std::uint64_t writer = round % writers;
            const std::uint64_t count = answered[writer];
            const std::uint64_t number = number_of(writer, count == 0 ? 0 : 1 + round % count);
            if (count > 0) {
                ASSERT_TRUE(store->find_by_key(key_of(number)).value()) << number;
                ASSERT_EQ(store->inbox(inbox_of(number)).value().size(), 1U) << number;
            }
        }
    };
    in_threads(5, [&](int thread) {
        const auto which = static_cast<std::uint64_t>(thread);
        which < writers ? write(which) : read(which * 7919);
    });
    EXPECT_TRUE(store->fsck().value().clean());
}

TEST(StoreRounds, EachJobIsServedOnceAndBeforeItsSubmitterGoesOn) {
    struct Job : RoundJob {
        int served = 0;
    };
    Rounds<Job> rounds;
    std::thread worker([&rounds] {
        rounds.serve([](std::vector<Job*>& jobs) {
            for (Job* const job : jobs) {
                ++job->served;
            }
        });
    });
    in_threads(8, [&rounds](int) {
        for (int i = 0; i < 500; ++i) {
            Job job;
            rounds.run(job);
            EXPECT_EQ(job.served, 1);
        }
    });
    rounds.stop();
    worker.join();
}

TEST(StoreRace, OneOfManyStatusChangesWins) {
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    const Bytes file = samples::file_bytes(1, 10);
    ASSERT_TRUE(samples::put(*store, samples::issue(1, file)));
    const auto id = samples::numbered<DocumentId>(1);
    std::atomic<int> changed = 0;
    in_threads(8, [&](int) {
        const StatusChange revoked{DocumentStatus::revoked, TimeMs{1}, "", ""};
        const auto answer = store->set_status(id, {revoked, samples::audit_row(1)});
        ASSERT_TRUE(answer.ok());
        changed += answer.value().changed ? 1 : 0;
        EXPECT_EQ(answer.value().last.change.status, revoked.status);
    });
    EXPECT_EQ(changed, 1);
    EXPECT_EQ(store->status_history(id).value().size(), 2U);
}

TEST(StoreRace, WrongCodesTriedAtOnceUseUpTheirAttempts) {
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    put_legs(*store, 1, 1, 1);
    LinkTry attempt{samples::numbered<LegId>(1000), false, 5, 1000, TimeMs{1}};
    in_threads(8, [&](int) { EXPECT_FALSE(store->try_link(attempt).value()); });
    attempt.right = true;
    EXPECT_FALSE(store->try_link(attempt).value()) << "used up";
    ASSERT_TRUE(store->renew_link(attempt.leg, TimeMs{2}).ok());
    EXPECT_TRUE(store->try_link(attempt).value());
}

TEST(StoreFairness, ABurstOfOneDepartmentDoesNotDelayAnother) {
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    put_legs(*store, 1, 1, 2000);
    put_legs(*store, 500, 2, 3);
    std::size_t of_second = 0;
    const auto claimed = store->claim_due({2, TimeMs{200}, 8, 1000, {}});
    for (const ClaimedLeg& leg : claimed.value()) {
        of_second += leg.row.department == samples::department(2) ? 1U : 0U;
    }
    EXPECT_EQ(of_second, 3U);
}

} // namespace
} // namespace songda::store
