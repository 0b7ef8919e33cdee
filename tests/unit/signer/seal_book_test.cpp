// The book of uses: its lines are these bytes; whatever is changed, taken away or put in is found;
// many threads share its syncs; it goes on after every way to end, across segments, and after a
// disk that was full.
#include "signer/seals/seal_book.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

UseRow row(SealPurpose purpose = SealPurpose::document) {
    UseRow made{0,  purpose, "seal-1", {"11320199014138860W"}, {"key:A1", "SPJY", "t@3", {}},
                {}, false};
    made.use.document.bytes[15] = 9;
    made.content.fill(0xAB);
    return made;
}

class SealBookTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string folder() const { return folder_.path(); }
    [[nodiscard]] std::string segment(std::uint32_t number) const {
        return folder() + '/' + segment_name(number);
    }
    [[nodiscard]] Result<std::unique_ptr<SealBook>> open(std::size_t segment_bytes = 64U << 20U) {
        SealBook::Options options;
        options.folder = folder();
        options.segment_bytes = segment_bytes;
        options.told = [this](const std::optional<Error>& why) {
            told_.push_back(why ? fault_name(why->fault) : "written");
        };
        return SealBook::open(std::move(options), clock_);
    }
    /// A row and its end.
    static Result<void> use(SealBook& book) {
        std::vector<UseRow> rows = {row()};
        const auto before = book.write_before(rows);
        if (!before.ok()) {
            return before.error();
        }
        const UseEnd end{rows[0].number, UseOutcome::made, "ab"};
        const auto after = book.write_after({&end, 1});
        return after.ok() ? book.wait_for_disk(after.value()) : Result<void>(after.error());
    }
    [[nodiscard]] Result<BookTally> read() const {
        UseReader reader(folder());
        const auto done =
            reader.read_on([](const UseLine&, const BookTally&) -> Result<void> { return {}; });
        return done.ok() ? Result(reader.tally()) : done.error();
    }
    [[nodiscard]] std::string text(std::uint32_t number) const {
        std::ifstream in(segment(number));
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void put(std::uint32_t number, const std::string& text) const {
        std::ofstream(segment(number), std::ios::trunc) << text;
    }

    fakes::TemporaryFolder folder_;
    fakes::ManualClock clock_;
    std::vector<std::string_view> told_;
};

TEST(UseLine, LinesAreTheseBytes) {
    UseLine line{{1'700'000'000'123}, {}, {row()}, {{1, UseOutcome::refused, "seal_suspended"}}};
    line.before[0].number = 2;
    const std::string json =
        R"({"time":"2023-11-14T22:13:20.123Z","before":[{"use":2,"purpose":"document",)"
        R"("seal":"seal-1","department":"11320199014138860W","actor":"key:A1","type":"SPJY",)"
        R"("template":"t@3","document":"00000000000000000000000000000009","sha256":")"
        R"(abababababababababababababababababababababababababababababababab"}],)"
        R"("after":[{"use":1,"outcome":"refused","rule":"seal_suspended"}]})";
    EXPECT_EQ(write_use_line(line), json);
    EXPECT_EQ(read_use_line(json).value(), line);
    UseLine asked{{0}, {}, {row(SealPurpose::qr)}, {}};
    asked.before[0].asked = true;
    asked.before[0].content = {};
    asked.before[0].use = {};
    EXPECT_EQ(read_use_line(write_use_line(asked)).value(), asked);
    UseLine begin{{0}, SegmentBegin{2, std::string(64, 'a'), 7, 9, {3, 4}}, {}, {}};
    EXPECT_EQ(write_use_line(begin), R"({"time":"1970-01-01T00:00:00.000Z","begin":{"version":1,)"
                                     R"("segment":2,"follows":")" +
                                         std::string(64, 'a') +
                                         R"(","lines":7,"uses":9,"open":[3,4]}})");
    EXPECT_EQ(read_use_line(write_use_line(begin)).value(), begin);
}

TEST(UseLine, EveryOutcomeAndNoOtherSpelling) {
    for (const UseOutcome outcome :
         {UseOutcome::made, UseOutcome::refused, UseOutcome::failed, UseOutcome::unfinished}) {
        const UseLine line{
            {0}, {}, {}, {{5, outcome, outcome == UseOutcome::unfinished ? "" : "x"}}};
        const std::string json = write_use_line(line);
        ASSERT_EQ(read_use_line(json).value(), line);
        for (std::size_t size = 0; size < json.size(); ++size) {
            ASSERT_FALSE(read_use_line(json.substr(0, size)).ok());
        }
        EXPECT_FALSE(read_use_line(json + ' ').ok());
        EXPECT_FALSE(read_use_line("{\"more\":1," + json.substr(1)).ok());
    }
}

TEST_F(SealBookTest, GoesOnWhereItEnded) {
    std::string head;
    for (int round = 0; round < 3; ++round) {
        auto book = open();
        ASSERT_TRUE(book.ok()) << book.error().detail;
        EXPECT_EQ(book.value()->head().hash == head, round > 0);
        ASSERT_TRUE(use(*book.value()).ok());
        head = book.value()->head().hash;
        EXPECT_EQ(open().error().fault, Fault::conflict) << "a second writer";
    }
    const auto tally = read();
    ASSERT_TRUE(tally.ok()) << tally.error().detail;
    EXPECT_EQ(tally.value().head, (BookHead{7, head}));
    EXPECT_EQ(tally.value().uses, 3U);
    EXPECT_TRUE(tally.value().open.empty());
}

