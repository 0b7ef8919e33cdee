// `songda status`: what may follow what is told in both languages, and a refused step writes
// nothing.
#include <fstream>

#include <gtest/gtest.h>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_songda;

TEST(StatusCommand, RefusedStepNamesThePresentStatusAndWritesNothing) {
    live::Service service;
    const std::string pdf = service.folder() / "pdf";
    const std::string rows = service.folder() / "rows.jsonl";
    ASSERT_EQ(live::run_command("head -n 1 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + rows)
                  .status,
              0);
    ASSERT_EQ(run_songda("issue " + rows + " --out " + pdf + " -c " + service.config()).status, 0);
    const std::string key = std::filesystem::directory_iterator(pdf)->path().stem();
    const auto status = [&](const std::string& words) {
        return run_songda("status " + key + ' ' + words + " -c " + service.config());
    };
    const auto says = [](const CommandResult& result, const std::string& words) {
        return result.output.find(words) != std::string::npos;
    };
    const CommandResult suspended = status("suspended --reason 检查 --basis 第六十一条");
    EXPECT_EQ(suspended.status, 0);
    EXPECT_TRUE(says(suspended, "02 暂扣 检查，依据第六十一条") &&
                says(suspended, "操作 operation 03 暂扣"))
        << suspended.output;
    const CommandResult same = status("suspended --reason 检查");
    EXPECT_EQ(same.status, 1);
    EXPECT_TRUE(says(same, "it is suspended since 20") && says(same, "起已是“暂扣”"))
        << same.output;
    EXPECT_TRUE(says(same, "it may become: 有效 valid, 撤销 revoked")) << same.output;
    EXPECT_EQ(status("valid --reason 发还").status, 0);
    EXPECT_EQ(status("revoked --reason 撤销").status, 0);
    const CommandResult back = status("valid --reason 误");
    EXPECT_EQ(back.status, 1);
    EXPECT_TRUE(says(back, "cannot become valid") && says(back, "this status is final"))
        << back.output;
    EXPECT_EQ(status("paused --reason x").status, 2);
    EXPECT_EQ(status("other --reason x").status, 2) << "what it is must be said";
    const std::string history = status("").output;
    EXPECT_TRUE(history.find("  4 ") != std::string::npos &&
                history.find("  5 ") == std::string::npos)
        << history;
}

} // namespace
} // namespace songda
