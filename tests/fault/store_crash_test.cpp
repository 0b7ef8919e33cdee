// kill -9 at random moments (reliability.md 5.2): nothing that was answered is lost, nothing is
// there twice, every document has its intent, every file its hash, and a retry with the same key
// finds what a lost answer hid. A writer that acknowledges too early is planted: the harness must
// catch it. Every fourth document renews the one before it: both histories change or
// neither, and with its history the earlier one gets its notice and loses a waiting leg. What
// expired is told once. A revision and the delivery that it releases are there together, once.
// SONGDA_KILLS sets the number of kills, SONGDA_SEED the delays.
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include "store/lmdb/keys.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

constexpr int writers = 6;
constexpr std::uint64_t numbers_per_round = 1'000'000;
constexpr std::uint64_t numbers_per_writer = 100'000;

constexpr std::uint64_t notices_from = std::uint64_t{1} << 40U; // far from other legs' ids

enum class Planted { nothing, early_answer };

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

Bytes file_of(std::uint64_t number) {
    return samples::file_bytes(number, 500 + number % 3000);
}

/// The one before it is the same writer's, and answered.
bool renews(std::uint64_t number) {
    return number % 4 == 0;
}

IssueWrite write_of(std::uint64_t number, const Bytes& file) {
    IssueWrite write = samples::issue(number, file);
    for (std::uint64_t leg = 0; leg < 2; ++leg) {
        write.legs.push_back({samples::leg(number * 2 + leg, number, 1, TimeMs{100}),
                              {LegEvent{"queued", TimeMs{1}, TimeMs{1}, 1, ""}}});
    }
    if (renews(number)) {
        write.document.relation = {RelationKind::renews, samples::numbered<DocumentId>(number - 1)};
        write.supersede = {
            {DocumentStatus::superseded, TimeMs{3000}, "renewed", "tester", Operation::renewed, ""},
            samples::audit_row(number),
            [number](const TouchedDocument& touched) {
                LegRow notice = samples::leg(number * 2 + notices_from, 0, 1, TimeMs{100});
                notice.document = touched.document.id;
                notice.purpose = LegPurpose::notice;
                notice.tells = ToldStatus{touched.changed.id, touched.entry.sequence};
                LegUpdate stopped{19, std::nullopt, "superseded", 0, {}, std::nullopt, {}};
                return Aftermath{{{notice, {}}}, {{touched.legs.front().id, stopped}}};
            }};
    }
    return write;
}

LmdbOptions crash_options(const std::string& directory) {
    LmdbOptions options = samples::small_options(directory);
    options.segment_bytes = std::uint64_t{4} << 20U; // rolls many times
    return options;
}

void acknowledge(int pipe, std::uint64_t number) {
    SONGDA_CHECK(write(pipe, &number, sizeof number) == sizeof number);
}

/// Writes until it is killed; each number goes into the pipe once its issue is answered.
[[noreturn]] void run_writer(const std::string& directory, int pipe, std::uint64_t round,
                             Planted planted) {
    auto store = open_lmdb(crash_options(directory));
    SONGDA_CHECK(store.ok());
    std::vector<std::thread> threads;
    for (std::uint64_t writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
            std::uint64_t number = round * numbers_per_round + writer * numbers_per_writer;
            for (;;) {
                ++number;
                const Bytes file = file_of(number);
                if (planted == Planted::early_answer) {
                    acknowledge(pipe, number);
                }
                SONGDA_CHECK(samples::put(*store.value(), write_of(number, file)));
                if (planted == Planted::nothing) {
                    acknowledge(pipe, number);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    _exit(3);
}

bool is_whole(Store& store, std::uint64_t number) {
    const auto id = samples::numbered<DocumentId>(number);
    const auto row = store.find_document(id);
    if (!row.ok() || !row.value()) {
        return false;
    }
    const auto file = store.read_file(*row.value());
    const auto intent = store.find_intent(id);
    const auto legs = store.legs_of(id);
    const bool renewed =
        renews(number + 1) &&
        store.find_document(samples::numbered<DocumentId>(number + 1)).value().has_value();
    return file.ok() && file.value() == file_of(number) && intent.ok() && intent.value() &&
           legs.ok() && legs.value().size() == (renewed ? 3U : 2U) &&
           legs.value().front().reason == (renewed ? "superseded" : "") &&
           store.status_history(id).value().size() == (renewed ? 2U : 1U) &&
           store.related_to(id).value().size() == (renewed ? 1U : 0U);
}

/// The client whose answer was lost asks again: the first document or a new one, never a second.
bool retry_resolves(Store& store, std::uint64_t number) {
    const Bytes file = file_of(number);
    const IssueWrite write = write_of(number, file);
    const auto kind = store.put_issues({&write, 1}).value().at(0).kind;
    const bool was_there = kind == IssueOutcome::Kind::duplicate;
    const bool is_there = was_there || kind == IssueOutcome::Kind::created;
    return is_there && is_whole(store, number);
}

/// In a process of its own, so that a crash inside the engine is a finding. Exit status 0: good.
int verify(const std::string& directory, const std::set<std::uint64_t>& answered, bool thorough) {
    auto opened = open_lmdb(crash_options(directory));
    if (!opened.ok()) {
        return 10;
    }
    Store& store = *opened.value();
    for (const std::uint64_t number : answered) {
        if (!is_whole(store, number)) {
            return 11;
        }
    }
    const auto open = store.open_intents();
    if (!open.ok() || open.value().size() > writers) {
        return 12;
    }
    for (const Intent& intent : open.value()) {
        if (store.find_document(intent.id).value()) {
            return 13;
        }
        std::uint64_t number = 0;
        for (std::size_t at = 0; at < 8; ++at) {
            number = (number << 8U) | intent.id.bytes[at];
        }
        if (!retry_resolves(store, number)) {
            return 14;
        }
    }
    for (const std::uint64_t number : answered) {
        if (number % 16 == 0 && !retry_resolves(store, number)) {
            return 15;
        }
    }
    if (!store.verify_audit().ok()) {
        return 16;
    }
    return thorough && !store.fsck().value().clean() ? 17 : 0;
}

template <class Work>
pid_t in_child(Work work) {
    const pid_t child = fork();
    SONGDA_CHECK(child >= 0);
    if (child == 0) {
        work();
        _exit(4);
    }
    return child;
}

/// Reads acknowledgements until the deadline, or with none until the pipe ends.
void drain(int pipe, std::set<std::uint64_t>& answered,
           std::optional<std::chrono::steady_clock::time_point> deadline) {
    for (;;) {
        if (deadline) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                *deadline - std::chrono::steady_clock::now());
            pollfd waiting{pipe, POLLIN, 0};
            if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
                return;
            }
        }
        std::uint64_t number = 0;
        if (read(pipe, &number, sizeof number) != sizeof number) {
            return;
        }
        answered.insert(number);
    }
}

