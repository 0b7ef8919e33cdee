// One event is one line of JSON, whatever the values hold (threat T12, ASVS 16.4.1).
#include "base/log.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace songda {
namespace {

TEST(Log, ForgedLinesStayInsideOneLine) {
    const auto path = std::filesystem::temp_directory_path() / "songda-log-test.jsonl";
    std::filesystem::remove(path);
    ASSERT_TRUE(log::open(path.string(), log::Level::info).ok());
    log::info("row_refused",
              {{"why", "a\n[info] forged\x1b[31m {} {0}"}, {"count", 3}, {"late", true}});
    std::ifstream in(path);
    std::string line;
    ASSERT_TRUE(std::getline(in, line));
    const auto parsed = nlohmann::json::parse(line);
    EXPECT_EQ(parsed["event"], "row_refused");
    EXPECT_EQ(parsed["why"], "a\n[info] forged\x1b[31m {} {0}");
    EXPECT_EQ(parsed["count"], 3);
    EXPECT_EQ(parsed["late"], true);
    EXPECT_FALSE(std::getline(in, line));
}

TEST(Log, FileThatCannotBeOpenedIsAFaultAndNotTheEnd) {
    const auto opened = log::open("/proc/songda-log-test/x.jsonl", log::Level::info);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().fault, Fault::unavailable);
    EXPECT_NE(opened.error().detail.find("/proc/songda-log-test/x.jsonl"), std::string::npos);
}

} // namespace
} // namespace songda
