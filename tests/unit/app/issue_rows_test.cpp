// A file of decisions is worked on chunk by chunk, whatever its length; Ctrl-C stops behind a chunk
// and says so; a fault ends the run; what is on the disk already is known by its hash.
#include <csignal>
#include <fstream>

#include <gtest/gtest.h>

#include "app/issue_output.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::app {
namespace {

class IssueRows : public ::testing::Test {
protected:
    RowFile file_of(std::size_t rows) {
        const std::string path = folder_.path() / "rows.jsonl";
        std::ofstream out(path);
        for (std::size_t row = 1; row <= rows; ++row) {
            out << row << '\n';
        }
        out.close();
        auto file = RowFile::open(path);
        EXPECT_TRUE(file.ok());
        return std::move(file).value();
    }
    fakes::TemporaryFolder folder_;
    IssueCounts counts_;
};

TEST_F(IssueRows, EachRowComesOnceWithItsNumberAndNeverMoreThanAChunk) {
    RowFile file = file_of(2 * RowFile::chunk_rows + 3);
    EXPECT_EQ(file.rows(), 2 * RowFile::chunk_rows + 3);
    std::size_t row = 1;
    std::size_t chunks = 0;
    const int status = issue_rows(file, counts_, "", [&](const auto& lines, std::size_t first) {
        ++chunks;
        EXPECT_LE(lines.size(), RowFile::chunk_rows);
        EXPECT_EQ(first, row);
        for (const std::string& line : lines) {
            EXPECT_EQ(line, std::to_string(row++));
        }
        return Result<void>();
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(chunks, 3U);
    EXPECT_EQ(row, file.rows() + 1);
}

TEST_F(IssueRows, ControlCStopsBehindTheChunkThatIsBeingIssued) {
    RowFile file = file_of(5 * RowFile::chunk_rows);
    std::size_t issued = 0;
    const int status = issue_rows(file, counts_, "", [&](const auto& lines, std::size_t first) {
        if (first > RowFile::chunk_rows) {
            std::raise(SIGINT);
        }
        issued += lines.size();
        return Result<void>();
    });
    EXPECT_EQ(status, 130);
    EXPECT_EQ(issued, 2 * RowFile::chunk_rows);
}

TEST_F(IssueRows, ControlCInTheLastChunkLeavesNothingToDo) {
    RowFile file = file_of(3);
    const int status = issue_rows(file, counts_, "", [](const auto&, std::size_t) {
        std::raise(SIGTERM);
        return Result<void>();
    });
    EXPECT_EQ(status, 0);
}

TEST_F(IssueRows, FaultEndsTheRunAndRefusedRowsDoNot) {
    RowFile file = file_of(2 * RowFile::chunk_rows);
    std::size_t calls = 0;
    const int failed = issue_rows(file, counts_, "", [&](const auto&, std::size_t) -> Result<void> {
        ++calls;
        return Error{Fault::unavailable, "no room"};
    });
    EXPECT_EQ(failed, 2);
    EXPECT_EQ(calls, 1U);
    RowFile again = file_of(2);
    EXPECT_EQ(issue_rows(again, counts_, "",
                         [&](const auto& lines, std::size_t) {
                             counts_.refused += lines.size();
                             return Result<void>();
                         }),
              1);
}

TEST_F(IssueRows, FileOfARunBeforeIsKnownByItsHash) {
    const std::string path = folder_.path() / "KEY.pdf";
    const std::string bytes = "the issued file";
    const std::string hash = to_hex(sha256(as_bytes(bytes)));
    EXPECT_FALSE(is_kept(path, hash));
    ASSERT_TRUE(write_file(path, as_bytes(bytes)));
    EXPECT_TRUE(is_kept(path, hash));
    ASSERT_TRUE(write_file(path, as_bytes("the issued fil_")));
    EXPECT_FALSE(is_kept(path, hash));
}

TEST_F(IssueRows, FileThatIsNotThereIsNamed) {
    const auto missing = RowFile::open(folder_.path() / "none.jsonl");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().fault, Fault::not_found);
}

} // namespace
} // namespace songda::app