struct Round {
    std::size_t answered = 0;
    int verdict = 0;
};

Round kill_once(const std::string& directory, std::uint64_t round, std::mt19937_64& random,
                Planted planted, bool thorough) {
    int ends[2];
    SONGDA_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    const pid_t writer = in_child([&] {
        close(ends[0]);
        run_writer(directory, ends[1], round, planted);
    });
    close(ends[1]);
    std::set<std::uint64_t> answered;
    drain(ends[0], answered,
          std::chrono::steady_clock::now() + std::chrono::milliseconds(30 + random() % 220));
    kill(writer, SIGKILL);
    int status = 0;
    SONGDA_CHECK(waitpid(writer, &status, 0) == writer);
    drain(ends[0], answered, std::nullopt);
    close(ends[0]);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        return {answered.size(), 20};
    }
    const pid_t verifier = in_child([&] { _exit(verify(directory, answered, thorough)); });
    SONGDA_CHECK(waitpid(verifier, &status, 0) == verifier);
    return {answered.size(), WIFEXITED(status) ? WEXITSTATUS(status) : 21};
}

TEST(StoreCrash, NothingAnsweredIsLostByKill) {
    const std::uint64_t kills = from_environment("SONGDA_KILLS", 20);
    const std::uint64_t seed = from_environment("SONGDA_SEED", std::random_device{}());
    std::mt19937_64 random(seed);
    SCOPED_TRACE("SONGDA_SEED=" + std::to_string(seed));
    const samples::Directory directory;
    std::size_t answered = 0;
    for (std::uint64_t round = 1; round <= kills; ++round) {
        const bool thorough = round % 10 == 0 || round == kills;
        const Round found = kill_once(directory.path(), round, random, Planted::nothing, thorough);
        ASSERT_EQ(found.verdict, 0) << "kill " << round;
        answered += found.answered;
    }
    EXPECT_GT(answered, kills) << "the writer never got far enough to prove anything";
    std::printf("kills %llu, answered %zu, lost 0\n", static_cast<unsigned long long>(kills),
                answered);
}

constexpr std::uint64_t expiring = 3000;
const TimeMs over{*parse_rfc3339("2031-11-25T08:00:00+08:00")};

/// One notice a document, with an id that no other step gives.
Follow told_in_round(std::uint64_t round) {
    return [round, next = round * numbers_per_round](const TouchedDocument& touched) mutable {
        LegRow notice = samples::leg(notices_from + next++, 0, 1, TimeMs{100});
        notice.document = touched.document.id;
        notice.purpose = LegPurpose::supervision; // has no inbox
        notice.tells = ToldStatus{touched.document.id, touched.entry.sequence};
        return Aftermath{{{notice, {}}}, {}};
    };
}