TEST_F(SealBookTest, AUseThatAProcessLeftOpenIsEndedByTheNext) {
    std::vector<UseRow> rows = {row(), row()};
    {
        const auto book = open().value();
        ASSERT_TRUE(book->write_before(rows, {{1, UseOutcome::refused, "x"}}).ok());
    }
    EXPECT_EQ(read().value().open, std::set<std::uint64_t>{1});
    const auto book = open().value();
    EXPECT_TRUE(read().value().open.empty());
    EXPECT_TRUE(text(1).find(R"({"use":1,"outcome":"unfinished"})") != std::string::npos);
}

TEST_F(SealBookTest, SegmentsFollowOnEachOtherAndTheNewestIsEnough) {
    {
        const auto book = open(2000).value();
        for (int i = 0; i < 40; ++i) {
            clock_.advance(i % 3 == 0 ? -1000 : 1500); // a clock that is set back
            ASSERT_TRUE(use(*book).ok());
        }
    }
    const auto whole = read();
    ASSERT_TRUE(whole.ok()) << whole.error().detail;
    EXPECT_GT(whole.value().segment, 5U);
    EXPECT_EQ(whole.value().uses, 40U);
    UseReader newest(folder());
    ASSERT_TRUE(newest.begin_at_newest().ok());
    ASSERT_TRUE(
        newest.read_on([](const UseLine&, const BookTally&) -> Result<void> { return {}; }).ok());
    EXPECT_EQ(newest.tally().head, whole.value().head);
    EXPECT_EQ(newest.tally().uses, 40U);
    // The newest as a crash may leave it: made, and nothing in it, or half of its first line.
    const std::uint32_t next = whole.value().segment + 1;
    for (const std::string& torn : {std::string(), text(1).substr(0, 100)}) {
        put(next, torn);
        ASSERT_TRUE(use(*open(2000).value()).ok());
        ASSERT_TRUE(read().ok()) << read().error().detail;
        std::filesystem::remove(segment(next));
    }
}

TEST_F(SealBookTest, EveryChangedByteAndEveryMissingLineIsFound) {
    {
        const auto book = open(900).value();
        for (int i = 0; i < 4; ++i) {
            ASSERT_TRUE(use(*book).ok());
        }
    }
    const BookTally good = read().value();
    ASSERT_GE(good.segment, 2U);
    for (std::uint32_t number = 1; number <= good.segment; ++number) {
        const std::string whole = text(number);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            put(number, changed);
            const auto found = read();
            // A last line without its end is a torn one; the head that was noted tells.
            ASSERT_TRUE(!found.ok() || found.value().head != good.head) << number << ' ' << at;
            ASSERT_TRUE(!found.ok() || found.value().head.lines < good.head.lines) << at;
        }
        for (std::size_t line = 0, end = 0; line < whole.size(); line = end) {
            end = whole.find('\n', line) + 1;
            put(number, whole.substr(0, line) + whole.substr(end));
            const auto found = read();
            ASSERT_TRUE(!found.ok() || found.value().head.lines < good.head.lines);
            put(number, whole.substr(0, end) + whole.substr(line));
            ASSERT_FALSE(read().ok()) << "a line twice";
        }
        put(number, whole);
    }
    std::filesystem::rename(segment(1), segment(1) + "-away");
    EXPECT_EQ(read().error().fault, Fault::not_found);
}

TEST_F(SealBookTest, ManyThreadsShareSyncsAndLoseNothing) {
    constexpr int threads = 8;
    constexpr int each = 60;
    {
        const auto book = open(20'000).value();
        std::atomic<int> bad{0};
        std::vector<std::jthread> users;
        for (int i = 0; i < threads; ++i) {
            users.emplace_back([&] {
                for (int k = 0; k < each; ++k) {
                    bad += use(*book).ok() ? 0 : 1;
                }
            });
        }
        users.clear();
        EXPECT_EQ(bad, 0);
    }
    const auto tally = read();
    ASSERT_TRUE(tally.ok()) << tally.error().detail;
    EXPECT_EQ(tally.value().uses, std::uint64_t{threads} * each);
    EXPECT_TRUE(tally.value().open.empty());
}

/// A full disk, played by the limit on a file's size: nothing is written, what is owed is written
/// when there is room again, and the same book goes on.
TEST_F(SealBookTest, HealsWhenThereIsRoomAgain) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit usual{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
    const auto book = open().value();
    ASSERT_TRUE(use(*book).ok());
    std::vector<UseRow> rows = {row()};
    ASSERT_TRUE(book->write_before(rows).ok());
    const std::uint64_t lines = book->head().lines;
    rlimit full = usual;
    full.rlim_cur = std::filesystem::file_size(segment(1)) + 10; // a torn write, too
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
    const UseEnd end{rows[0].number, UseOutcome::made, "ab"};
    const auto after = book->write_after({&end, 1});
    const auto next = use(*book);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &usual), 0);
    ASSERT_FALSE(after.ok());
    ASSERT_FALSE(next.ok());
    EXPECT_EQ(next.error().fault, Fault::unavailable) << next.error().detail;
    EXPECT_EQ(book->head().lines, lines);
    ASSERT_TRUE(use(*book).ok());
    EXPECT_EQ(told_, (std::vector<std::string_view>{"unavailable", "written"}));
    ASSERT_TRUE(read().ok()) << read().error().detail;
    EXPECT_TRUE(read().value().open.empty());
    EXPECT_TRUE(text(1).find(R"({"use":2,"outcome":"failed","fault":"unavailable"})") !=
                std::string::npos)
        << text(1);
}

} // namespace
} // namespace songda::signer
