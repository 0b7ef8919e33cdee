// A program of the system is given bytes and answers bytes; whatever it does instead is a fault
// that says so, and nothing of ours is open in it.
#include "base/child_program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace songda {
namespace {

Result<Bytes> run(std::vector<std::string> words, std::string_view input,
                  std::size_t most = 1U << 20U) {
    return run_child(
        {.words = std::move(words), .output_bytes_max = most, .limit = std::chrono::seconds(1)},
        as_bytes(input));
}

TEST(ChildProgram, AnswersWhatItMakesOfItsInput) {
    const std::string much(300'000, 'x'); // more than a pipe holds
    const auto answer = run({"cat"}, much);
    ASSERT_TRUE(answer.ok()) << answer.error().detail;
    EXPECT_EQ(as_text(answer.value()), much);
    EXPECT_EQ(as_text(run({"printf", "%s", "a b;$HOME"}, "").value()), "a b;$HOME"); // no shell
}

TEST(ChildProgram, WholePathNamesAProgramOfOurOwn) {
    EXPECT_EQ(as_text(run({"/usr/bin/printf", "here"}, "").value()), "here");
    EXPECT_EQ(run({"/no/such/program"}, "").error().fault, Fault::not_found);
}

TEST(ChildProgram, ProcessorTimeHasALimitOfItsOwn) {
    const auto busy = run_child({.words = {"md5sum", "/dev/zero"},
                                 .output_bytes_max = 100,
                                 .processor_limit = std::chrono::seconds(1)},
                                {});
    ASSERT_FALSE(busy.ok());
    EXPECT_EQ(busy.error().fault, Fault::unavailable);
}

TEST(ChildProgram, FailuresAreFaultsThatSayWhy) {
    EXPECT_EQ(run({"no-such-program-of-songda"}, "").error().fault, Fault::not_found);
    const auto refused = run({"cat", "/no/such/file"}, "");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::invalid_input);
    EXPECT_EQ(refused.error().detail, "cat: cat: /no/such/file: No such file or directory");
    const auto slow = run({"sleep", "30"}, "");
    ASSERT_FALSE(slow.ok());
    EXPECT_EQ(slow.error().fault, Fault::unavailable);
    const auto much = run({"cat"}, std::string(5000, 'x'), 1000);
    ASSERT_FALSE(much.ok());
    EXPECT_NE(much.error().detail.find("more than is allowed"), std::string::npos)
        << much.error().detail;
}

TEST(ChildProgram, HasNothingOfOursButItsStreams) {
    const int kept = open("/dev/null", O_RDONLY); // without close-on-exec
    const auto open_files = run({"ls", "/proc/self/fd"}, "");
    ASSERT_TRUE(open_files.ok()) << open_files.error().detail;
    EXPECT_EQ(as_text(open_files.value()), "0\n1\n2\n3\n"); // 3 is the folder that ls reads
    close(kept);
    EXPECT_EQ(as_text(run({"env"}, "").value()), "PATH=/usr/bin:/bin\nLC_ALL=C.UTF-8\n");
}

} // namespace
} // namespace songda