TEST(StoreCrash, WhatExpiredIsToldOnceHoweverOftenTheWalkIsKilled) {
    std::mt19937_64 random(1);
    const samples::Directory directory;
    {
        const auto store = std::move(open_lmdb(crash_options(directory.path()))).value();
        ASSERT_TRUE(store->tell_expired(TimeMs{0}, 1, told_in_round(0)).value().over);
        for (std::uint64_t number = 1; number <= expiring; ++number) {
            const Bytes file = samples::file_bytes(number, 10);
            ASSERT_TRUE(samples::put(*store, samples::issue(number, file)));
        }
    }
    std::uint64_t round = 0;
    for (bool over_now = false; !over_now;) {
        ++round;
        const pid_t walker = in_child([&] {
            auto store = std::move(open_lmdb(crash_options(directory.path()))).value();
            const Follow follow = told_in_round(round);
            while (!store->tell_expired(over, 3, follow).value().over) {
            }
            _exit(0);
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(5 + random() % 60));
        kill(walker, SIGKILL);
        int status = 0;
        ASSERT_EQ(waitpid(walker, &status, 0), walker);
        over_now = WIFEXITED(status);
    }
    EXPECT_GT(round, 3U) << "it was never killed on its way";
    const auto store = std::move(open_lmdb(crash_options(directory.path()))).value();
    for (std::uint64_t number = 1; number <= expiring; ++number) {
        const auto legs = store->legs_of(samples::numbered<DocumentId>(number)).value();
        ASSERT_EQ(legs.size(), 1U) << number;
    }
    EXPECT_TRUE(store->fsck().value().clean());
}

constexpr std::uint64_t levelled = 200;

/// A document whose leg waits for its level.
void put_levelled(Store& store, std::uint64_t number) {
    const Bytes file = file_of(number);
    IssueWrite write = samples::levelled(number, file);
    LegRow leg = samples::leg(number, number, 1, std::nullopt);
    leg.state = 2;
    write.legs = {{leg, {}}};
    SONGDA_CHECK(samples::put(store, write));
}

/// Claims and puts revisions until nothing is due; leases that others left end at once.
[[noreturn]] void run_augmenter(const std::string& directory, int pipe) {
    auto store = std::move(open_lmdb(crash_options(directory))).value();
    for (;;) {
        const auto claimed = store->claim_augmentations({TimeMs{9000}, 4, 0}).value();
        for (const AugmentationRow& row : claimed) {
            const std::uint64_t number = read_number(ByteView(row.document.bytes).first(8));
            const Bytes file =
                store->read_file(*store->find_document(row.document).value()).value();
            const Bytes bytes = samples::revision_bytes(number, 1);
            RevisionWrite write = samples::revision(row, file, bytes);
            write.due.reset();
            write.release = [](const LevelledDocument& document) {
                LegUpdate update{3, document.at, "", 0, {}, std::nullopt, {}};
                update.events = {{"release", document.at, document.at, 3, ""}};
                return std::vector<Aftermath::Change>{{document.legs.front().id, update}};
            };
            SONGDA_CHECK(store->put_revision(write).value());
            acknowledge(pipe, number);
        }
        if (claimed.empty()) {
            _exit(0);
        }
    }
}

TEST(StoreCrash, RevisionAndWhatItReleasesAreThereTogetherAndOnceHoweverOftenItIsKilled) {
    std::mt19937_64 random(1);
    const samples::Directory directory;
    {
        const auto store = std::move(open_lmdb(crash_options(directory.path()))).value();
        for (std::uint64_t number = 1; number <= levelled; ++number) {
            put_levelled(*store, number);
        }
    }
    std::set<std::uint64_t> answered;
    int kills = 0;
    for (bool over_now = false; !over_now; ++kills) {
        int ends[2];
        ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
        const pid_t augmenter = in_child([&] { run_augmenter(directory.path(), ends[1]); });
        close(ends[1]);
        drain(ends[0], answered,
              std::chrono::steady_clock::now() + std::chrono::milliseconds(20 + random() % 150));
        kill(augmenter, SIGKILL);
        int status = 0;
        ASSERT_EQ(waitpid(augmenter, &status, 0), augmenter);
        drain(ends[0], answered, std::nullopt);
        close(ends[0]);
        over_now = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        const auto store = std::move(open_lmdb(crash_options(directory.path()))).value();
        for (std::uint64_t number = 1; number <= levelled; ++number) {
            const auto id = samples::numbered<DocumentId>(number);
            const auto revisions = store->revisions(id).value().size();
            const LegRow leg = store->legs_of(id).value().front();
            ASSERT_LE(revisions, 1U) << number;
            ASSERT_EQ(leg.state == 3, revisions == 1) << number;
            ASSERT_TRUE(revisions == 1 || !answered.contains(number)) << number << " is lost";
        }
    }
    EXPECT_GT(kills, 3) << "it was never killed on its way";
    EXPECT_GT(answered.size(), levelled / 2) << "most answers came before the kill";
    const auto store = std::move(open_lmdb(crash_options(directory.path()))).value();
    EXPECT_EQ(store->statistics().value().revisions, levelled);
    EXPECT_TRUE(store->fsck().value().clean());
}

TEST(StoreCrash, TheHarnessCatchesAnAnswerGivenTooEarly) {
    std::mt19937_64 random(1);
    const samples::Directory directory;
    int caught = 0;
    for (std::uint64_t round = 1; round <= 20 && caught == 0; ++round) {
        caught = kill_once(directory.path(), round, random, Planted::early_answer, false).verdict;
    }
    EXPECT_EQ(caught, 11);
}

} // namespace
} // namespace songda::store
