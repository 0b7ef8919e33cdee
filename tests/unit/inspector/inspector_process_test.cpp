// The inspector as its callers see it: bombs end at its bounds, many callers at once are told to
// wait or to come again, and what it answers is believed only in its one form.
#include "verifier/inspector.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace songda::verifier {
namespace {

const char* const program = SONGDA_BINARY_DIR "/app/songda-inspector";

/// A program that stands in for the inspector.
std::string script(const std::string& name, const std::string& words) {
    const std::string path = ::testing::TempDir() + name + std::to_string(getpid());
    std::ofstream(path) << "#!/bin/sh\n" << words << '\n';
    std::system(("chmod +x " + path).c_str());
    return path;
}

Result<Inspection> asked(const std::string& path, std::string_view file = "x") {
    return Inspector(path).inspect(as_bytes(file));
}

TEST(InspectorProcess, AnswersInOneForm) {
    const auto answer = asked(program, "not a PDF");
    ASSERT_TRUE(answer.ok()) << answer.error().detail;
    EXPECT_EQ(answer.value().fault, InspectionFault::unreadable);
    EXPECT_TRUE(answer.value().signatures.empty());
}

TEST(InspectorProcess, OneThatMisbehavesIsAFaultOrCostly) {
    EXPECT_EQ(asked("/no/such/inspector").error().fault, Fault::internal);
    EXPECT_EQ(asked(script("words", "echo hello")).error().fault, Fault::corrupt);
    EXPECT_EQ(asked(script("no-cage", "echo the kernel does not grant the cage >&2; exit 1"))
                  .error()
                  .fault,
              Fault::internal);
    for (const char* const words : {"exit 3", "kill -SEGV $$", "cat /dev/zero", "sleep 60"}) {
        const auto answer = asked(script("bad", words));
        ASSERT_TRUE(answer.ok()) << words << answer.error().detail;
        EXPECT_EQ(answer.value().fault, InspectionFault::costly) << words;
    }
}

TEST(InspectorProcess, FullDeskTellsSoAndGoesOn) {
    const Inspector inspector(
        script("slow", "sleep 1; exit 3"),
        {.running_max = 1, .waiting_max = 1, .wait = std::chrono::seconds(4)});
    std::atomic<int> answered = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 6; ++i) {
        callers.emplace_back([&] {
            const auto answer = inspector.inspect(as_bytes("x"));
            (answer.ok() ? answered : refused) += 1;
            EXPECT_TRUE(answer.ok() || answer.error().fault == Fault::overloaded);
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_GE(answered, 2) << "one ran, one waited";
    EXPECT_GE(refused, 1);
    EXPECT_TRUE(inspector.inspect(as_bytes("x")).ok()) << "and is free again";
}

} // namespace
} // namespace songda::verifier
