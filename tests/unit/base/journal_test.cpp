// A journal: every change of what was written is seen, and a last line that a
// crash cut short is told and cut off, at whatever byte.
#include "base/journal.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.hpp"

namespace songda {
namespace {

class JournalFile : public ::testing::Test {
protected:
    JournalFile() {
        auto journal = Journal::open(path_).value();
        EXPECT_TRUE(journal.append("one", {{"name", "第一\"行"}}, {1000}).ok());
        EXPECT_TRUE(journal.append("two", {{"name", "第二行"}}, {2000}).ok());
        std::ifstream in(path_, std::ios::binary);
        text_.assign(std::istreambuf_iterator<char>(in), {});
    }
    void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

    fakes::TemporaryFolder folder_;
    std::string path_ = folder_.path() / "journal";
    std::string text_;
};

TEST_F(JournalFile, GivesBackWhatWasWritten) {
    const auto journal = Journal::open(path_).value();
    ASSERT_EQ(journal.lines().size(), 2U);
    EXPECT_EQ(journal.lines()[0].fields.at("name"), "第一\"行");
    EXPECT_EQ(journal.lines()[1].event, "two");
    EXPECT_EQ(journal.lines()[1].time.value, 2000);
    EXPECT_EQ(journal.torn_bytes(), 0U);
}

TEST_F(JournalFile, LastLineCutAnywhereIsToldAndCutOff) {
    const std::size_t first = text_.find('\n') + 1;
    for (std::size_t size = first; size < text_.size(); ++size) {
        write(text_.substr(0, size));
        auto journal = Journal::open(path_).value();
        ASSERT_EQ(journal.lines().size(), 1U) << size;
        ASSERT_EQ(journal.torn_bytes(), size - first);
        ASSERT_TRUE(journal.append("two", {{"name", "第二行"}}, {2000}).ok());
        std::ifstream in(path_, std::ios::binary);
        ASSERT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text_) << size;
    }
}

TEST_F(JournalFile, AnyChangedByteIsSeen) {
    for (std::size_t at = 0; at + 1 < text_.size(); ++at) {
        std::string changed = text_;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        write(changed);
        const auto journal = Journal::open(path_);
        // A line feed more or less may look like a cut; nothing but whole lines is believed then.
        ASSERT_TRUE(!journal.ok() || journal.value().lines().size() < 2) << at;
    }
}

TEST_F(JournalFile, ALineTakenOutIsSeen) {
    write(text_.substr(text_.find('\n') + 1));
    EXPECT_EQ(Journal::open(path_).error().fault, Fault::corrupt);
    write(text_ + text_);
    EXPECT_EQ(Journal::open(path_).error().fault, Fault::corrupt);
}

TEST_F(JournalFile, TimeNeverGoesBack) {
    auto journal = Journal::open(path_).value();
    ASSERT_TRUE(journal.append("three", {}, {500}).ok());
    EXPECT_EQ(journal.lines().back().time.value, 2000);
}

} // namespace
} // namespace songda
